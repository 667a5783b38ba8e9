"""The way of a result back from the archive: asked for, looked at again and again, taken over, HOT (C27 to C30).

Like every step (`steps`), these may be called by anybody at any time, twice or at once.
"""

from __future__ import annotations

from pipeline import aws, clock, logs, storage
from pipeline.archive import moves, words
from pipeline.archive.cleaning import clean
from pipeline.archive.files import ArchivedFile
from pipeline.archive.rules import archive_after_of
from pipeline.archive.stores import store_named
from pipeline.archive.stores.base import Retrieval
from pipeline.errors import RetryableError
from pipeline.jobs.adoption import finished_job
from pipeline.jobs.announce import announce_restored
from pipeline.jobs.model import Job
from pipeline.jobs.states import StorageState
from pipeline.settings import get_settings

log = logs.get_logger()


def restore_result(job_id: str) -> str:
    """Begin to bring an archived result back; goes on with one that is on its way."""
    job = finished_job(job_id)
    if job is None:
        return "gone"
    if job.result_storage == StorageState.ARCHIVED:
        tier = get_settings().restore_tier
        job = moves.begin_restoring(job, tier, words.of_tier(tier))
        log.info("restore_begun", job_id=job.job_id, tier=tier)
    return thaw_result(job_id)


def thaw_result(job_id: str) -> str:
    """Look at a result that is coming back: ask for what nobody asked for (or whose copy expired, C29), take over what
    is there, and make the result HOT when all of it is."""
    job = finished_job(job_id)
    if job is None:
        return "gone"
    if job.result_storage != StorageState.RESTORING:
        return "nothing"
    if job.cleanup:
        job = clean(job)
    job = _looked_at(job)
    if len(job.thawed) < len(job.archived):
        # The worker's own next message comes first; the sweep looks only where that was lost.
        at = clock.now() + get_settings().thaw_interval_s + get_settings().pending_grace_s
        moves.look_again(job, at, words.when_late(job))
        return "coming_back"
    job = moves.finish_restoring(job, archive_after_of(job.user_id))
    log.info("result_restored", job_id=job.job_id)
    announce_restored(job)
    finished = finished_job(job_id)
    if finished is not None:
        clean(finished)
    return "restored"


def _looked_at(job: Job) -> Job:
    """One look at every file that is not back yet. Raises RetryableError, after the last one, if a file that was ready
    is not after all: it keeps no other one back (C28)."""
    failed: RetryableError | None = None
    asking = False
    for file in map(ArchivedFile.from_dict, job.archived.values()):
        if file.role in job.thawed:
            continue
        state = store_named(file.store).retrieval(file)
        if state == Retrieval.NONE:
            job = _asked_for(moves.ask_alone(job, held=asking), file)
            asking = True
        elif state == Retrieval.READY:
            try:
                job = _taken_over(job, file)
            except RetryableError as error:
                failed = error
    if failed is not None:
        raise failed
    return job


def _asked_for(job: Job, file: ArchivedFile) -> Job:
    """Ask for a file, and note what was accepted where the owner was told something else, or of a time long ago."""
    tier = job.restore_tier or get_settings().restore_tier
    accepted = store_named(file.store).request(file, tier)
    is_over = job.restore_expected_at is not None and job.restore_expected_at <= clock.now()
    if accepted == job.restore_tier and not is_over:
        return job
    return moves.note_tier(job, accepted, words.of_tier(accepted))


def _taken_over(job: Job, file: ArchivedFile) -> Job:
    name = job.outputs[file.role]["key"].rsplit("/", 1)[-1]
    key = storage.thawed_key(job.user_id, job.job_id, job.storage_version, name)
    store_named(file.store).bring_back(file, job.s3_results_bucket or aws.bucket("results"), key)
    return moves.note_thawed(job, file.role, key)
