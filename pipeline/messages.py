"""Queue messages: one JSON envelope with a schema version, validated when it is read (never trusted).

A message carries ids only; whatever else a handler needs it reads from the record.
"""

from __future__ import annotations

import math
import uuid
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from pipeline import aws, clock
from pipeline.errors import GasError

MAX_MESSAGE_BYTES = 16 * 1024

MAX_DELAY_S = 900  # SQS: the longest DelaySeconds
MessageType = Literal[
    "job-requested",
    "job-finished",
    "archive-due",
    "plan-changed",
    "account-leaving",
    "thaw-due",
    "restore-ready",
    "result-restored",
    "export-requested",
]
ABOUT_AN_ACCOUNT = frozenset({"plan-changed", "account-leaving"})
ID_PATTERN = r"^[A-Za-z0-9_-]{1,64}$"


class PoisonMessageError(GasError):
    """The message can never be handled: it belongs in the dead-letter queue, with this reason."""

    default_code = "poison_message"


class Message(BaseModel):
    """One envelope. `user_id` is opaque; nothing personal travels in a message."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    type: MessageType
    message_id: str = Field(default_factory=lambda: uuid.uuid4().hex, pattern=ID_PATTERN)
    sent_at: int = Field(default_factory=clock.now_s)
    job_id: str | None = Field(None, pattern=ID_PATTERN, validate_default=True)
    user_id: str = Field(pattern=ID_PATTERN)
    export_id: str | None = Field(None, pattern=ID_PATTERN, validate_default=True)

    @field_validator("job_id")
    @classmethod
    def _names_its_job(cls, value: str | None, given: ValidationInfo) -> str | None:
        if (value is None) != (given.data.get("type") in ABOUT_AN_ACCOUNT):
            raise ValueError("every message but plan-changed and account-leaving is about one job")
        return value

    @field_validator("export_id")
    @classmethod
    def _names_its_export(cls, value: str | None, given: ValidationInfo) -> str | None:
        if (value is None) != (given.data.get("type") != "export-requested"):
            raise ValueError("export-requested, and no other message, is about an export")
        return value

    @property
    def export(self) -> str:
        """Id of the export of an export-requested message."""
        if self.export_id is None:
            raise PoisonMessageError(f"a {self.type} message is about no export")
        return self.export_id

    @property
    def job(self) -> str:
        """Id of the job; every message but those about an account has one."""
        if self.job_id is None:
            raise PoisonMessageError(f"a {self.type} message is about no job")
        return self.job_id


def parse(body: str) -> Message:
    """The message in a queue body; `PoisonMessageError` says in which field it breaks the schema."""
    if len(body) > MAX_MESSAGE_BYTES:
        raise PoisonMessageError(f"the message is longer than {MAX_MESSAGE_BYTES} characters")
    try:
        return Message.model_validate_json(body)
    except ValidationError as error:
        places = sorted({".".join(str(part) for part in e["loc"]) or "body" for e in error.errors()})
        raise PoisonMessageError(f"the message breaks schema 1 at: {', '.join(places)}") from error


def publish(topic: str, message: Message) -> None:
    """Send a message to a topic; its user's id is the group, so that SQS serves tenants fairly (C21)."""
    aws.client("sns").publish(
        TopicArn=aws.topic_arn(topic),
        Message=message.model_dump_json(exclude_none=True),
        MessageGroupId=message.user_id,
    )


def send(queue: str, message: Message, delay_s: float = 0) -> None:
    """Send a message straight to a queue, to arrive after `delay_s` seconds (at most 15 minutes)."""
    aws.client("sqs").send_message(
        QueueUrl=aws.queue_url(aws.queue_name(queue)),
        MessageBody=message.model_dump_json(exclude_none=True),
        DelaySeconds=max(0, min(math.ceil(delay_s), MAX_DELAY_S)),
        MessageGroupId=message.user_id,
    )
