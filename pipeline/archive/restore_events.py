"""S3's events of finished restores, read as messages of ours."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from pydantic import BaseModel, ValidationError

from pipeline import messages
from pipeline.messages import Message

# `storage.archive_key`: made of our own ids only, so that it may be read back.
ARCHIVE_KEY = re.compile(r"archive/(?P<user>[A-Za-z0-9_-]{1,64})/(?P<job>[A-Za-z0-9_-]{1,64})/\d+/[a-z]+\Z")


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
        found = [ARCHIVE_KEY.match(unquote_plus(record.s3.object.key)) for record in records]
        matches = [match for match in found if match is not None]
        return Message(type="restore-ready", job_id=matches[0]["job"], user_id=matches[0]["user"]) if matches else None
    if '"s3:TestEvent"' in body and _is_test(body):
        return None
    return messages.parse(body)


def _is_test(body: str) -> bool:
    try:
        return _Test.model_validate_json(body).Event == "s3:TestEvent"
    except ValidationError:
        return False
