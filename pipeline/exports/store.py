"""The table of exports: every read that a page or a worker makes, and every transition as one conditional write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pipeline import aws, clock, dynamo, ids, logs, sweep_index
from pipeline.errors import ConflictError, LeaseLostError, LimitError, MalformedRecordError, NotFoundError
from pipeline.exports.model import ACTIVE, Export, ExportState
from pipeline.settings import get_settings

log = logs.get_logger()
TABLE = "exports"
SWEEP_BUCKET = "open"
MAX_ANNOUNCEMENT_BACKOFF = 6  # doublings: a minute becomes about an hour


def get(user_id: str, export_id: str) -> Export | None:
    """The export, read consistently; None if there is none."""
    if not (ids.is_id(user_id) and ids.is_id(export_id)):
        return None
    record = dynamo.get(TABLE, {"user_id": user_id, "export_id": export_id})
    return Export.from_record(record) if record else None


def get_owned(user_id: str, export_id: object) -> Export:
    """The user's own export; another user's and an unknown one raise the same `NotFoundError` (C03)."""
    found = get(user_id, export_id) if isinstance(export_id, str) else None
    if found is None:
        raise NotFoundError("There is no such export in your account. It may have expired.")
    return found


def of_user(user_id: str) -> list[Export]:
    """All exports of a user, newest first, read consistently."""
    records = dynamo.query_all(
        TABLE,
        KeyConditionExpression="user_id = :u",
        ExpressionAttributeValues=dynamo.to_item({":u": user_id}),
        ConsistentRead=True,
    )
    return sorted(_readable(records), key=lambda export: (-export.created_at, export.export_id))


def _readable(records: Iterable[dict[str, Any]]) -> Iterator[Export]:
    """The exports in the records; one that this version cannot read hides no other (C25)."""
    for record in records:
        try:
            yield Export.from_record(record)
        except MalformedRecordError:
            log.error("record_unreadable", export_id=record.get("export_id"))


def insert(export: Export) -> None:
    """Store a new export, if its user has room for it, however many are asked for at once.

    Raises LimitError (`too_many_exports`).
    """
    check_room(of_user(export.user_id), 1)
    dynamo.put_new(TABLE, vars(export), "export_id")
    try:
        check_room([other for other in of_user(export.user_id) if _is_before(other, export)], 1)
    except LimitError:
        remove(export)
        raise


def _is_before(other: Export, export: Export) -> bool:
    return (other.created_at, other.export_id) < (export.created_at, export.export_id)


def check_room(present: list[Export], more: int) -> None:
    """LimitError where the user has as many exports as one may have at once."""
    settings = get_settings()
    if sum(export.is_active for export in present) + more > settings.max_active_exports:
        raise LimitError(
            f"{settings.max_active_exports:,} of your exports are being made, which is the most at once. "
            "Wait for one to finish, or cancel one.",
            code="too_many_exports",
        )
    if len(present) + more > settings.max_exports:
        raise LimitError(
            f"You have {len(present):,} exports, which is the most that are kept. Delete some of them first.",
            code="too_many_exports",
        )


def claim(export: Export, owner: str) -> Export:
    """PENDING → RUNNING with the next attempt number (C15); ConflictError if it is not PENDING.

    `owner` is unique to this claim: a write that succeeded although its answer was lost is recognised by it.
    """
    expires = clock.now_s() + get_settings().lease_s
    update = (
        dynamo.Update(TABLE, export.key)
        .set(state=ExportState.RUNNING, lease_owner=owner, lease_expires_at=expires)
        .set(sweep_bucket=SWEEP_BUCKET, sweep_at=expires, rows=0, percent=0, announcements=0)
        .add("attempt", 1)
        .when_equal(state=ExportState.PENDING)
    )
    try:
        return Export.from_record(update.write())
    except ConflictError:
        current = get(export.user_id, export.export_id)
        if current and current.lease_owner == owner and current.state == ExportState.RUNNING:
            return current
        raise


def _fenced(export: Export) -> dynamo.Update:
    """An update that only the holder of this attempt may write (C13)."""
    return dynamo.Update(TABLE, export.key).when_equal(state=ExportState.RUNNING, attempt=export.attempt)


def _write_fenced(update: dynamo.Update) -> Export:
    try:
        return Export.from_record(update.write())
    except ConflictError as error:
        raise LeaseLostError("Another worker makes this export now, or it was cancelled or deleted.") from error


def renew_lease(export: Export) -> Export:
    """Keep it for another lease; LeaseLostError if it is no longer this attempt's."""
    expires = clock.now_s() + get_settings().lease_s
    return _write_fenced(_fenced(export).set(lease_expires_at=expires, sweep_at=expires))


def write_progress(export: Export, rows: int, percent: float) -> Export:
    """What the page shows while it is made; renews the lease with the same write."""
    expires = clock.now_s() + get_settings().lease_s
    update = _fenced(export).set(rows=rows, percent=round(percent, 1), lease_expires_at=expires, sweep_at=expires)
    return _write_fenced(update)


def complete(export: Export, files: dict[str, dict[str, Any]], rows: int, notes: list[str]) -> Export:
    """RUNNING → READY, by the holder only; from now on it can be downloaded until it expires."""
    now = clock.now_s()
    expires = now + get_settings().export_ttl_s
    update = _fenced(export).set(state=ExportState.READY, files=files, rows=rows, percent=100, notes=notes)
    update.set(ended_at=now, expires_at=expires, sweep_bucket=SWEEP_BUCKET, sweep_at=expires)
    return _write_fenced(update.remove("lease_owner", "lease_expires_at", "error"))


def fail(export: Export, error: dict[str, Any]) -> Export:
    """RUNNING → FAILED with a code and a sentence, by the holder only."""
    now = clock.now_s()
    expires = now + get_settings().export_ttl_s
    update = _fenced(export).set(state=ExportState.FAILED, error=error, ended_at=now, expires_at=expires)
    update.set(sweep_bucket=SWEEP_BUCKET, sweep_at=expires)
    return _write_fenced(update.remove("lease_owner", "lease_expires_at"))


def hand_back(export: Export, *, failed: bool) -> Export:
    """RUNNING → PENDING: the worker stops, or the work failed and may succeed later (then `failures` counts up)."""
    due = clock.now_s() + get_settings().pending_grace_s
    update = _fenced(export).set(state=ExportState.PENDING, sweep_bucket=SWEEP_BUCKET, sweep_at=due)
    if failed:
        update.add("failures", 1)
    return _write_fenced(update.remove("lease_owner", "lease_expires_at"))


def release_expired(export: Export) -> Export:
    """RUNNING → PENDING for a lease that ran out (its worker died); ConflictError if it was renewed meanwhile.

    An export whose worker dies again and again is FAILED: it would kill one worker after the other.
    """
    now = clock.now_s()
    update = dynamo.Update(TABLE, export.key)
    if export.lost_leases + 1 < get_settings().max_lost_leases:
        update.set(state=ExportState.PENDING, sweep_bucket=SWEEP_BUCKET, sweep_at=now)
    else:
        expires = now + get_settings().export_ttl_s
        update.set(state=ExportState.FAILED, error=_worker_lost(export.lost_leases + 1), ended_at=now)
        update.set(expires_at=expires, sweep_bucket=SWEEP_BUCKET, sweep_at=expires)
    update.add("lost_leases", 1).remove("lease_owner", "lease_expires_at")
    update.when_equal(state=ExportState.RUNNING, attempt=export.attempt).when_less("lease_expires_at", now)
    return Export.from_record(update.write())


def _worker_lost(times: int) -> dict[str, Any]:
    return {
        "code": "worker_lost",
        "message": f"The process that made this export died {times} times, so it is not tried again. "
        "Choose fewer rows or another format, or tell your operator.",
    }


def mark_announced(export: Export) -> Export:
    """The message of a PENDING export was sent: the sweep looks again later, each time after twice as long."""
    backoff = min(export.announcements, MAX_ANNOUNCEMENT_BACKOFF)
    update = dynamo.Update(TABLE, export.key).set(sweep_at=clock.now_s() + get_settings().pending_grace_s * 2**backoff)
    update.add("announcements", 1).when_equal(state=ExportState.PENDING, attempt=export.attempt)
    return Export.from_record(update.write())


def cancel(export: Export) -> Export:
    """PENDING or RUNNING → CANCELLED at the owner's wish; a running worker notices within seconds.

    The sweep looks when no worker can still be writing, and removes record and whatever a dead worker stored.
    """
    now = clock.now_s()
    due = now + 2 * get_settings().lease_s
    update = dynamo.Update(TABLE, export.key).set(state=ExportState.CANCELLED, ended_at=now, expires_at=due)
    update.set(sweep_bucket=SWEEP_BUCKET, sweep_at=due).remove("lease_owner", "lease_expires_at")
    return Export.from_record(update.when_in("state", list(ACTIVE)).write())


def withdraw(export: Export) -> Export:
    """Any state → CANCELLED, before an export is removed: whoever is interrupted leaves no download without its file,
    and the sweep removes record and files once no worker can still be storing one. ConflictError if it is gone.
    """
    if export.state == ExportState.CANCELLED:
        return export
    now = clock.now_s()
    due = now + 2 * get_settings().lease_s if export.is_active and export.attempt else now
    update = dynamo.Update(TABLE, export.key).set(state=ExportState.CANCELLED, ended_at=now, expires_at=due)
    update.set(sweep_bucket=SWEEP_BUCKET, sweep_at=due).remove("lease_owner", "lease_expires_at")
    return Export.from_record(update.when_equal(attempt=export.attempt).write())


def remove(export: Export) -> None:
    """Forget the record. A worker that still works on it finds that it is gone."""
    aws.client("dynamodb").delete_item(TableName=aws.table_name(TABLE), Key=dynamo.to_item(export.key))


def due_for_sweep(limit_time: float) -> list[Export]:
    """Exports that somebody has to look at (the index lags: look again before acting)."""
    return list(_readable(sweep_index.due(TABLE, SWEEP_BUCKET, limit_time)))
