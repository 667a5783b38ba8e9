"""The wrapper around moto behaves as AWS does where moto does not: what the simulation of faults relies on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pipeline import aws, clock
from pipeline.archive.stores.tree_hash import tree_hash_of
from pipeline.settings import Settings
from util_jobs.faults.aws_as_it_is import DELAYS_S, AwsAsItIs

START_S = 1_800_000_000.0
DAY_S = 86400
MIB = 1024 * 1024


class Now:
    time = START_S


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Now:
    moved = Now()
    monkeypatch.setattr(clock, "now", lambda: moved.time)
    return moved


@pytest.fixture
def as_it_is(moto_aws: Settings, now: Now) -> Iterator[AwsAsItIs]:
    archives = AwsAsItIs()
    archives.attach(aws.client("s3"), aws.client("glacier"))
    aws.client("glacier").create_vault(vaultName="v")
    yield archives
    archives.detach()


def code_of(call: Any, **arguments: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    answer = refused.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def place() -> dict[str, str]:
    return {"Bucket": aws.bucket("results"), "Key": "a b/ü"}


def store(storage_class: str = "GLACIER", content: bytes = b"content") -> None:
    aws.client("s3").put_object(**place(), Body=content, StorageClass=storage_class)


def restore(tier: str = "Expedited", days: int = 2) -> int:
    wish = {"Days": days, "GlacierJobParameters": {"Tier": tier}}
    answer = aws.client("s3").restore_object(**place(), RestoreRequest=wish)
    return int(answer["ResponseMetadata"]["HTTPStatusCode"])


def restore_header() -> str | None:
    return aws.client("s3").head_object(**place()).get("Restore")


def copy() -> None:
    aws.client("s3").copy_object(Bucket=place()["Bucket"], Key="copy", CopySource=place())


def copy_part() -> None:
    s3, bucket = aws.client("s3"), place()["Bucket"]
    upload = s3.create_multipart_upload(Bucket=bucket, Key="copy")["UploadId"]
    s3.upload_part_copy(Bucket=bucket, Key="copy", UploadId=upload, PartNumber=1, CopySource=place())


def read() -> None:
    aws.client("s3").get_object(**place())


@pytest.mark.parametrize("tier", ["Expedited", "Standard", "Bulk"])
def test_a_restore_takes_its_time_and_its_copy_expires_at_midnight(as_it_is: AwsAsItIs, now: Now, tier: str) -> None:
    store()
    assert restore_header() is None
    assert restore(tier) == 202
    assert as_it_is.next_ready() == START_S + DELAYS_S[tier]
    now.time += DELAYS_S[tier] - 1
    assert restore_header() == 'ongoing-request="true"'
    assert as_it_is.completed_restores() == []
    now.time += 1
    header = restore_header() or ""
    assert header.startswith('ongoing-request="false", expiry-date="')
    assert " 00:00:00 GMT" in header
    assert as_it_is.completed_restores() == [(place()["Bucket"], place()["Key"])]
    assert as_it_is.completed_restores() == []
    now.time += 2 * DAY_S - 1
    for call in (read, copy, copy_part):
        call()
    now.time += DAY_S
    assert restore_header() is None
    for call in (read, copy, copy_part):
        assert code_of(call) == (403, "InvalidObjectState")


def test_what_is_archived_and_not_restored_is_neither_read_nor_copied(as_it_is: AwsAsItIs, now: Now) -> None:
    store()
    restore()
    for call in (read, copy, copy_part):
        assert code_of(call) == (403, "InvalidObjectState")


def test_a_second_restore_is_refused_a_faster_one_is_paid_again(as_it_is: AwsAsItIs, now: Now) -> None:
    store()
    restore("Standard")
    assert code_of(restore, tier="Standard") == (409, "RestoreAlreadyInProgress")
    assert code_of(restore, tier="Bulk") == (409, "RestoreAlreadyInProgress")
    assert as_it_is.needless == []
    assert restore("Expedited") == 202
    assert [(paid.tier, paid.needless) for paid in as_it_is.paid] == [("Standard", False), ("Expedited", True)]


def test_restoring_what_is_restored_keeps_it_longer_and_costs_nothing(as_it_is: AwsAsItIs, now: Now) -> None:
    store()
    restore(days=1)
    now.time += DAY_S
    assert restore(days=5) == 200
    now.time += 3 * DAY_S
    assert 'ongoing-request="false"' in (restore_header() or "")
    assert len(as_it_is.paid) == 1


def test_expedited_is_refused_on_demand_and_for_deep_archive_always(as_it_is: AwsAsItIs) -> None:
    store()
    as_it_is.restores.expedited_available = False
    assert code_of(restore) == (503, "GlacierExpeditedRetrievalNotAvailable")
    assert restore("Standard") == 202
    store("DEEP_ARCHIVE")
    assert code_of(restore)[0] == 400
    store("STANDARD")
    assert code_of(restore) == (403, "InvalidObjectState")
    aws.client("s3").delete_object(**place())
    assert code_of(restore) == (404, "NoSuchKey")


def test_an_object_that_is_overwritten_loses_its_restore(as_it_is: AwsAsItIs, now: Now) -> None:
    store()
    restore()
    now.time += DAY_S / 2
    read()
    store()
    assert restore_header() is None
    assert code_of(read) == (403, "InvalidObjectState")


def test_an_upload_in_parts_that_is_over_is_refused_all_that_is_asked_of_it(as_it_is: AwsAsItIs) -> None:
    s3, where = aws.client("s3"), place()
    upload = where | {"UploadId": s3.create_multipart_upload(**where)["UploadId"]}
    part = {"PartNumber": 1, "ETag": s3.upload_part(**upload, PartNumber=1, Body=b"part")["ETag"]}
    s3.abort_multipart_upload(**upload)
    gone = (404, "NoSuchUpload")
    assert code_of(s3.upload_part, **upload, PartNumber=2, Body=b"late") == gone
    assert code_of(s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": [part]}) == gone


def test_detached_moto_is_itself_again(as_it_is: AwsAsItIs) -> None:
    as_it_is.detach()
    store()
    restore()
    assert 'ongoing-request="false"' in (restore_header() or "")
    read()


def upload(content: bytes = b"content") -> str:
    stored = aws.client("glacier").upload_archive(vaultName="v", body=content, checksum=tree_hash_of(content))
    return str(stored["archiveId"])


def initiate(archive_id: str, tier: str = "Expedited") -> str:
    wish = {"Type": "archive-retrieval", "ArchiveId": archive_id, "Tier": tier}
    return str(aws.client("glacier").initiate_job(vaultName="v", jobParameters=wish)["jobId"])


def output(job_id: str, **more: str) -> Any:
    return aws.client("glacier").get_job_output(vaultName="v", jobId=job_id, **more)


def test_equal_archives_have_ids_of_their_own_C35(as_it_is: AwsAsItIs, now: Now) -> None:
    one, two = upload(), upload()
    assert one != two
    aws.client("glacier").delete_archive(vaultName="v", archiveId=one)
    assert code_of(initiate, archive_id=one) == (404, "ResourceNotFoundException")
    job_id = initiate(two)
    now.time += DELAYS_S["Expedited"]
    assert output(job_id)["body"].read() == b"content"


def test_a_vault_job_takes_its_time_and_its_output_goes_after_a_day(as_it_is: AwsAsItIs, now: Now) -> None:
    job_id = initiate(upload(), "Standard")
    assert as_it_is.next_ready() == START_S + DELAYS_S["Standard"]
    assert code_of(output, job_id=job_id) == (404, "ResourceNotFoundException")
    now.time += DELAYS_S["Standard"]
    (listed,) = aws.client("glacier").list_jobs(vaultName="v")["JobList"]
    assert (listed["JobId"], listed["StatusCode"], listed["Tier"]) == (job_id, "Succeeded", "Standard")
    output(job_id)
    now.time += DAY_S
    assert code_of(output, job_id=job_id) == (404, "ResourceNotFoundException")
    assert len(aws.client("glacier").list_jobs(vaultName="v")["JobList"]) == 1  # listed a little longer
    now.time += DAY_S
    assert aws.client("glacier").list_jobs(vaultName="v")["JobList"] == []


def test_a_second_retrieval_is_made_and_paid_and_noticed(as_it_is: AwsAsItIs, now: Now) -> None:
    archive_id = upload()
    assert initiate(archive_id) != initiate(archive_id)
    assert [paid.needless for paid in as_it_is.paid] == [False, True]
    now.time += 2 * DAY_S
    initiate(archive_id)
    assert [paid.needless for paid in as_it_is.paid] == [False, True, False]


@pytest.mark.parametrize("code", ["InsufficientCapacityException", "PolicyEnforcedException"])
def test_a_vault_refuses_expedited_on_demand(as_it_is: AwsAsItIs, code: str) -> None:
    archive_id = upload()
    as_it_is.vaults.expedited_error = code
    assert code_of(initiate, archive_id=archive_id)[1] == code
    initiate(archive_id, "Standard")
    assert len(as_it_is.paid) == 1


def test_a_range_that_is_a_branch_of_the_tree_comes_with_its_hash(as_it_is: AwsAsItIs, now: Now) -> None:
    content = bytes(range(256)) * 4096 * 5 + b"end"
    job_id = initiate(upload(content))
    now.time += DELAYS_S["Expedited"]
    for start, end in ((0, 4 * MIB), (4 * MIB, len(content)), (2 * MIB, 4 * MIB)):
        answer = output(job_id, range=f"bytes={start}-{end - 1}")
        assert answer["body"].read() == content[start:end]
        assert answer["checksum"] == tree_hash_of(content[start:end])
    assert "checksum" not in output(job_id, range=f"bytes={MIB}-{3 * MIB - 1}")
    assert code_of(output, job_id=job_id, range=f"bytes=0-{len(content)}")[0] == 400


def test_wrong_hashes_sizes_and_names_are_refused(as_it_is: AwsAsItIs) -> None:
    glacier = aws.client("glacier")
    refused = "InvalidParameterValueException"
    assert code_of(glacier.upload_archive, vaultName="v", body=b"x", checksum="0" * 64) == (400, refused)
    assert code_of(glacier.upload_archive, vaultName="v", body=b"", checksum=tree_hash_of(b"")) == (400, refused)
    assert code_of(glacier.list_jobs, vaultName="none") == (404, "ResourceNotFoundException")
    assert code_of(glacier.initiate_multipart_upload, vaultName="v", partSize=str(3 * MIB)) == (400, refused)
    with pytest.raises(NotImplementedError):
        glacier.list_vaults()


def test_reset_forgets_everything(as_it_is: AwsAsItIs, now: Now) -> None:
    store()
    restore()
    upload()
    as_it_is.reset()
    assert (as_it_is.paid, as_it_is.next_ready(), as_it_is.vaults.archives) == ([], None, {})
    assert restore_header() is None
