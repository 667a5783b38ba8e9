"""Jobs over the same file: what a job repeats, what repeats it, and which of the user's jobs compare with it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.jobs import store, submit
from pipeline.jobs.model import Job

MOST_SHOWN = 10


@dataclass(frozen=True)
class Relatives:
    """`origin` is what the job repeats (None: nothing, or it is gone), `reruns` what repeats it, newest first."""

    origin: Job | None
    reruns: list[Job]
    not_shown: int = 0  # reruns beyond `MOST_SHOWN`; some of them may be gone


def relatives(job: Job) -> Relatives:
    """The jobs that the page of this one names. Only its owner's: those of others and deleted ones are passed over."""
    named = list(job.reruns or [])[::-1]
    wanted = [*([job.rerun_of] if job.rerun_of else []), *named[:MOST_SHOWN]]
    if not wanted:
        return Relatives(None, [])
    others = store.get_many(dict.fromkeys(wanted))
    found = {name: other for name, other in others.items() if other.user_id == job.user_id and not other.deleting}
    reruns = [found[job_id] for job_id in named[:MOST_SHOWN] if job_id in found]
    return Relatives(found.get(job.rerun_of or ""), reruns, max(0, len(named) - MOST_SHOWN))


def comparable(job: Job) -> list[Job]:
    """The user's other results that may be of the same file: its relatives, and files of the same name and size.

    The comparison itself looks at the alleles, and refuses two results that are not of the same file.
    """
    family = {job.rerun_of, *(job.reruns or [])}
    return [
        other
        for other in submit.list_jobs(job.user_id)
        if other.job_id != job.job_id and _is_comparable(other) and (_same_file(job, other) or other.job_id in family)
    ]


def has_comparable(job: Job, found: Relatives) -> bool:
    """True if `comparable` would name a job; `found` are its relatives, among which it is looked for first."""
    return any(other and _is_comparable(other) for other in (found.origin, *found.reruns)) or bool(comparable(job))


def _is_comparable(job: Job) -> bool:
    return job.has_results and job.has_tables


def _same_file(job: Job, other: Job) -> bool:
    return (job.input_file_name, job.input_size) == (other.input_file_name, other.input_size)
