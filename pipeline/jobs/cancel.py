"""Stopping a job at its owner's wish. The card says so at once, so that no rebuilt table starts it again."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import logs
from pipeline.errors import RetryableError
from pipeline.jobs import store
from pipeline.jobs.card import confirm_card
from pipeline.jobs.model import Job

log = logs.get_logger()


def cancel(job: Job) -> Job:
    """PENDING or RUNNING → CANCELLED; ConflictError if the job has ended. A card that cannot be written now is written
    by the sweep."""
    cancelled = store.cancel(job)
    try:
        confirm_card(cancelled)
    except (BotoCoreError, ClientError, RetryableError) as error:
        log.warning("card_not_written", job_id=job.job_id, error=type(error).__name__)
    return cancelled
