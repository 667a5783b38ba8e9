"""The names of a result's columns for people."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.jobs.model import Job
from pipeline.results import documents
from pipeline.results.columns import KNOWN, Descriptions, described_by


def descriptions_of(job: Job) -> Descriptions:
    """What the result's manifest says of the columns of engine and sources; empty without a manifest."""
    return described_by(documents.document(job, "manifest")) if "manifest" in job.outputs else {}


def titles_of(job: Job) -> Mapping[str, str]:
    """Title of each column."""
    return {name: title for name, (title, _) in (descriptions_of(job) | KNOWN).items()}
