"""The archive worker: moves a free user's result to the archive when it is due. Waiting for that holds on to no message
(C31)."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline import clock, logs, messages
from pipeline.archive import moves
from pipeline.archive.steps import archive_result
from pipeline.errors import ConflictError, LeaseLostError
from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.jobs.states import StorageState
from pipeline.messages import MAX_DELAY_S, Message
from pipeline.workers.delivery import Delivery

log = logs.get_logger()


@dataclass
class ArchiveHandler:
    """Handles `job-finished` and `archive-due` messages."""

    queue: str = field(default="archive", init=False)
    parse = staticmethod(messages.parse)

    def handle(self, message: Message, delivery: Delivery) -> None:
        """Move the result if it is due; else come back in time, if that is soon: else the sweep finds it."""

        def on_move(job: Job) -> None:
            delivery.renew = lambda: _renew(job)

        try:
            done = archive_result(message.job, on_move)
        except ConflictError:
            done = "changed_meanwhile"  # a plan change, a deletion or another worker was there first
        log.info("archive_step", done=done)
        if done in ("waiting", "changed_meanwhile"):
            _come_back(message)


def _renew(job: Job) -> None:
    try:
        moves.renew(job)
    except ConflictError as error:
        raise LeaseLostError("This move is over, or another worker goes on with it.") from error


def _come_back(message: Message) -> None:
    """A message of our own for the rest of the time, so that waiting is never counted as failing."""
    job = store.get(message.job)
    if job is None or job.deleting or job.result_storage != StorageState.HOT or job.archive_after is None:
        return
    left = job.archive_after - clock.now()
    if left <= MAX_DELAY_S:
        again = Message(type="archive-due", job_id=message.job, user_id=message.user_id)
        messages.send("archive", again, max(left, 1))
