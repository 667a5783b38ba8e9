"""Removing exports: at their owner's wish, when they expire, with their job, with the account."""

from __future__ import annotations

from pipeline import aws, clock, logs, storage
from pipeline.errors import ConflictError
from pipeline.exports import store
from pipeline.exports.model import Export

log = logs.get_logger()


def remove(export: Export, *, at_once: bool = False) -> None:
    """Remove an export with its files. A worker that makes it notices, and removes what it stores.

    Of one that is being made the record stays, cancelled, until no worker can still be storing a file: one that dies
    after that would leave a file that nobody finds. The sweep then removes both. `at_once`: none can any more.
    """
    withdrawn = _withdrawn(export)
    remove_files(withdrawn or export)
    if withdrawn and (at_once or withdrawn.sweep_at is None or withdrawn.sweep_at <= clock.now_s()):
        store.remove(withdrawn)


def _withdrawn(export: Export) -> Export | None:
    """Cancelled, whichever attempt is at it: each time that one begins meanwhile, the one that is there now. None if
    the export is gone."""
    current: Export | None = export
    while current is not None:
        try:
            return store.withdraw(current)
        except ConflictError:
            current = store.get(export.user_id, export.export_id)
    log.info("export_gone_meanwhile", export_id=export.export_id)
    return None


def remove_files(export: Export) -> int:
    """Delete everything that any attempt stored; how many objects there were."""
    return storage.delete_under(aws.bucket("results"), storage.export_prefix(export.user_id, export.export_id))


def remove_of_job(user_id: str, job_id: str) -> int:
    """Remove the exports of a job that is being deleted; how many there were."""
    doomed = [export for export in store.of_user(user_id) if export.job_id == job_id]
    for export in doomed:
        remove(export)
    return len(doomed)


def remove_of_user(user_id: str) -> int:
    """Remove all exports of an account at the last look of its deletion, when none can be being made any more; how many
    there were."""
    doomed = store.of_user(user_id)
    for export in doomed:
        remove(export, at_once=True)
    return len(doomed)
