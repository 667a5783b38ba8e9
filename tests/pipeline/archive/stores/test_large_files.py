"""Files that S3 copies in parts keep their bytes, and the copy is proven all the same (C33)."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from pipeline import aws, storage
from pipeline.archive.stores.base import Retrieval
from pipeline.archive.stores.s3_classes import S3ClassStore
from pipeline.archive.stores.server_copy import part_bytes_for
from pipeline.errors import RetryableError
from pipeline.settings import GIBIBYTE, MEBIBYTE
from tests.pipeline.archive.conftest import MovedClock
from tests.pipeline.archive.stores.conftest import TARGET, HotFile, before_each, read, refusal
from util_jobs.faults.aws_as_it_is import AwsAsItIs

STORE = S3ClassStore()


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """S3's smallest part, so that a small file takes the path of a large one."""
    monkeypatch.setattr(storage, "PART_BYTES", 5 * MEBIBYTE)
    monkeypatch.setattr(storage, "COPY_WHOLE_BYTES", 6 * MEBIBYTE)


@pytest.fixture
def large(small_parts: None, as_it_is: AwsAsItIs, tmp_path: Path) -> HotFile:
    """A file of three parts, as a worker stores it."""
    return HotFile(random.Random(1).randbytes(11 * MEBIBYTE + 7)).store(tmp_path)


def composite(key: str) -> str:
    described = aws.client("s3").head_object(Bucket=aws.bucket("results"), Key=key, ChecksumMode="ENABLED")
    return str(described["ChecksumSHA256"])


def test_a_large_file_goes_and_comes_back_in_parts_C33(
    as_it_is: AwsAsItIs, large: HotFile, moved_clock: MovedClock
) -> None:
    reads: list[str] = []
    with before_each("GetObject", lambda: reads.append("read")):
        file = large.archive(STORE)
        STORE.request(file, "Expedited")
        moved_clock.time += 180
        STORE.bring_back(file, large.bucket, "back")
    assert reads == []  # S3's own figures were proof enough: no byte came to this process
    assert composite(large.key) == composite(TARGET) == composite("back")
    described = aws.client("s3").head_object(Bucket=large.bucket, Key="back")
    assert (described["ContentType"], described["Metadata"]) == ("application/gzip", {"sha256": large.sha256})
    assert read(large.bucket, "back") == large.content


def test_a_part_that_was_not_restored_is_refused_C33(as_it_is: AwsAsItIs, large: HotFile) -> None:
    file = large.archive(STORE)
    with pytest.raises(RetryableError) as refused:
        STORE.bring_back(file, large.bucket, "back")
    assert refused.value.code == "not_retrieved"
    assert storage.size_of(large.bucket, "back") is None


def test_a_copy_in_parts_that_fails_leaves_nothing_behind_C33(as_it_is: AwsAsItIs, large: HotFile) -> None:
    with before_each("UploadPartCopy", refusal("UploadPartCopy", "SlowDown")), pytest.raises(ClientError):
        large.archive(STORE)
    assert "Uploads" not in aws.client("s3").list_multipart_uploads(Bucket=large.bucket)
    assert storage.size_of(large.bucket, TARGET) is None


def test_a_large_file_archived_in_place_comes_back_in_place_C33(
    as_it_is: AwsAsItIs, large: HotFile, moved_clock: MovedClock
) -> None:
    file = large.archive(STORE)
    STORE.request(file, "Expedited")
    moved_clock.time += 180
    STORE.bring_back(file, large.bucket, TARGET)
    assert STORE.retrieval(file) == Retrieval.READY
    assert read(large.bucket, TARGET) == large.content


def test_a_large_file_stored_by_others_is_read_once_for_the_proof_C33(small_parts: None, as_it_is: AwsAsItIs) -> None:
    content = random.Random(2).randbytes(13 * MEBIBYTE)
    aws.client("s3").put_object(Bucket=aws.bucket("results"), Key="foreign", Body=content)
    reads: list[str] = []
    with before_each("GetObject", lambda: reads.append("read")):
        HotFile(content, "foreign").archive(STORE)
    assert reads == ["read"]
    with pytest.raises(RetryableError) as refused:
        STORE.put(aws.bucket("results"), "foreign", "t", role="vcf", size=len(content), sha256="00" * 32)
    assert refused.value.code == "checksum_mismatch"


@pytest.mark.parametrize("algorithm", ["SHA256", "CRC32"])
def test_a_copy_that_holds_other_bytes_is_noticed_C23(small_parts: None, as_it_is: AwsAsItIs, algorithm: str) -> None:
    content = random.Random(3).randbytes(13 * MEBIBYTE)
    bucket = aws.bucket("results")
    aws.client("s3").put_object(Bucket=bucket, Key="foreign", Body=content)
    looks: list[str] = []

    def damage() -> None:  # before the third look: those before it are at the target and the source, before the copy
        looks.append("look")
        if len(looks) == 3:
            other = {"Body": content[:-1] + b"x", "ChecksumAlgorithm": algorithm}
            aws.client("s3").put_object(Bucket=bucket, Key=TARGET, StorageClass="GLACIER", **other)

    with before_each("HeadObject", damage), pytest.raises(RetryableError) as refused:
        HotFile(content, "foreign").archive(STORE)
    assert (refused.value.code, len(looks)) == ("checksum_mismatch", 3)


def test_parts_grow_only_where_ten_thousand_are_not_enough_C33() -> None:
    assert part_bytes_for(6 * GIBIBYTE) == storage.PART_BYTES
    assert part_bytes_for(10_000 * storage.PART_BYTES) == storage.PART_BYTES
    assert part_bytes_for(10_000 * storage.PART_BYTES + 1) == 2 * storage.PART_BYTES
    assert 10_000 * part_bytes_for(5 * 1024 * GIBIBYTE) >= 5 * 1024 * GIBIBYTE


def test_a_file_stored_in_parts_and_copied_whole_is_proven_C33(
    as_it_is: AwsAsItIs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock
) -> None:
    monkeypatch.setattr(storage, "PART_BYTES", 5 * MEBIBYTE)
    hot = HotFile(random.Random(4).randbytes(11 * MEBIBYTE)).store(tmp_path)
    file = hot.archive(STORE)
    STORE.request(file, "Expedited")
    moved_clock.time += 180
    STORE.bring_back(file, hot.bucket, "back")
    assert read(hot.bucket, "back") == hot.content
