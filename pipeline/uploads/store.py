"""Records of uploads. An upload's id becomes its job's id, so that one upload can only ever be one job (C02)."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from pipeline import aws, clock, dynamo, ids, storage, sweep_index
from pipeline.errors import ConflictError, NotFoundError
from pipeline.settings import get_settings
from pipeline.uploads.choices import AUTOMATIC, Choices
from pipeline.uploads.names import clean_file_name

TABLE = "uploads"
SWEEP_BUCKET = "open"
S3_MAX_PARTS = 10_000


class UploadState(StrEnum):
    """OPEN → UPLOADED → SUBMITTED; an OPEN or UPLOADED one may become DISCARDED, and is gone for its user then.

    COPYING stands in place of OPEN where the file is copied from another job; its user does not see it.
    """

    OPEN = "OPEN"
    COPYING = "COPYING"
    UPLOADED = "UPLOADED"
    SUBMITTED = "SUBMITTED"
    DISCARDED = "DISCARDED"


UNFINISHED = frozenset({UploadState.OPEN, UploadState.UPLOADED})


@dataclass(frozen=True)
class Upload:
    """One file on its way in. `size` is what the browser announced, in bytes; the object is checked against it.

    `token` is the browser's name for its wish to upload: the same wish sent twice is one upload.
    """

    user_id: str
    upload_id: str
    file_name: str
    size: int
    part_size: int
    bucket: str
    key: str
    multipart_id: str
    state: UploadState
    created_at: int
    bundle_id: str | None = None  # None: the one that fits the file's genome build best
    engine: str | None = None
    source_ids: list[str] | None = None
    rerun_of: str | None = None  # id of the job whose file this is a copy of
    pinned: dict[str, Any] | None = None  # the versions that the job of this file must be made with
    token: str | None = None
    sweep_bucket: str | None = None
    sweep_at: int | None = None

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Upload:
        """The upload in a record of the `uploads` table."""
        known = {f.name for f in fields(cls)}
        values = {k: v for k, v in record.items() if k in known}
        return cls(**{**values, "state": UploadState(values["state"])})

    @property
    def choices(self) -> Choices:
        """How the file is to be annotated, as far as its owner chose."""
        sources = None if self.source_ids is None else tuple(self.source_ids)
        return Choices(self.bundle_id, self.engine, sources)

    @property
    def record_key(self) -> dict[str, str]:
        """Primary key of the record."""
        return {"user_id": self.user_id, "upload_id": self.upload_id}

    @property
    def part_count(self) -> int:
        """Number of parts of the whole file."""
        return max(1, math.ceil(self.size / self.part_size))

    def part_length(self, number: int) -> int:
        """Length in bytes of the 1-based part."""
        return min(self.part_size, self.size - (number - 1) * self.part_size)


def new(user_id: str, file_name: str, size: int, choices: Choices = AUTOMATIC, *, token: str | None = None) -> Upload:
    """An upload that is not stored yet; the server mints bucket, key and id (C01)."""
    settings = get_settings()
    upload_id = ids.new_id()
    now = clock.now_s()
    return Upload(
        user_id=user_id,
        upload_id=upload_id,
        file_name=clean_file_name(file_name),
        size=size,
        part_size=max(settings.upload_part_bytes, math.ceil(size / S3_MAX_PARTS)),
        bucket=aws.bucket("inputs"),
        key=storage.input_key(user_id, upload_id),
        multipart_id="",
        state=UploadState.OPEN,
        created_at=now,
        bundle_id=choices.bundle_id,
        engine=choices.engine,
        source_ids=None if choices.source_ids is None else list(choices.source_ids),
        token=token,
        sweep_bucket=SWEEP_BUCKET,
        sweep_at=now + settings.upload_ttl_s,
    )


def with_multipart(upload: Upload, multipart_id: str) -> Upload:
    """The same upload with the object store's id of its multipart upload."""
    return replace(upload, multipart_id=multipart_id)


def insert(upload: Upload) -> None:
    """Store a new upload."""
    dynamo.put_new(TABLE, vars(upload), "upload_id")


def get_owned(user_id: str, upload_id: object) -> Upload:
    """The user's own upload; another user's, a discarded and an unknown one raise the same `NotFoundError` (C03)."""
    record = dynamo.get(TABLE, {"user_id": user_id, "upload_id": str(upload_id)}) if ids.is_id(upload_id) else None
    if record is None or record["state"] == UploadState.DISCARDED:
        raise NotFoundError("There is no such upload in your account.")
    return Upload.from_record(record)


def of_user(user_id: str) -> list[Upload]:
    """All uploads of a user, read consistently."""
    records = dynamo.query_all(
        TABLE,
        KeyConditionExpression="user_id = :u",
        ExpressionAttributeValues={":u": {"S": user_id}},
        ConsistentRead=True,
    )
    return [Upload.from_record(record) for record in records]


def open_of_user(user_id: str) -> list[Upload]:
    """The user's unfinished uploads, oldest first."""
    unfinished = [u for u in of_user(user_id) if u.state in UNFINISHED]
    return sorted(unfinished, key=lambda u: (u.created_at, u.upload_id))


def due_for_sweep(limit_time: float) -> list[Upload]:
    """Uploads whose time has passed without a job, or submitted ones whose record is no longer needed."""
    return [Upload.from_record(record) for record in sweep_index.due(TABLE, SWEEP_BUCKET, limit_time)]


def mark_discarded(upload: Upload) -> Upload | None:
    """Take an unfinished upload away from its user; None if it became a job, or is gone already.

    Written before any byte goes, so that a submit at the same moment either has its file or is refused; the
    sweep finds the record if the rest is interrupted.
    """
    update = dynamo.Update(TABLE, upload.record_key).set(
        state=UploadState.DISCARDED, sweep_bucket=SWEEP_BUCKET, sweep_at=clock.now_s()
    )
    try:
        return Upload.from_record(
            update.when_in("state", [*UNFINISHED, UploadState.COPYING, UploadState.DISCARDED]).write()
        )
    except ConflictError:
        return None


def remove(upload: Upload) -> None:
    """Forget an upload, unless its state changed since it was read."""
    client = aws.client("dynamodb")
    try:
        client.delete_item(
            TableName=aws.table_name(TABLE),
            Key=dynamo.to_item(upload.record_key),
            ConditionExpression="attribute_not_exists(#s) OR #s = :seen",
            ExpressionAttributeNames={"#s": "state"},
            ExpressionAttributeValues={":seen": {"S": upload.state}},
        )
    except client.exceptions.ConditionalCheckFailedException:
        return


def forget(upload: Upload) -> None:
    """Forget an upload whatever its state; its owner's account is being deleted."""
    aws.client("dynamodb").delete_item(TableName=aws.table_name(TABLE), Key=dynamo.to_item(upload.record_key))
