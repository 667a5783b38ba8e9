"""The archive in S3's Glacier storage classes, against S3 as it behaves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from pipeline import aws
from pipeline.archive.stores import default_store, s3_classes, store_named
from pipeline.archive.stores.base import Retrieval
from pipeline.archive.stores.s3_classes import S3ClassStore
from pipeline.errors import RetryableError
from tests.conftest import forget_settings
from tests.pipeline.archive.conftest import MovedClock
from tests.pipeline.archive.stores.conftest import HOT_KEY, TARGET, HotFile, before_each, read, refusal
from util_jobs.faults.aws_as_it_is import AwsAsItIs

DAY_S = 86400
STORE = S3ClassStore()


def head(key: str) -> dict[str, object]:
    return dict(aws.client("s3").head_object(Bucket=aws.bucket("results"), Key=key))


def test_the_archive_holds_the_files_bytes_in_the_class_of_the_setting_C23(
    as_it_is: AwsAsItIs, hot: HotFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAS_ARCHIVE_STORAGE_CLASS", "DEEP_ARCHIVE")
    forget_settings()
    file = hot.archive(STORE)
    assert (file.store, file.bucket, file.archive_id) == ("s3", hot.bucket, TARGET)
    described = head(TARGET)
    assert (described["StorageClass"], described["Metadata"]) == ("DEEP_ARCHIVE", {"sha256": hot.sha256})
    assert described["ContentLength"] == len(hot.content)
    assert read(hot.bucket, HOT_KEY) == hot.content


def test_putting_twice_stores_once(as_it_is: AwsAsItIs, hot: HotFile) -> None:
    first = hot.archive(STORE)
    copies: list[str] = []
    aws.client("s3").delete_object(Bucket=hot.bucket, Key=hot.key)
    with before_each("CopyObject", lambda: copies.append("copy")):
        assert hot.archive(STORE) == first
    assert copies == []


def test_putting_again_over_something_else_replaces_it_C23(as_it_is: AwsAsItIs, hot: HotFile) -> None:
    aws.client("s3").put_object(Bucket=hot.bucket, Key=TARGET, Body=b"other", StorageClass="GLACIER")
    hot.archive(STORE)
    assert head(TARGET)["ContentLength"] == len(hot.content)


def test_a_missing_hot_file_is_an_error_of_its_own(as_it_is: AwsAsItIs, hot: HotFile) -> None:
    aws.client("s3").delete_object(Bucket=hot.bucket, Key=hot.key)
    with pytest.raises(ClientError) as refused:
        hot.archive(STORE)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_expedited_refused_becomes_standard_C27(as_it_is: AwsAsItIs, hot: HotFile, moved_clock: MovedClock) -> None:
    file = hot.archive(STORE)
    as_it_is.restores.expedited_available = False
    assert STORE.request(file, "Expedited") == "Standard"
    moved_clock.time += 3 * 3600
    assert STORE.retrieval(file) == Retrieval.RUNNING
    moved_clock.time += 3600
    assert STORE.retrieval(file) == Retrieval.READY
    assert [paid.tier for paid in as_it_is.paid] == ["Standard"]


@pytest.mark.parametrize("code", ["ServiceUnavailable", "InternalError", "AccessDenied"])
def test_no_other_error_becomes_standard_C27(as_it_is: AwsAsItIs, hot: HotFile, code: str) -> None:
    file = hot.archive(STORE)
    refuse = refusal("RestoreObject", code)
    refusals = [refuse]  # of the first call only: a second one would be taken

    def refuse_once() -> None:
        if refusals:
            refusals.pop()()

    with before_each("RestoreObject", refuse_once), pytest.raises(ClientError) as refused:
        STORE.request(file, "Expedited")
    assert refused.value.response["Error"]["Code"] == code
    assert as_it_is.paid == []


def test_a_restore_in_progress_counts_as_success_C27(as_it_is: AwsAsItIs, hot: HotFile) -> None:
    file = hot.archive(STORE)

    others = [S3ClassStore()]

    def ask_meanwhile() -> None:  # between our look and our request
        if others:
            others.pop().request(file, "Expedited")

    with before_each("RestoreObject", ask_meanwhile):
        assert STORE.request(file, "Expedited") == "Expedited"
    assert (others, len(as_it_is.paid)) == ([], 1)


def test_asking_again_pays_nothing_C28(as_it_is: AwsAsItIs, hot: HotFile, moved_clock: MovedClock) -> None:
    file = hot.archive(STORE)
    as_it_is.restores.expedited_available = False
    STORE.request(file, "Expedited")
    as_it_is.restores.expedited_available = True  # S3 would take, and charge for, the faster tier now
    STORE.request(file, "Expedited")
    moved_clock.time += 5 * 3600
    STORE.request(file, "Expedited")
    assert [paid.tier for paid in as_it_is.paid] == ["Standard"]


def test_deep_archive_is_asked_for_standard_at_once_C27(
    as_it_is: AwsAsItIs, hot: HotFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAS_ARCHIVE_STORAGE_CLASS", "DEEP_ARCHIVE")
    forget_settings()
    assert STORE.request(hot.archive(STORE), "Expedited") == "Standard"


def test_instant_retrieval_is_ready_at_once(as_it_is: AwsAsItIs, hot: HotFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_ARCHIVE_STORAGE_CLASS", "GLACIER_IR")
    forget_settings()
    file = hot.archive(STORE)
    assert (STORE.retrieval(file), STORE.request(file, "Expedited")) == (Retrieval.READY, "Expedited")
    STORE.bring_back(file, hot.bucket, "results/user/job/thawed-2/x")
    assert read(hot.bucket, "results/user/job/thawed-2/x") == hot.content
    assert as_it_is.paid == []


def test_a_copy_that_expires_under_the_hand_is_not_retrieved_C29(
    as_it_is: AwsAsItIs, hot: HotFile, moved_clock: MovedClock
) -> None:
    file = hot.archive(STORE)
    STORE.request(file, "Expedited")
    moved_clock.time += 180

    def expire() -> None:
        moved_clock.time += 9 * DAY_S

    with before_each("CopyObject", expire), pytest.raises(RetryableError) as refused:
        STORE.bring_back(file, hot.bucket, "elsewhere")
    assert refused.value.code == "not_retrieved"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({}, Retrieval.NONE),
        ({"Restore": 'ongoing-request="true"'}, Retrieval.RUNNING),
        ({"Restore": 'ongoing-request="false"'}, Retrieval.NONE),
        ({"Restore": 'ongoing-request="false", expiry-date="Sat, 16 Jan 2027 00:00:00 GMT"'}, Retrieval.READY),
        ({"Restore": 'ongoing-request="false", expiry-date="Fri, 15 Jan 2027 00:00:00 GMT"'}, Retrieval.NONE),
    ],
)
def test_s3s_own_words_about_a_restore_C29(
    as_it_is: AwsAsItIs,
    hot: HotFile,
    monkeypatch: pytest.MonkeyPatch,
    header: dict[str, str],
    expected: Retrieval,
) -> None:
    file = hot.archive(STORE)  # the clock stands at 2027-01-15 08:00
    monkeypatch.setattr(s3_classes, "head", lambda place: {"StorageClass": "GLACIER", **header})
    assert STORE.retrieval(file) == expected


def test_a_copy_that_comes_back_with_other_bytes_is_noticed_C23(
    as_it_is: AwsAsItIs, hot: HotFile, moved_clock: MovedClock
) -> None:
    file = hot.archive(STORE)
    STORE.request(file, "Expedited")
    moved_clock.time += 180
    looks: list[str] = []

    def damage() -> None:  # before the third look: those before it are at both sides, before the copy
        looks.append("look")
        if len(looks) == 3:
            aws.client("s3").put_object(Bucket=hot.bucket, Key="back", Body=b"x" * len(hot.content))

    with before_each("HeadObject", damage), pytest.raises(RetryableError) as refused:
        STORE.bring_back(file, hot.bucket, "back")
    assert (refused.value.code, len(looks)) == ("checksum_mismatch", 3)


def test_an_object_archived_in_place_by_an_original_system_comes_back_in_place(
    as_it_is: AwsAsItIs, hot: HotFile, moved_clock: MovedClock
) -> None:
    aws.client("s3").put_object(Bucket=hot.bucket, Key="old/result.vcf", Body=b"old", StorageClass="GLACIER")
    file = replace(hot.archive(STORE), archive_id="old/result.vcf", size=0, sha256="")  # they noted neither
    STORE.request(file, "Expedited")
    moved_clock.time += 180
    STORE.bring_back(file, hot.bucket, "old/result.vcf")
    assert (read(hot.bucket, "old/result.vcf"), "StorageClass" in head("old/result.vcf")) == (b"old", False)
    assert STORE.retrieval(file) == Retrieval.READY
    STORE.bring_back(file, hot.bucket, "old/result.vcf")  # again: an ordinary object by now
    assert read(hot.bucket, "old/result.vcf") == b"old"


def test_what_an_abandoned_move_left_is_removed(as_it_is: AwsAsItIs, hot: HotFile) -> None:
    kept = hot.archive(STORE, "archive/user/job/10/vcf")
    hot.archive(STORE, "archive/user/job/1/vcf")
    s3 = aws.client("s3")
    s3.create_multipart_upload(Bucket=hot.bucket, Key="archive/user/job/1/variants", StorageClass="GLACIER")
    assert STORE.remove_under("archive/user/job/1/") == 2
    assert STORE.remove_under("archive/user/job/1/") == 0
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=hot.bucket)
    assert STORE.retrieval(kept) == Retrieval.NONE


def test_the_setting_names_the_store(as_it_is: AwsAsItIs, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (default_store().name, store_named("vault").name) == ("s3", "vault")
    monkeypatch.setenv("GAS_ARCHIVE_STORE", "vault")
    forget_settings()
    assert default_store().name == "vault"
