"""S3's events of finished restores, read as messages of ours."""

from __future__ import annotations

from urllib.parse import unquote_plus

from pydantic import BaseModel, ValidationError

from pipeline import messages
from pipeline.archive.files import archive_key_of
from pipeline.messages import Message


class _Object(BaseModel):
    key: str


class _S3(BaseModel):
    object: _Object


class _Record(BaseModel):
    s3: _S3


class _Event(BaseModel):
    Records: list[_Record]


class _Test(BaseModel):
    Event: str


def message_of(body: str) -> Message | None:
    """A `restore-ready` message for an S3 event, or the message itself; None for S3's test event and for objects that
    are not ours to bring back. Raises PoisonMessageError for anything else."""
    if len(body) <= messages.MAX_MESSAGE_BYTES and '"Records"' in body:
        try:
            records = _Event.model_validate_json(body).Records
        except ValidationError:
            return messages.parse(body)
        found = [archive_key_of(unquote_plus(record.s3.object.key)) for record in records]
        ours = [key for key in found if key is not None]
        return Message(type="restore-ready", job_id=ours[0].job_id, user_id=ours[0].user_id) if ours else None
    if '"s3:TestEvent"' in body and _is_test(body):
        return None
    return messages.parse(body)


def _is_test(body: str) -> bool:
    try:
        return _Test.model_validate_json(body).Event == "s3:TestEvent"
    except ValidationError:
        return False
