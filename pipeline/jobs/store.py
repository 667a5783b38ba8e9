"""The job table: every read that a page or a worker makes, and every transition as one conditional write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pipeline import clock, dynamo, ids, logs, sweep_index
from pipeline.errors import ConflictError, LeaseLostError, MalformedRecordError, NotFoundError
from pipeline.jobs.attempts import cleanup_after
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState, sources_of
from pipeline.settings import get_settings

log = logs.get_logger()
TABLE = "jobs"
USER_INDEX = "user_id-submit_time-index"
# One value is enough while jobs in flight number thousands; the index holds only those.
SWEEP_BUCKET = "active"
MAX_ANNOUNCEMENT_BACKOFF = 6  # doublings: a minute becomes about an hour


def _key(job_id: str) -> dict[str, str]:
    return {"job_id": job_id}


def get(job_id: str) -> Job | None:
    """The job with this id, read consistently, whoever owns it; None if absent. For workers."""
    record = dynamo.get(TABLE, _key(job_id)) if ids.is_id(job_id) else None
    return Job.from_record(record) if record else None


def get_many(job_ids: Iterable[str]) -> dict[str, Job]:
    """Jobs by id, read consistently; absent ones, and those that this version cannot read, are left out."""
    return {job.job_id: job for job in _readable(dynamo.batch_get(TABLE, [_key(job_id) for job_id in job_ids]))}


def get_owned(job_id: object, user_id: str) -> Job:
    """The user's own job. Another user's, a deleted and an unknown one all raise the same `NotFoundError` (C03)."""
    job = get(job_id) if isinstance(job_id, str) else None
    if job is None or job.user_id != user_id or job.deleting:
        raise NotFoundError("There is no such job in your account.")
    return job


def list_of_user(user_id: str, expected_ids: list[str] | None = None) -> list[Job]:
    """All jobs of a user, newest first, every page (C36).

    `expected_ids` are jobs known to exist (just submitted); those that the eventually consistent index does
    not show yet, and those that are active, are read from the table itself.
    """
    records = dynamo.query_all(
        TABLE,
        index=USER_INDEX,
        KeyConditionExpression="user_id = :u",
        ExpressionAttributeValues={":u": {"S": user_id}},
        ScanIndexForward=False,
    )
    indexed = {job.job_id: job for job in _readable(records)}
    stale = [job_id for job_id in expected_ids or [] if job_id not in indexed]
    stale += [job.job_id for job in indexed.values() if job.is_active]
    indexed |= {job.job_id: job for job in get_many(stale).values() if job.user_id == user_id}
    present = [job for job in indexed.values() if not job.deleting]
    return sorted(present, key=lambda job: (-job.submit_time, job.job_id))


def _readable(records: Iterable[dict[str, Any]]) -> Iterator[Job]:
    """The jobs in the records; one that this version cannot read hides no other (C25)."""
    for record in records:
        try:
            yield Job.from_record(record)
        except MalformedRecordError:
            log.error("record_unreadable", job_id=record.get("job_id"))


def claim(job_id: str, owner: str) -> Job:
    """PENDING → RUNNING, with the next attempt number (C15); `ConflictError` if not PENDING.

    `owner` is unique to this claim: a write that succeeded although its answer was lost is recognised by it.
    """
    now = clock.now_s()
    expires = now + get_settings().lease_s
    update = (
        dynamo.Update(TABLE, _key(job_id))
        .set(
            job_status=JobStatus.RUNNING,
            lease_owner=owner,
            lease_expires_at=expires,
            sweep_bucket=SWEEP_BUCKET,
            sweep_at=expires,
            start_time=now,
            progress={},
            steps=[],
            announcements=0,
        )
        .remove("error", "announced_at")  # how this attempt ends has to be told anew
        .add("attempt", 1)
        .when_in("job_status", sources_of(JobStatus.RUNNING))
        .when_absent("deleting")
    )
    try:
        return Job.from_record(update.write())
    except ConflictError:
        current = get(job_id)
        if current and current.lease_owner == owner and current.job_status == JobStatus.RUNNING:
            return current
        raise


def _fenced(job: Job) -> dynamo.Update:
    """An update that only the holder of this attempt may write (C13)."""
    return (
        dynamo.Update(TABLE, _key(job.job_id))
        .when_equal(job_status=JobStatus.RUNNING, attempt=job.attempt)
        .when_absent("deleting")
    )


def _write_fenced(update: dynamo.Update) -> Job:
    try:
        return Job.from_record(update.write())
    except ConflictError as error:
        raise LeaseLostError("Another worker holds this job now, or it was cancelled or deleted.") from error


def renew_lease(job: Job) -> Job:
    """Keep the job for another lease; `LeaseLostError` if it is no longer this attempt's."""
    expires = clock.now_s() + get_settings().lease_s
    return _write_fenced(_fenced(job).set(lease_expires_at=expires, sweep_at=expires))


def write_progress(job: Job, progress: dict[str, Any], steps: list[dict[str, Any]]) -> Job:
    """What the job page shows while the work runs; renews the lease with the same write."""
    expires = clock.now_s() + get_settings().lease_s
    return _write_fenced(_fenced(job).set(progress=progress, steps=steps, lease_expires_at=expires, sweep_at=expires))


def complete(job: Job, *, results: dict[str, Any], archive_after: int | None = None) -> Job:
    """RUNNING → COMPLETED and the result HOT, in one write, by the holder only.

    `results` are attributes of the record: outputs, counts, notes, steps, keys. `archive_after` is when a free user's
    result falls due for the archive. The sweep looks again until the announcement of the result was sent.
    """
    now = clock.now_s()
    return _write_fenced(
        _fenced(job)
        .set(
            **results,
            job_status=JobStatus.COMPLETED,
            result_storage=StorageState.HOT,
            archive_after=archive_after,
            complete_time=now,
            cleanup=cleanup_after(job, JobStatus.COMPLETED),
            sweep_bucket=SWEEP_BUCKET,
            sweep_at=now + get_settings().pending_grace_s,
        )
        .remove("lease_owner", "lease_expires_at", "error", "progress")
    )


def fail(job: Job, error: dict[str, Any], steps: list[dict[str, Any]]) -> Job:
    """RUNNING → FAILED with a code, a sentence and perhaps a line (C17), by the holder only."""
    now = clock.now_s()
    return _write_fenced(
        _fenced(job)
        .set(
            job_status=JobStatus.FAILED,
            error=error,
            steps=steps,
            complete_time=now,
            cleanup=cleanup_after(job, JobStatus.FAILED),
            sweep_bucket=SWEEP_BUCKET,
            sweep_at=now + get_settings().pending_grace_s,
        )
        .remove("lease_owner", "lease_expires_at", "progress")
    )


def hand_back(job: Job, *, failed: bool) -> Job:
    """RUNNING → PENDING: the worker stops, or the work failed and may succeed later (then `failures` counts up)."""
    update = _fenced(job).set(
        job_status=JobStatus.PENDING,
        sweep_bucket=SWEEP_BUCKET,
        sweep_at=clock.now_s() + get_settings().pending_grace_s,
    )
    if failed:
        update.add("failures", 1)
    return _write_fenced(update.remove("lease_owner", "lease_expires_at", "progress"))


def release_expired(job: Job) -> Job:
    """RUNNING → PENDING for a lease that ran out (its worker died); `ConflictError` if it was renewed meanwhile.

    A job whose worker dies again and again is FAILED: it would kill one worker after the other.
    """
    now = clock.now_s()
    update = dynamo.Update(TABLE, _key(job.job_id)).set(sweep_bucket=SWEEP_BUCKET, sweep_at=now)
    if job.lost_leases + 1 < get_settings().max_lost_leases:
        update.set(job_status=JobStatus.PENDING)
    else:
        update.set(job_status=JobStatus.FAILED, error=_worker_lost(job.lost_leases + 1), complete_time=now)
        update.set(cleanup=cleanup_after(job, JobStatus.FAILED))
    update = (
        update.add("lost_leases", 1)
        .remove("lease_owner", "lease_expires_at", "progress")
        .when_equal(job_status=JobStatus.RUNNING, attempt=job.attempt)
        .when_less("lease_expires_at", now)
        .when_absent("deleting")
    )
    return Job.from_record(update.write())


def _worker_lost(times: int) -> dict[str, Any]:
    return {
        "code": "worker_lost",
        "message": f"The process that annotated this file died {times} times, so it is not tried again. Tell your "
        "operator; a smaller file, for example one contig, may go through.",
        "retryable": True,
    }


def mark_announced(job: Job) -> Job:
    """The job's message was sent: the sweep looks again later (active), when the result is due for the archive, or no
    more."""
    update = (
        dynamo.Update(TABLE, _key(job.job_id))
        .when_equal(job_status=job.job_status, attempt=job.attempt)
        .when_absent("deleting")
    )
    if job.is_active:
        backoff = min(job.announcements, MAX_ANNOUNCEMENT_BACKOFF)
        update.set(sweep_at=clock.now_s() + get_settings().pending_grace_s * 2**backoff)
        update.add("announcements", 1)
        return Job.from_record(update.write())
    now = clock.now_s()
    look_again(update.set(announced_at=now), next_look(job, announced_at=now))
    if job.job_status == JobStatus.COMPLETED:
        seen = ("result_storage", "archive_after", "cleanup", "restored_at")
        update.when_equal(**{name: getattr(job, name) for name in seen})
    return Job.from_record(update.write())


def look_again(update: dynamo.Update, at: float | None) -> dynamo.Update:
    """Let the sweep look at the job at this time; None: never again."""
    if at is None:
        return update.remove("sweep_bucket", "sweep_at")
    return update.set(sweep_bucket=SWEEP_BUCKET, sweep_at=int(at))


def next_look(job: Job, **changes: Any) -> float | None:
    """When the sweep has to look at a job that ended, with some attributes as they will be; None: never."""
    values = vars(job) | changes
    now = clock.now()
    if values["announced_at"] is None or values["restored_at"] is not None:
        return now + get_settings().pending_grace_s
    if values["cleanup"] is not None:
        return max(now, values["cleanup"].get("not_before", 0))
    if values["result_storage"] in (StorageState.ARCHIVING, StorageState.RESTORING):
        return now + get_settings().lease_s
    archive_after: int | None = values["archive_after"]
    return archive_after if values["result_storage"] == StorageState.HOT else None


def sweep_later(job: Job) -> Job:
    """The sweep asked somebody to do what this job waits for: it looks again after a while. What ARCHIVING means by
    `sweep_at`, the lease of its worker, stays in the past."""
    update = dynamo.Update(TABLE, _key(job.job_id)).when_equal(
        job_status=job.job_status, result_storage=job.result_storage, sweep_at=job.sweep_at
    )
    delay = 0 if job.result_storage == StorageState.ARCHIVING else get_settings().pending_grace_s
    return Job.from_record(look_again(update.when_absent("deleting"), clock.now() + delay).write())


def put_off(job: Job) -> Job:
    """Nothing is due now: the sweep looks again when something is, or never."""
    update = dynamo.Update(TABLE, _key(job.job_id)).when_equal(
        result_storage=job.result_storage, archive_after=job.archive_after, sweep_at=job.sweep_at
    )
    return Job.from_record(look_again(update.when_absent("deleting"), next_look(job)).write())


def cancel(job: Job) -> Job:
    """PENDING or RUNNING → CANCELLED at the owner's wish; a running worker notices at its next write.

    The sweep looks again when no worker can still be writing, and removes what a dead one had stored.
    """
    now = clock.now_s()
    update = (
        dynamo.Update(TABLE, _key(job.job_id))
        .set(
            job_status=JobStatus.CANCELLED,
            complete_time=now,
            sweep_bucket=SWEEP_BUCKET,
            sweep_at=now + 2 * get_settings().lease_s,
        )
        .remove("lease_owner", "lease_expires_at", "progress", "cleanup")
        .when_in("job_status", sources_of(JobStatus.CANCELLED))
        .when_absent("deleting")
    )
    return Job.from_record(update.write())


def mark_deleting(job: Job) -> Job:
    """Set the tombstone: from now on the job is gone for its user, and no worker may write to it."""
    update = (
        dynamo.Update(TABLE, _key(job.job_id))
        .set(deleting=clock.now_s(), sweep_bucket=SWEEP_BUCKET, sweep_at=clock.now_s())
        .when_equal(user_id=job.user_id)
    )
    return Job.from_record(update.write())


def due_for_sweep(limit_time: float) -> Iterator[str]:
    """Ids of jobs whose `sweep_at` has passed, oldest first (the index lags: look again before acting)."""
    return (record["job_id"] for record in sweep_index.due(TABLE, SWEEP_BUCKET, limit_time))
