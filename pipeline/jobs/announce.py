"""Tells the rest of the system about a job: one that waits (to the annotate workers), one that ended or came back.

The record is written first; if the message cannot be sent, the record stays in the sweep's index and the
sweep sends it later (C16). Both messages may arrive more than once.
"""

from __future__ import annotations

from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import logs, messages
from pipeline.archive import moves
from pipeline.errors import ConflictError, RetryableError
from pipeline.jobs import store
from pipeline.jobs.card import confirm_card, write_card
from pipeline.jobs.model import Job
from pipeline.messages import Message, MessageType

log = logs.get_logger()


def announce_pending(job: Job) -> bool:
    """Tell the annotate workers of a PENDING job, its card first; False if it must be done later."""
    return _carded(job, write_card) and _announce(job, "job-requests", "job-requested")


def announce_finished(job: Job) -> bool:
    """Tell everybody that a job ended (COMPLETED or FAILED), its card first; False if it must be done later."""
    return _carded(job, confirm_card) and _announce(job, "job-results", "job-finished")


def _carded(job: Job, write: Callable[[Job], bool]) -> bool:
    try:
        write(job)
    except (BotoCoreError, ClientError, RetryableError) as error:
        log.warning("card_not_written", job_id=job.job_id, error=type(error).__name__)
        return False
    return True


def announce_restored(job: Job) -> bool:
    """Tell everybody that a result came back from the archive; False if it must be done later."""
    try:
        messages.publish("job-results", Message(type="result-restored", job_id=job.job_id, user_id=job.user_id))
        moves.told(job)
    except (BotoCoreError, ClientError) as error:
        log.warning("announcement_failed", job_id=job.job_id, topic="job-results", error=type(error).__name__)
        return False
    except ConflictError:
        return True  # somebody else noted it, or the result is on its way again: the sweep looks
    return True


def _announce(job: Job, topic: str, kind: MessageType) -> bool:
    try:
        messages.publish(topic, Message(type=kind, job_id=job.job_id, user_id=job.user_id))
        store.mark_announced(job)
    except (BotoCoreError, ClientError) as error:
        log.warning("announcement_failed", job_id=job.job_id, topic=topic, error=type(error).__name__)
        return False
    except ConflictError:
        # The job moved on before we could note that it was announced: nothing is left to do.
        return True
    return True
