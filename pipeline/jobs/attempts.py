"""What attempts at a job's work have stored that nobody relies on: theirs who lost their lease, failed or were killed.

Every attempt has a number of its own in its keys, so that removing what the earlier ones left can never hit a later
one, however old the record is that was read. A worker may be alive after it lost its lease, and store one more file:
so it is looked for again when that cannot be any more (`cleanup` of the record, `not_before`).
"""

from __future__ import annotations

from typing import Any

from pipeline import aws, clock, storage
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from pipeline.settings import get_settings


def lost_attempts(job: Job, status: JobStatus) -> int:
    """The number up to which the job's attempts are of no use once it ended with this status."""
    return job.attempt - 1 if status == JobStatus.COMPLETED else job.attempt


def cleanup_after(job: Job, status: JobStatus) -> dict[str, Any] | None:
    """What the record of a job that ends with this status has to say of its lost attempts; None: there were none."""
    last = lost_attempts(job, status)
    return {"attempts": last, "not_before": clock.now_s() + 2 * get_settings().lease_s} if last > 0 else None


def remove_attempts(job: Job, last: int) -> int:
    """Remove what the attempts up to number `last` stored, and end what they were uploading; how many things went."""
    bucket, prefix = aws.bucket("results"), storage.results_prefix(job.user_id, job.job_id)
    unwanted = [key for key in storage.keys_under(bucket, prefix) if is_of_attempt(key, last)]
    storage.delete_keys(bucket, unwanted)
    return len(unwanted) + storage.abort_uploads(bucket, prefix, lambda key: is_of_attempt(key, last))


def is_of_attempt(key: str, last: int) -> bool:
    """Whether the key is that of a file of an attempt up to number `last`: `results/<user>/<job>/<attempt>/<name>`."""
    parts = key.split("/")
    return len(parts) > 4 and parts[0] == "results" and parts[3].isdecimal() and int(parts[3]) <= last
