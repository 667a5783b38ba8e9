"""A stored file is copied whole, in one request or in parts, inside the object store (C33)."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from pipeline import aws, storage
from pipeline.settings import MEBIBYTE, Settings

CONTENT = bytes(range(256)) * (4 * 1024 * 11)  # 11 MiB

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize("whole_bytes", [64 * MEBIBYTE, 6 * MEBIBYTE])
def test_copy_holds_the_same_bytes(ministack_aws: Settings, monkeypatch: pytest.MonkeyPatch, whole_bytes: int) -> None:
    monkeypatch.setattr(storage, "COPY_WHOLE_BYTES", whole_bytes)
    monkeypatch.setattr(storage, "PART_BYTES", 5 * MEBIBYTE)
    bucket = aws.bucket("inputs")
    aws.client("s3").put_object(Bucket=bucket, Key="uploads/a", Body=CONTENT)
    assert storage.copy(bucket, "uploads/a", bucket, "uploads/b") == len(CONTENT)
    aws.client("s3").delete_object(Bucket=bucket, Key="uploads/a")
    assert aws.client("s3").get_object(Bucket=bucket, Key="uploads/b")["Body"].read() == CONTENT


def test_copy_of_what_is_not_there_is_an_error(ministack_aws: Settings) -> None:
    with pytest.raises(ClientError) as refused:
        storage.copy(aws.bucket("inputs"), "uploads/none", aws.bucket("inputs"), "uploads/b")
    assert refused.value.response["Error"]["Code"] in ("404", "NoSuchKey")
    assert storage.size_of(aws.bucket("inputs"), "uploads/b") is None
