"""The record that a job's card and its stored objects give together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline import aws, clock, storage
from pipeline.archive.cleaning import archived_copies
from pipeline.archive.files import ArchivedFile
from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState

# Workers may still hold attempts that the card has not heard of: no new attempt has the number of one of theirs (C13).
ATTEMPT_GAP = 1000
EVENT_OF = {JobStatus.COMPLETED: "completed", JobStatus.FAILED: "failed"}


def record_of(job: Job, stored: Mapping[str, int]) -> Job:
    """The job as its record is to be. `job` is what the card says, `stored` the sizes of its objects under `results/`
    by key.

    A result that is neither hot nor in the archive is made again from the uploaded file.
    """
    if job.deleting:
        return replace(job, sweep_bucket=store.SWEEP_BUCKET, sweep_at=clock.now_s())
    if job.is_active:
        return _to_be_done(job)
    if job.job_status == JobStatus.COMPLETED:
        storage_state = _where_it_is(job, stored)
        if storage_state is None:
            return _to_be_done(job)
        job = replace(job, **storage_state)
    return _with_sweep(_told(job))


def _to_be_done(job: Job) -> Job:
    return replace(
        job,
        job_status=JobStatus.PENDING,
        result_storage=StorageState.NONE,
        attempt=job.attempt + ATTEMPT_GAP,
        complete_time=None,
        outputs={},
        archived={},
        thawed={},
        results_file_archive_id=None,
        archive_after=None,
        announced_at=None,
        error=None,
        sweep_bucket=store.SWEEP_BUCKET,
        sweep_at=clock.now_s(),
    )


def _where_it_is(job: Job, stored: Mapping[str, int]) -> dict[str, Any] | None:
    """Storage state and its attributes by what is really there; None if the result is nowhere."""
    ours = (job.s3_results_bucket or aws.bucket("results")) == aws.bucket("results")
    archived = _archived_copies(job)
    elsewhere = set(archived)
    missing = {role for role, file in job.outputs.items() if ours and stored.get(file["key"]) != file["size"]}
    is_hot = job.result_storage in (StorageState.HOT, StorageState.ARCHIVING)
    if not missing and (is_hot or not elsewhere):
        return {} if is_hot else {"result_storage": StorageState.HOT, "archived": {}, "results_file_archive_id": None}
    if missing <= elsewhere and elsewhere:
        if not is_hot:
            return {"archived": {role: archived[role].as_dict() for role in job.archived if role in archived}}
        vcf = archived.get("vcf")
        return {
            "result_storage": StorageState.ARCHIVED,
            "archived": {role: file.as_dict() for role, file in archived.items()},
            "results_file_archive_id": vcf.archive_id if vcf else None,
            "archive_after": None,
            "cleanup": None,
        }
    return None


def _archived_copies(job: Job) -> dict[str, ArchivedFile]:
    """Archived copies that the card names, also as obsolete, and that are there. A vault cannot be asked: its archives
    count as there."""
    files = {file.role: file for file in archived_copies(job)}
    return {role: file for role, file in files.items() if file.store != "s3" or _is_there(file)}


def _is_there(file: ArchivedFile) -> bool:
    size = storage.size_of(file.bucket, file.archive_id)
    return size is not None and (size == file.size or not file.sha256)


def _told(job: Job) -> Job:
    """No event of before is told again: an e-mail may be missing, never come twice (C14)."""
    now = clock.now_s()
    notified = dict(job.notified)
    event = EVENT_OF.get(job.job_status)
    if event and notified.get(event, {}).get("round", -1) < job.attempt:
        notified[event] = {"claimed_at": now, "round": job.attempt, "refused": "rebuilt"}
    return replace(job, announced_at=job.announced_at or job.complete_time or now, notified=notified)


def _with_sweep(job: Job) -> Job:
    at = clock.now() if job.job_status == JobStatus.CANCELLED else store.next_look(job)
    if at is None:
        return replace(job, sweep_bucket=None, sweep_at=None)
    return replace(job, sweep_bucket=store.SWEEP_BUCKET, sweep_at=int(at))
