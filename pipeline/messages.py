"""Queue messages: one JSON envelope with a schema version, validated when it is read (never trusted).

A message carries ids only; whatever else a handler needs it reads from the record.
"""

from __future__ import annotations

import uuid
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline import aws, clock
from pipeline.errors import GasError

MAX_MESSAGE_BYTES = 16 * 1024

MessageType = Literal["job-requested", "job-finished"]
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
    job_id: str = Field(pattern=ID_PATTERN)
    user_id: str = Field(pattern=ID_PATTERN)


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
        Message=message.model_dump_json(),
        MessageGroupId=message.user_id,
    )
