"""What notes add to a filter and to rows: the rows behind a tag, the mark beside a row."""

from __future__ import annotations

from typing import Any

from pipeline.jobs.model import Job
from pipeline.notes import store as notes
from pipeline.notes.tagged import tagged_of as tagged_of  # pages ask here


def marked(job: Job, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with the tag of their note in `note`; None where there is none."""
    marks = notes.marks(job.job_id)
    return [row | {"note": marks.get(row["rid"])} for row in rows]
