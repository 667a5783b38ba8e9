"""The sweep: finds jobs and uploads whose records and messages disagree, and puts each right.

Every step is a conditional write on a fresh, consistent read, so any number of sweeps may run at once.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import clock, logs, messages
from pipeline.accounts import plans
from pipeline.accounts.delete import announce_deletion, deleting_users
from pipeline.archive.cleaning import clean
from pipeline.archive.vault_sweep import VaultSweep
from pipeline.errors import ConflictError, GasError
from pipeline.exports import store as exports
from pipeline.exports.upkeep import sweep_export
from pipeline.jobs import delete, store
from pipeline.jobs.announce import announce_finished, announce_pending, announce_restored
from pipeline.jobs.attempts import remove_attempts
from pipeline.jobs.card import confirm_card
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.messages import Message, MessageType
from pipeline.settings import get_settings
from pipeline.uploads import store as uploads
from pipeline.uploads import transfer
from pipeline.uploads.store import Upload, UploadState

log = logs.get_logger()


def sweep_job(job_id: str) -> str:
    """Put one job right; says what was done."""
    job = store.get(job_id)
    if job is None or job.sweep_at is None or job.sweep_at > clock.now():
        return "nothing"
    if job.deleting:
        return _sweep_deleted(job)
    if job.job_status == JobStatus.PENDING:
        return "announced_pending" if announce_pending(job) else "announcement_failed"
    if job.job_status == JobStatus.RUNNING:
        released = store.release_expired(job)
        if released.is_active:
            announce_pending(released)
            return "released_lost_lease"
        announce_finished(released)
        return "failed_worker_lost"
    if job.job_status == JobStatus.CANCELLED:
        remove_attempts(job, job.attempt)
        confirm_card(job)
        store.mark_announced(job)
        return "cleared_cancelled"
    if job.announced_at is None:
        return "announced_finished" if announce_finished(job) else "announcement_failed"
    if job.job_status == JobStatus.COMPLETED:
        return _sweep_result(job)
    if job.cleanup:
        return _cleaned(job)
    store.put_off(job)
    return "nothing"


def _sweep_result(job: Job) -> str:
    """A result whose move was not told, not cleared away, or not carried on."""
    if job.restored_at is not None:
        return "announced_restored" if announce_restored(job) else "announcement_failed"
    if job.cleanup:
        return _cleaned(job)
    if job.result_storage == StorageState.RESTORING:
        return _asked_for(job, "thaw", "thaw-due")
    is_due = (
        job.result_storage == StorageState.HOT and job.archive_after is not None and job.archive_after <= clock.now()
    )
    if is_due or job.result_storage == StorageState.ARCHIVING:
        return _asked_for(job, "archive", "archive-due")
    store.put_off(job)
    return "nothing"


def _cleaned(job: Job) -> str:
    return "cleaned" if clean(job).cleanup is None else "nothing"


def _asked_for(job: Job, queue: str, kind: MessageType) -> str:
    """Let the worker do it; if the message is lost, the next look comes."""
    messages.send(queue, Message(type=kind, job_id=job.job_id, user_id=job.user_id))
    store.sweep_later(job)
    return kind.replace("-", "_")


def _sweep_deleted(job: Job) -> str:
    if clock.now() < (job.deleting or 0) + 2 * get_settings().lease_s:
        delete.remove_objects(job)
        delete.look_again(job)
        return "deleted_objects"
    delete.bury(job)
    return "buried"


def _all_of(steps: Iterable[tuple[dict[str, str], Callable[[], str]]]) -> Counter[str]:
    """What each step said that it did. One odd job, upload or account never stops the rest; its ids are logged."""
    done: Counter[str] = Counter()
    for ids, step in steps:
        with logs.bound(**ids):
            try:
                done[step()] += 1
            except ConflictError:
                done["changed_meanwhile"] += 1
            except (GasError, BotoCoreError, ClientError) as error:
                done["failed"] += 1
                log.warning("sweep_failed", error=type(error).__name__)
    return done


def sweep_jobs() -> Counter[str]:
    """Put right every job that is due."""
    return _all_of(({"job_id": job_id}, partial(sweep_job, job_id)) for job_id in store.due_for_sweep(clock.now()))


def sweep_accounts() -> Counter[str]:
    """Tell again of plan changes that nobody settled, and of accounts whose deletion was cut short."""
    now = clock.now()
    return _all_of(
        [
            *(({"user_id": user_id}, partial(_announce_plan, user_id)) for user_id in plans.unsettled_users(now)),
            *(({"user_id": user_id}, partial(_announce_deletion, user_id)) for user_id in deleting_users(now)),
        ]
    )


def _announce_plan(user_id: str) -> str:
    plans.announce_plan(user_id)
    return "announce_plan"


def _announce_deletion(user_id: str) -> str:
    announce_deletion(user_id)
    return "announce_deletion"


def sweep_uploads() -> Counter[str]:
    """Remove uploads that nobody finished in time, and records of those that became jobs long ago."""
    due = uploads.due_for_sweep(clock.now())
    return _all_of(({"upload_id": upload.upload_id}, partial(_sweep_upload, upload)) for upload in due)


def _sweep_upload(upload: Upload) -> str:
    if upload.state == UploadState.SUBMITTED:
        uploads.remove(upload)
        return "forgot_upload"
    transfer.discard(upload)
    return "discarded_upload"


def sweep_exports() -> Counter[str]:
    """Tell again of exports that wait, release those whose worker died, remove what expired."""
    due = exports.due_for_sweep(clock.now())
    return _all_of(({"export_id": export.export_id}, partial(sweep_export, export)) for export in due)


@dataclass
class SweepLoop:
    """Looks again and again, until `stopping` is set."""

    stopping: threading.Event
    last_tick: float = field(default_factory=time.monotonic)
    vault: VaultSweep = field(default_factory=VaultSweep)

    def run(self) -> None:
        """Sweep, then wait; a cloud that does not answer is asked again at the next round."""
        while not self.stopping.is_set():
            self.last_tick = time.monotonic()
            try:
                done = sweep_jobs() + sweep_uploads() + sweep_accounts() + sweep_exports()
                done += _all_of([({}, self.vault.step)])
                del done["nothing"]
                if done:
                    log.info("swept", **done)
            except (BotoCoreError, ClientError) as error:
                log.warning("sweep_unavailable", error=type(error).__name__)
            self.stopping.wait(get_settings().sweep_interval_s)
