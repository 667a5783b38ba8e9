"""What stands in place of the explorer for a result of the original systems: they made no tables to explore."""

from __future__ import annotations

from dash.development.base_component import Component

from pipeline.jobs.model import Job
from portal.components import downloads, states

READABLE = (
    "This result was made by an earlier version of the service. You can download it below. To explore its variants, "
    "run it again with today's versions: that makes a new job over the same file."
)
AWAY = (
    "This result was made by an earlier version of the service, and its files are in the archive. Once they are back "
    "you can download them. To explore the variants, run the job again with today's versions."
)


def section(job: Job) -> list[Component]:
    """A sentence, and the files while they can be fetched."""
    files = downloads.downloads(job)
    return [states.notice(READABLE if job.has_results else AWAY, tone="info"), *([files] if files else [])]
