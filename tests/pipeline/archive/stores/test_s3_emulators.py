"""The S3 store against the embedded AWS in a process of its own, and against bare moto."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from pipeline import aws, storage
from pipeline.archive.stores.base import Retrieval
from pipeline.archive.stores.s3_classes import S3ClassStore
from pipeline.errors import RetryableError
from pipeline.settings import MEBIBYTE, Settings
from tests.pipeline.archive.stores.conftest import TARGET, HotFile, read

STORE = S3ClassStore()
WAIT_S = 20.0


def wait_until_ready(file: object) -> None:
    deadline = time.monotonic() + WAIT_S
    while STORE.retrieval(file) != Retrieval.READY:  # type: ignore[arg-type]
        assert time.monotonic() < deadline, "the restore did not end"
        time.sleep(0.1)


def test_the_circle_against_moto(moto_aws: Settings, hot: HotFile) -> None:
    file = hot.archive(STORE)
    assert STORE.retrieval(file) == Retrieval.NONE
    assert STORE.request(file, "Expedited") == "Expedited"
    assert STORE.retrieval(file) == Retrieval.READY  # moto restores at once
    STORE.bring_back(file, hot.bucket, "back")
    assert read(hot.bucket, "back") == hot.content


@pytest.mark.emulator
@pytest.mark.parametrize(("stored_in_parts", "copied_in_parts"), [(False, False), (True, False), (True, True)])
def test_the_circle_against_the_embedded_aws(
    ministack_aws: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stored_in_parts: bool,
    copied_in_parts: bool,
) -> None:
    if stored_in_parts:
        monkeypatch.setattr(storage, "PART_BYTES", 5 * MEBIBYTE)
    if copied_in_parts:
        monkeypatch.setattr(storage, "COPY_WHOLE_BYTES", 5 * MEBIBYTE)
    hot = HotFile(random.Random(1).randbytes(11 * MEBIBYTE)).store(tmp_path)
    file = hot.archive(STORE)
    described = aws.client("s3").head_object(Bucket=hot.bucket, Key=TARGET)
    assert (described["StorageClass"], described["Metadata"]) == ("GLACIER", {"sha256": hot.sha256})
    with pytest.raises(RetryableError):  # the emulator itself would copy it
        STORE.bring_back(file, hot.bucket, "back")
    assert STORE.request(file, "Expedited") == "Expedited"
    assert STORE.request(file, "Expedited") == "Expedited"
    wait_until_ready(file)
    for key in ("back", TARGET):
        STORE.bring_back(file, hot.bucket, key)
        assert read(hot.bucket, key) == hot.content
    assert "StorageClass" not in aws.client("s3").head_object(Bucket=hot.bucket, Key="back")
    STORE.remove(file)
    STORE.remove(file)
    assert STORE.remove_under("archive/user/job/") == 0


@pytest.mark.emulator
@pytest.mark.parametrize("wrong", [{"sha256": "00" * 32}, {"size": 3}])
def test_a_wrong_file_is_refused_where_the_service_gives_no_sha256_C23(
    ministack_aws: Settings, tmp_path: Path, wrong: dict[str, object]
) -> None:
    hot = HotFile(b"variants" * 100).store(tmp_path)
    stated = {"role": "vcf", "size": len(hot.content), "sha256": hot.sha256} | wrong
    with pytest.raises(RetryableError) as refused:
        STORE.put(hot.bucket, hot.key, TARGET, **stated)  # type: ignore[arg-type]
    assert refused.value.code == "checksum_mismatch"
