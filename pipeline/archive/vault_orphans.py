"""Removes archives of a vault that no record names: copies whose upload was done although nobody heard the answer.

Glacier gives an archive its id in the very answer that may be lost, and completes an upload in parts again "within a
short period" only (CompleteMultipartUpload). So nothing but the vault's inventory tells of such a copy.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline import clock, logs
from pipeline.archive.cleaning import archived_copies
from pipeline.archive.files import ArchiveKey, archive_key_of
from pipeline.archive.stores import vault_markers
from pipeline.archive.stores.vault_inventory import Listed
from pipeline.archive.stores.vaults import delete_archive
from pipeline.errors import MalformedRecordError
from pipeline.jobs import store
from pipeline.jobs.card import read_card
from pipeline.jobs.model import Job
from pipeline.jobs.states import StorageState

log = logs.get_logger()
DOUBT_S = 86400  # a younger archive may be about to be noted


def remove_unnamed(vault: str, listed: Sequence[Listed]) -> int:
    """Remove those of the listed archives that are not needed; how many. What our records do not tell of stays."""
    old = [found for found in listed if found.created_at < clock.now() - DOUBT_S]
    ours = [(found, key) for found in old if (key := archive_key_of(found.description)) is not None]
    jobs = store.get_many(sorted({key.job_id for _, key in ours}))
    removed = 0
    for found, key in ours:
        job = jobs.get(key.job_id)
        if job is None or not _is_unnamed(found.archive_id, key, job):
            continue
        delete_archive(vault, found.archive_id)
        vault_markers.forget(found.description, found.archive_id)
        log.info("unnamed_archive_removed", job_id=job.job_id, archive_id=found.archive_id)
        removed += 1
    return removed


def _is_unnamed(archive_id: str, key: ArchiveKey, job: Job) -> bool:
    """Whether neither the record nor the card of the job relies on the archive, and nobody can note it any more.

    The card is asked, too: it knows of archives that a record does not which was restored to an earlier moment.
    """
    if job.user_id != key.user_id:
        return False
    if job.deleting:
        return True
    if job.result_storage == StorageState.ARCHIVING and job.storage_version == key.version:
        return False
    if archive_id in _named(job):
        return False
    try:
        card = read_card(job.user_id, job.job_id)
    except MalformedRecordError:
        return False
    return card is None or archive_id not in _named(card.job)


def _named(job: Job) -> set[str | None]:
    return {file.archive_id for file in archived_copies(job)} | {job.results_file_archive_id}
