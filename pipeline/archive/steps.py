"""The steps of a result's life: to the archive, back, and what its owner's plan asks for.

Each step reads the record, does what its state asks for, and may be called by anybody at any time, twice or at once:
workers, the sweep, a second worker with the same message. Each returns a word for what it did.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline import aws, clock, logs, storage
from pipeline.accounts import store as accounts
from pipeline.archive import moves
from pipeline.archive.cleaning import clean
from pipeline.archive.files import MOVING_ROLES, ArchivedFile
from pipeline.archive.stores import default_store, store_named
from pipeline.archive.stores.base import Retrieval
from pipeline.archive.words import expected_seconds, restore_sentence
from pipeline.errors import ConflictError, RetryableError
from pipeline.jobs import store
from pipeline.jobs.adoption import first_look
from pipeline.jobs.announce import announce_restored
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.settings import get_settings

log = logs.get_logger()
OnMove = Callable[[Job], None]


def archive_result(job_id: str, on_move: OnMove = lambda job: None) -> str:
    """Bring a free user's result to the archive if it is due. `on_move` hears of each change of the record."""
    job = _finished(job_id)
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


def _finished(job_id: str) -> Job | None:
    job = first_look(job_id)
    return job if job is not None and not job.deleting and job.job_status == JobStatus.COMPLETED else None


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


def is_free(user_id: str) -> bool:
    """Whether results of this user follow the free rule; those of nobody stay where they are."""
    user = accounts.get_user(user_id)
    return user is not None and user.plan == "free_user"


def archive_after_of(user_id: str) -> int | None:
    """When a result that becomes HOT now falls due for the archive; None: never."""
    return clock.now_s() + get_settings().retention_s if is_free(user_id) else None


def moving_roles(job: Job) -> list[str]:
    """The files of a result that are worth moving."""
    least = get_settings().archive_min_bytes
    return [role for role in MOVING_ROLES if role in job.outputs and job.outputs[role]["size"] >= least]


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


def restore_result(job_id: str) -> str:
    """Begin to bring an archived result back; goes on with one that is on its way."""
    job = _finished(job_id)
    if job is None:
        return "gone"
    if job.result_storage == StorageState.ARCHIVED:
        tier = get_settings().restore_tier
        expected = clock.now_s() + expected_seconds(tier)
        job = moves.begin_restoring(job, restore_sentence(tier), tier, expected)
        log.info("restore_begun", job_id=job.job_id, tier=tier)
    return thaw_result(job_id)


def thaw_result(job_id: str) -> str:
    """Look at a result that is coming back: ask for what nobody asked for (or whose copy expired, C29), take over what
    is there, and make the result HOT when all of it is."""
    job = _finished(job_id)
    if job is None:
        return "gone"
    if job.result_storage != StorageState.RESTORING:
        return "nothing"
    if job.cleanup:
        job = clean(job)
    bucket = job.s3_results_bucket or aws.bucket("results")
    failed: RetryableError | None = None
    asking = False
    for file in map(ArchivedFile.from_dict, job.archived.values()):
        if file.role in job.thawed:
            continue
        source = store_named(file.store)
        state = source.retrieval(file)
        if state == Retrieval.NONE:
            job = moves.ask_alone(job, held=asking)
            asking = True
            job = _noted_tier(job, source.request(file, job.restore_tier or get_settings().restore_tier))
        elif state == Retrieval.READY:
            name = job.outputs[file.role]["key"].rsplit("/", 1)[-1]
            key = storage.thawed_key(job.user_id, job.job_id, job.storage_version, name)
            try:
                source.bring_back(file, bucket, key)
            except RetryableError as error:  # one file that is not ready after all keeps no other one back (C28)
                failed = error
                continue
            job = moves.note_thawed(job, file.role, key)
    if failed is not None:
        raise failed
    if len(job.thawed) < len(job.archived):
        # The worker's own next message comes first; the sweep looks only where that was lost.
        moves.look_again(job, clock.now() + get_settings().thaw_interval_s + get_settings().pending_grace_s)
        return "coming_back"
    job = moves.finish_restoring(job, archive_after_of(job.user_id))
    log.info("result_restored", job_id=job.job_id)
    announce_restored(job)
    finished = _finished(job_id)
    if finished is not None:
        clean(finished)
    return "restored"


def _noted_tier(job: Job, accepted: str) -> Job:
    if accepted == job.restore_tier:
        return job
    expected = (job.restore_requested_at or clock.now_s()) + expected_seconds(accepted)
    return moves.note_tier(job, restore_sentence(accepted), accepted, expected)


def settle(job_id: str) -> str:
    """What the plan of the owner, as it is now, asks of this result (C24, C25, C32)."""
    job = _finished(job_id)
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
