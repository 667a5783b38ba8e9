"""The thaw worker: looks at results that are coming back from the archive, and makes them ordinary again."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline import clock, logs, messages
from pipeline.archive.restore_events import message_of
from pipeline.archive.restoring import thaw_result
from pipeline.errors import ConflictError
from pipeline.jobs import store
from pipeline.jobs.states import StorageState
from pipeline.messages import Message
from pipeline.settings import get_settings
from pipeline.workers.delivery import Delivery

log = logs.get_logger()


@dataclass
class ThawHandler:
    """Handles `thaw-due` messages, and the object store's own events that a temporary copy is there."""

    queue: str = field(default="thaw", init=False)
    parse = staticmethod(message_of)

    def handle(self, message: Message, delivery: Delivery) -> None:
        """Take over what is back; while something is missing, come back by a message of our own (C31)."""
        if message.type == "thaw-due" and _was_just_looked_at(message.job):
            return  # a copy of a message: one chain of them for each result is enough
        try:
            done = thaw_result(message.job)
        except ConflictError:
            done = "coming_back"  # another worker was there first; what it leaves is looked at again
        log.info("thaw_step", done=done)
        if done == "coming_back" and message.type == "thaw-due":
            messages.send("thaw", message.model_copy(), get_settings().thaw_interval_s)


def _was_just_looked_at(job_id: str) -> bool:
    """Whether somebody looked at the result less than half the interval ago."""
    job, settings = store.get(job_id), get_settings()
    if job is None or job.result_storage != StorageState.RESTORING or job.sweep_at is None:
        return False
    return job.sweep_at > clock.now() + settings.pending_grace_s + settings.thaw_interval_s / 2
