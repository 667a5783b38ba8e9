"""The archive in Glacier vaults, against Glacier as it behaves."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from pipeline import aws, storage
from pipeline.archive.stores import remove_under, vault_upload
from pipeline.archive.stores.base import Retrieval
from pipeline.archive.stores.s3_classes import S3ClassStore
from pipeline.archive.stores.tree_hash import tree_hash_of
from pipeline.archive.stores.vaults import VaultStore
from pipeline.errors import RetryableError
from pipeline.settings import MEBIBYTE, Settings
from tests.conftest import forget_settings
from tests.pipeline.archive.conftest import MovedClock
from tests.pipeline.archive.stores.conftest import TARGET, HotFile, before_each, read, refusal
from util_jobs.faults.aws_as_it_is import AwsAsItIs

HOUR_S = 3600
STORE = VaultStore()


def test_the_archive_holds_the_files_bytes_C23(as_it_is: AwsAsItIs, hot: HotFile, moto_aws: Settings) -> None:
    file = hot.archive(STORE)
    (archive,) = as_it_is.vaults.archives.values()
    assert (archive.content, archive.description) == (hot.content, TARGET)
    assert (file.store, file.bucket, file.archive_id) == ("vault", moto_aws.stack_name, archive.archive_id)
    assert list(moto_aws.resolved_work_dir().iterdir()) == []


@pytest.mark.parametrize("wrong", [{"sha256": "00" * 32}, {"size": 3}])
def test_a_file_in_parts_that_is_not_what_the_record_says_leaves_nothing_C23(
    as_it_is: AwsAsItIs,
    hot: HotFile,
    monkeypatch: pytest.MonkeyPatch,
    wrong: dict[str, object],
) -> None:
    monkeypatch.setattr(vault_upload, "WHOLE_BYTES", 0)
    stated = {"role": "vcf", "size": len(hot.content), "sha256": hot.sha256} | wrong
    with pytest.raises(RetryableError) as refused:
        STORE.put(hot.bucket, hot.key, TARGET, **stated)  # type: ignore[arg-type]
    assert refused.value.code == "checksum_mismatch"
    assert (as_it_is.vaults.archives, as_it_is.vaults.uploads) == ({}, {})


@pytest.fixture
def large(as_it_is: AwsAsItIs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HotFile:
    """A file that goes into the vault in parts of 2 MiB, and comes back in ranges of 8 MiB."""
    monkeypatch.setenv("GAS_VAULT_PART_BYTES", str(2 * MEBIBYTE))
    forget_settings()
    monkeypatch.setattr(vault_upload, "WHOLE_BYTES", 3 * MEBIBYTE)
    monkeypatch.setattr(storage, "PART_BYTES", 8 * MEBIBYTE)
    return HotFile(random.Random(1).randbytes(17 * MEBIBYTE + 11)).store(tmp_path)


def test_a_large_file_goes_in_parts_and_comes_back_in_ranges_C33(
    as_it_is: AwsAsItIs, large: HotFile, moved_clock: MovedClock
) -> None:
    parts: list[str] = []
    ranges: list[str] = []
    with before_each("UploadMultipartPart", lambda: parts.append("part"), "glacier"):
        file = large.archive(STORE)
    (archive,) = as_it_is.vaults.archives.values()
    assert (archive.content, archive.description, len(parts)) == (large.content, TARGET, 9)
    STORE.request(file, "Expedited")
    moved_clock.time += 180
    with before_each("GetJobOutput", lambda: ranges.append("range"), "glacier"):
        STORE.bring_back(file, large.bucket, "back")
    assert len(ranges) == 3
    assert read(large.bucket, "back") == large.content
    assert "Uploads" not in aws.client("s3").list_multipart_uploads(Bucket=large.bucket)


def test_an_upload_in_parts_that_fails_leaves_nothing_behind_C33(as_it_is: AwsAsItIs, large: HotFile) -> None:
    refuse = refusal("CompleteMultipartUpload", "ServiceUnavailableException")
    with before_each("CompleteMultipartUpload", refuse, "glacier"), pytest.raises(ClientError):
        large.archive(STORE)
    assert (as_it_is.vaults.archives, as_it_is.vaults.uploads) == ({}, {})


def test_parts_are_a_power_of_two_and_at_most_ten_thousand_C33(moto_aws: Settings) -> None:
    part = moto_aws.vault_part_bytes
    assert vault_upload.part_bytes_for(10_000 * part) == part
    assert vault_upload.part_bytes_for(10_000 * part + 1) == 2 * part
    with pytest.raises(ValueError, match="power of two"):
        Settings(vault_part_bytes=3 * MEBIBYTE)


@pytest.mark.parametrize("code", ["InsufficientCapacityException", "PolicyEnforcedException"])
def test_expedited_refused_becomes_standard_C27(
    as_it_is: AwsAsItIs, hot: HotFile, moved_clock: MovedClock, code: str
) -> None:
    file = hot.archive(STORE)
    as_it_is.vaults.expedited_error = code
    assert STORE.request(file, "Expedited") == "Standard"
    moved_clock.time += 3 * HOUR_S
    assert STORE.retrieval(file) == Retrieval.RUNNING
    moved_clock.time += HOUR_S
    assert STORE.retrieval(file) == Retrieval.READY


@pytest.mark.parametrize("code", ["ServiceUnavailableException", "LimitExceededException"])
def test_no_other_error_becomes_standard_C27(as_it_is: AwsAsItIs, hot: HotFile, code: str) -> None:
    file = hot.archive(STORE)
    as_it_is.vaults.expedited_error = code
    with pytest.raises(ClientError) as refused:
        STORE.request(file, "Expedited")
    assert refused.value.response["Error"]["Code"] == code
    assert as_it_is.paid == []


def test_a_refusal_of_standard_is_raised_C27(as_it_is: AwsAsItIs, hot: HotFile) -> None:
    file = hot.archive(STORE)
    refuse = refusal("InitiateJob", "PolicyEnforcedException", 400)
    with before_each("InitiateJob", refuse, "glacier"), pytest.raises(ClientError):
        STORE.request(file, "Standard")


def test_asking_again_pays_nothing_and_tells_the_tier_that_runs_C28(
    as_it_is: AwsAsItIs, hot: HotFile, moved_clock: MovedClock
) -> None:
    as_it_is.vaults.jobs_a_page = 1
    others = [hot.archive(STORE) for _ in range(3)]
    file = hot.archive(STORE)
    for other in others:
        STORE.request(other, "Expedited")
    as_it_is.vaults.expedited_error = "InsufficientCapacityException"
    assert STORE.request(file, "Expedited") == "Standard"
    as_it_is.vaults.expedited_error = None
    assert STORE.request(file, "Expedited") == "Standard"  # found on the fourth page of the list
    moved_clock.time += 4 * HOUR_S
    assert STORE.request(file, "Expedited") == "Standard"
    assert len(as_it_is.paid) == 4
    assert as_it_is.needless == []


def test_an_output_that_expires_under_the_hand_is_not_retrieved_C29(
    as_it_is: AwsAsItIs, large: HotFile, moved_clock: MovedClock
) -> None:
    file = large.archive(STORE)
    STORE.request(file, "Expedited")
    moved_clock.time += 180

    def expire_after_the_first() -> None:
        moved_clock.time += 13 * HOUR_S

    hook = before_each("GetJobOutput", expire_after_the_first, "glacier")
    with hook, pytest.raises(RetryableError) as refused:
        STORE.bring_back(file, large.bucket, "back")
    assert refused.value.code == "not_retrieved"
    assert storage.size_of(large.bucket, "back") is None
    assert "Uploads" not in aws.client("s3").list_multipart_uploads(Bucket=large.bucket)


def test_a_failed_job_is_asked_for_again_C29(as_it_is: AwsAsItIs, hot: HotFile, moved_clock: MovedClock) -> None:
    file = hot.archive(STORE)
    as_it_is.vaults.jobs_to_fail = 1
    STORE.request(file, "Expedited")
    moved_clock.time += 180
    assert STORE.retrieval(file) == Retrieval.NONE
    STORE.request(file, "Expedited")
    moved_clock.time += 180
    STORE.bring_back(file, hot.bucket, "back")
    assert read(hot.bucket, "back") == hot.content


@pytest.mark.parametrize("named", ["hot", "large"])
def test_what_comes_back_damaged_never_becomes_an_object_C23(
    as_it_is: AwsAsItIs, moved_clock: MovedClock, request: pytest.FixtureRequest, named: str
) -> None:
    source: HotFile = request.getfixturevalue(named)
    file = replace(source.archive(STORE), sha256="00" * 32)
    STORE.request(file, "Expedited")
    moved_clock.time += 180
    with pytest.raises(RetryableError) as refused:
        STORE.bring_back(file, source.bucket, "back")
    assert refused.value.code == "checksum_mismatch"
    assert storage.size_of(source.bucket, "back") is None
    assert "Uploads" not in aws.client("s3").list_multipart_uploads(Bucket=source.bucket)


def test_an_archive_of_an_original_system_comes_back_by_the_vaults_own_checksum(
    as_it_is: AwsAsItIs, hot: HotFile, moved_clock: MovedClock
) -> None:
    old = b"an old result"
    stored = aws.client("glacier").upload_archive(vaultName="gas", body=old, checksum=tree_hash_of(old))
    file = replace(hot.archive(STORE), archive_id=stored["archiveId"], size=0, sha256="")  # they noted neither
    STORE.request(file, "Standard")
    moved_clock.time += 4 * HOUR_S
    STORE.bring_back(file, hot.bucket, "back")
    assert read(hot.bucket, "back") == old


@pytest.mark.parametrize("named", ["hot", "large"])
@pytest.mark.parametrize(
    ("name", "content_type"),
    [("annotated.vcf.gz", "application/gzip"), ("free_1.annot.vcf", "application/octet-stream")],
)
def test_a_file_comes_back_with_the_content_type_of_its_name(
    as_it_is: AwsAsItIs,
    moved_clock: MovedClock,
    request: pytest.FixtureRequest,
    named: str,
    name: str,
    content_type: str,
) -> None:
    source: HotFile = request.getfixturevalue(named)
    file = source.archive(STORE)
    STORE.request(file, "Expedited")
    moved_clock.time += 180
    STORE.bring_back(file, source.bucket, f"results/a/b/{name}")
    assert aws.client("s3").head_object(Bucket=source.bucket, Key=f"results/a/b/{name}")["ContentType"] == content_type


def test_what_a_killed_upload_left_is_found_by_its_description(as_it_is: AwsAsItIs, hot: HotFile) -> None:
    glacier = aws.client("glacier")
    for description in (TARGET, "archive/user/other/1/vcf"):
        glacier.initiate_multipart_upload(vaultName="gas", archiveDescription=description, partSize=str(MEBIBYTE))
    assert STORE.remove_under("archive/user/job/1/") == 1
    assert [upload.description for upload in as_it_is.vaults.uploads.values()] == ["archive/user/other/1/vcf"]


def test_an_archive_that_no_record_names_goes_with_its_move_C34(as_it_is: AwsAsItIs, hot: HotFile) -> None:
    for _ in range(2):  # a worker died after the upload, the next one put it again
        hot.archive(STORE)
    kept = hot.archive(STORE, "archive/user/job/10/vcf")
    assert remove_under("archive/user/job/1/") == 2
    assert list(as_it_is.vaults.archives) == [kept.archive_id]
    assert remove_under("archive/user/job/1/") == 0
    assert remove_under("archive/user/") == 1
    assert list(storage.keys_under(hot.bucket, "archive/")) == []


def test_glacier_is_not_asked_where_nothing_was_put_into_a_vault(as_it_is: AwsAsItIs, hot: HotFile) -> None:
    S3ClassStore().put(hot.bucket, hot.key, TARGET, role="vcf", size=len(hot.content), sha256=hot.sha256)
    with before_each("ListMultipartUploads", refusal("ListMultipartUploads", "AccessDenied"), "glacier"):
        assert remove_under("archive/user/job/") == 1
