"""What SES took, as a reader's mail program would see it; and what tests of e-mails begin with."""

from __future__ import annotations

import email
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from typing import Any

from moto.ses.models import ses_backends

from pipeline import clock
from pipeline.accounts.store import User
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.notify import mail
from pipeline.notify.send import prepare_local_sender
from pipeline.settings import get_settings
from tests.builders import make_job, write_job


def sent() -> list[EmailMessage]:
    """The e-mails that SES took, oldest first."""
    settings = get_settings()
    taken = ses_backends[settings.aws_account_id][settings.aws_region].sent_messages
    return [email.message_from_string(message.raw_data, policy=default) for message in taken]


def body(message: EmailMessage, kind: str) -> str:
    """The `plain` or `html` part as text."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def verify_sender() -> None:
    """Let SES take e-mails of this stack's sender."""
    prepare_local_sender(mail.sender())


def ended_job(user: User, status: JobStatus = JobStatus.COMPLETED, name: str = "tiny.vcf", **changes: Any) -> Job:
    """A job of the user that has ended; `changes` are attributes of its record."""
    job = make_job(user, name=name)
    storage = StorageState.HOT if status == JobStatus.COMPLETED else StorageState.NONE
    values: dict[str, Any] = {"attempt": 1, "complete_time": clock.now_s(), "result_storage": storage} | changes
    return write_job(replace(job, job_status=status, **values))
