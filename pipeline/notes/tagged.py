"""The rows behind the tags that a filter asks for."""

from __future__ import annotations

from pipeline.jobs.model import Job
from pipeline.notes import store as notes
from pipeline.results.filters.model import Group, Part, Tagged


def tagged_of(job: Job, group: Group) -> dict[str, list[int]] | None:
    """The rows with each tag, if the filter asks for tags: else nobody has to look."""
    return notes.tagged_rows(job.job_id) if _asks(group) else None


def _asks(part: Part) -> bool:
    return any(map(_asks, part.parts)) if isinstance(part, Group) else isinstance(part, Tagged)
