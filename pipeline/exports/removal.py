"""Removing exports: at their owner's wish, when they expire, with their job, with the account."""

from __future__ import annotations

from pipeline import aws, logs, storage
from pipeline.errors import ConflictError
from pipeline.exports import store
from pipeline.exports.model import Export

log = logs.get_logger()


def remove(export: Export) -> None:
    """Remove an export with its files. A worker that makes it notices, and removes what it stores.

    The record goes last, so that whoever is interrupted, or the sweep, finds it again.
    """
    if export.is_active:
        try:
            export = store.cancel(export)
        except ConflictError:  # it ended, or is gone, at this moment: either way it goes
            log.info("export_ended_meanwhile", export_id=export.export_id)
    remove_files(export)
    store.remove(export)


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
    """Remove all exports of an account that is being deleted; how many there were."""
    doomed = store.of_user(user_id)
    for export in doomed:
        remove(export)
    return len(doomed)
