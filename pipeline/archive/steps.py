"""The steps of a result's life: to the archive, and what its owner's plan asks for (back again: `restoring`).

Each step reads the record, does what its state asks for, and may be called by anybody at any time, twice or at once:
workers, the sweep, a second worker with the same message. Each returns a word for what it did.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline import aws, clock, logs, storage
from pipeline.archive import moves
from pipeline.archive.cleaning import clean
from pipeline.archive.files import ArchivedFile
from pipeline.archive.restoring import restore_result
from pipeline.archive.rules import is_free, moving_roles
from pipeline.archive.stores import default_store, store_named, vault_markers
from pipeline.errors import ConflictError
from pipeline.jobs import store
from pipeline.jobs.adoption import finished_job
from pipeline.jobs.model import Job
from pipeline.jobs.states import StorageState
from pipeline.settings import get_settings

log = logs.get_logger()
OnMove = Callable[[Job], None]


def archive_result(job_id: str, on_move: OnMove = lambda job: None) -> str:
    """Bring a free user's result to the archive if it is due. `on_move` hears of each change of the record."""
    job = finished_job(job_id)
    if job is None:
        return "gone"
    if job.result_storage == StorageState.HOT:
        if job.cleanup:
            job = clean(job)
        refusal = _stays(job)
        if refusal:
            return refusal
        job = moves.begin_archiving(job)
    elif job.result_storage == StorageState.ARCHIVING:
        if job.sweep_at is not None and job.sweep_at > clock.now():
            return "in_other_hands"
        job = moves.take_over(job)
    else:
        return "nothing"
    on_move(job)
    return _move_to_archive(job, on_move)


def _stays(job: Job) -> str:
    """Why a HOT result is not moved now; an empty text if it is to be."""
    if not _belongs_to_archive(job):
        if job.archive_after is not None:
            moves.set_archive_after(job, None)
        return "stays"
    if job.cleanup:
        return "waiting"  # an earlier move has to be cleared away first
    if job.archive_after is None:
        job = moves.set_archive_after(job, clock.now_s() + get_settings().retention_s)
    return "waiting" if job.archive_after is None or job.archive_after > clock.now() else ""


def _belongs_to_archive(job: Job) -> bool:
    return is_free(job.user_id) and bool(moving_roles(job))


def _move_to_archive(job: Job, on_move: OnMove) -> str:
    target = default_store()
    bucket = job.s3_results_bucket or aws.bucket("results")
    for role in moving_roles(job):
        if role in job.archived:
            continue
        entry = job.outputs[role]
        key = storage.archive_key(job.user_id, job.job_id, job.storage_version, role)
        file = target.put(bucket, entry["key"], key, role=role, size=entry["size"], sha256=entry["sha256"])
        try:
            job = moves.note_archived(job, file)
        except ConflictError:
            _undo(job, file)
            return "overtaken"
        on_move(job)
    # The last look at the plan comes after the copies; what changes later is settled by the plan change itself (C24).
    if not is_free(job.user_id):
        clean(moves.give_up_archiving(job, None))
        return "stays"
    job = moves.finish_archiving(job)
    log.info("result_archived", job_id=job.job_id, files=len(job.archived))
    clean(job)
    return "archived"


def _undo(job: Job, file: ArchivedFile) -> None:
    """Remove a copy whose move was overtaken, unless another worker of the same move noted the very same one."""
    current = store.get(job.job_id)
    if current is not None and current.storage_version == job.storage_version:
        noted = current.archived.get(file.role)
        if noted is not None and noted["archive_id"] == file.archive_id:
            return
        if current.result_storage == StorageState.ARCHIVING and file.store == "s3" and not current.deleting:
            return  # the other worker puts the same bytes under the same key
    store_named(file.store).remove(file)
    if file.store == "vault":
        target = storage.archive_key(job.user_id, job.job_id, job.storage_version, file.role)
        vault_markers.forget(target, file.archive_id)


def settle(job_id: str) -> str:
    """What the plan of the owner, as it is now, asks of this result (C24, C25, C32)."""
    job = finished_job(job_id)
    if job is None:
        return "gone"
    free = is_free(job.user_id)
    if job.result_storage == StorageState.HOT:
        if free == (job.archive_after is not None) or (free and not moving_roles(job)):
            return "nothing"
        moves.set_archive_after(job, clock.now_s() + get_settings().retention_s if free else None)
        return "will_be_archived" if free else "stays"
    if free:
        return "nothing"  # what is on its way to the archive goes there; what is coming back comes back
    if job.result_storage == StorageState.ARCHIVING:
        clean(moves.give_up_archiving(job, None))
        return "stays"
    return restore_result(job_id)
