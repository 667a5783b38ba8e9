"""Finished jobs whose results are where a test wants them; their records say it, nothing else does (C26)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipeline import clock
from pipeline.archive.files import MOVING_ROLES
from pipeline.jobs.model import Job
from pipeline.jobs.states import StorageState
from tests.builders import write_job
from tests.pipeline.results.finished import finished_job

# What the summary of the ten variants of `finished_job` holds, as far as the plots read it.
SUMMARY = {
    "alleles": 10,
    "annotated_alleles": 5,
    "consequences": {"stop_gained": 1, "frameshift_variant": 1, "missense_variant": 2, "intergenic_variant": 1},
    "types": {"SNV": 5, "deletion": 2, "insertion": 1, "MNV": 1, "symbolic": 1},
    "substitutions": {"A>C": 1, "A>G": 1, "C>T": 1, "G>A": 1, "T>C": 1},
    "positions": [
        {"contig": "chr2", "bin_width": 10, "counts": [1, *[0] * 88, 1, 1, *[0] * 9], "first": 10, "last": 901},
        {"contig": "chr10", "bin_width": 1, "counts": [0, 0, 0, 0, 1, 1, 1, 1, 1, *[0] * 91], "first": 5, "last": 9},
    ],
}


def stored_job(user_id: str, state: StorageState, name: str = "a.vcf", **attributes: Any) -> Job:
    """A COMPLETED job in the job table, its result in this state."""
    return write_job(in_state(finished_job(user_id, name=name, summary=SUMMARY), state, **attributes))


def in_state(job: Job, state: StorageState, **attributes: Any) -> Job:
    """The same job with its result in another state, as a move leaves the record."""
    archived = {
        role: {"role": role, "store": "s3", "bucket": "b", "archive_id": role, "size": 1, "sha256": "0" * 64}
        for role in MOVING_ROLES
    }
    more: dict[str, Any] = {"archive_after": None, "archived": {}, "restore_message": None, "restore_expected_at": None}
    if state in (StorageState.ARCHIVED, StorageState.RESTORING):
        more["archived"] = archived
    if state == StorageState.RESTORING:
        more |= {"restore_message": "It is being brought back.", "restore_expected_at": clock.now_s() + 300}
    return replace(job, result_storage=state, **more | attributes)
