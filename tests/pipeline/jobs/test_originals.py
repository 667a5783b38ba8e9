"""Records of the original systems are listed, restored and thawed (C16, C25, C26, C36)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from moto.backends import get_backend
from moto.glacier.models import ArchiveJob

from pipeline import aws, clock, dynamo
from pipeline.accounts import plans
from pipeline.archive import restoring, steps
from pipeline.archive.stores.tree_hash import tree_hash_of
from pipeline.errors import ConflictError, MalformedRecordError
from pipeline.jobs import adoption, delete, rebuild, rerun, store
from pipeline.jobs.model import Job
from pipeline.jobs.originals import epoch_seconds
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.settings import Settings
from tests.builders import TINY_VCF, make_user

JOB_ID = "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"
RESULT_KEY = f"cnetid/u1/{JOB_ID}~free_1.annot.vcf"
LOG_KEY = f"cnetid/u1/{JOB_ID}~free_1.vcf.count.log"
VCF, LOG = b"##fileformat=VCFv4.1\n#CHROM\tPOS\n", b"total 3\n"

# Items as the original systems wrote them, in DynamoDB's own form.
ARCHIVED_ITEM: dict[str, Any] = {
    "job_id": {"S": JOB_ID},
    "user_id": {"S": "u1"},
    "input_file_name": {"S": "free_1.vcf"},
    "s3_inputs_bucket": {"S": "old-inputs"},
    "s3_key_input_file": {"S": f"cnetid/u1/{JOB_ID}~free_1.vcf"},
    "submit_time": {"N": "1528317000"},
    "job_status": {"S": "COMPLETED"},
    "complete_time": {"N": "1528317042"},
    "s3_results_bucket": {"S": "old-results"},
    "s3_key_result_file": {"S": RESULT_KEY},
    "s3_key_log_file": {"S": LOG_KEY},
    "results_file_archive_id": {"S": "archive-id"},
    "restore_message": {"S": "Your file is being restored; please check back later."},
    "email": {"S": "somebody@example.org"},
}
HOT_ITEM = {k: v for k, v in ARCHIVED_ITEM.items() if k not in ("results_file_archive_id", "restore_message")}


def _write(item: dict[str, Any], user_id: str = "u1", **changes: Any) -> None:
    serialize = TypeSerializer().serialize
    full = item | {"user_id": {"S": user_id}} | {k: serialize(v) for k, v in changes.items()}
    aws.client("dynamodb").put_item(TableName=aws.table_name("jobs"), Item=full)


@pytest.fixture
def old_bucket(moto_aws: Settings) -> str:
    """The results bucket of the original installation, with a log."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="old-results")
    s3.create_bucket(Bucket="old-inputs")
    s3.put_object(Bucket="old-results", Key=LOG_KEY, Body=LOG)
    return "old-results"


def _job() -> Job:
    job = store.get(JOB_ID)
    assert job is not None
    return job


@pytest.mark.parametrize(
    "written",
    [
        1528317000,
        "1528317000",
        Decimal("1528317000.25"),
        "1528317000.9",
        "2018-06-06T20:30:00",
        "2018-06-06 20:30:00+00:00",
    ],
)
def test_times_are_read_however_they_were_written_C43(written: Any) -> None:
    assert epoch_seconds(written) == 1528317000


def test_a_time_that_is_none_makes_the_record_unreadable_not_the_list_C25(moto_aws: Settings) -> None:
    record = dynamo.from_item(HOT_ITEM) | {"submit_time": "yesterday"}
    with pytest.raises(MalformedRecordError):
        Job.from_record(record)


def test_a_result_in_a_vault_is_listed_as_archived_without_any_look_at_the_store_C26(moto_aws: Settings) -> None:
    _write(ARCHIVED_ITEM)
    assert [job.job_id for job in store.list_of_user("u1")] == [JOB_ID]
    job = _job()
    assert (job.job_status, job.result_storage) == (JobStatus.COMPLETED, StorageState.ARCHIVED)
    assert (job.submit_time, job.complete_time) == (1528317000, 1528317042)
    assert not job.has_results and not job.has_tables
    assert job.restore_message is None  # of a restore that the other system began, if it did
    assert job.archived["vcf"]["store"] == "vault"
    assert (job.archived["vcf"]["bucket"], job.archived["vcf"]["archive_id"]) == ("gas", "archive-id")


def test_a_result_without_archive_id_is_hot_and_can_be_downloaded(moto_aws: Settings) -> None:
    _write(HOT_ITEM)
    job = _job()
    assert job.has_results and not job.has_tables
    assert job.outputs["vcf"] == {"key": RESULT_KEY, "size": 0, "sha256": "", "name": "free_1.annot.vcf"}
    assert job.outputs["log"]["key"] == LOG_KEY


@pytest.mark.parametrize("status", ["PENDING", "RUNNING", "running "])
def test_a_job_that_was_cut_off_is_done_again_C12_C16(moto_aws: Settings, status: str) -> None:
    unfinished = {k: v for k, v in HOT_ITEM.items() if not k.startswith(("s3_key_r", "s3_key_l", "complete"))}
    _write(unfinished, job_status=status)
    assert (_job().job_status, _job().result_storage) == (JobStatus.PENDING, StorageState.NONE)
    adoption.first_look(JOB_ID)
    assert JOB_ID in store.due_for_sweep(clock.now())
    assert store.claim(JOB_ID, "w1").job_status == JobStatus.RUNNING


def test_a_hot_result_is_adopted_with_size_and_checksum_and_goes_to_the_archive(old_bucket: str) -> None:
    user = make_user()
    aws.client("s3").put_object(Bucket=old_bucket, Key=RESULT_KEY, Body=VCF)
    _write(HOT_ITEM, user.user_id)
    job = adoption.first_look(JOB_ID)
    assert job is not None and job.outputs["vcf"]["size"] == len(VCF)
    assert len(job.outputs["vcf"]["sha256"]) == 64 and len(job.outputs["log"]["sha256"]) == 64
    assert adoption.first_look(JOB_ID) == job == store.get(JOB_ID)
    assert steps.settle(JOB_ID) == "will_be_archived"
    later = clock.now() + 10**6
    with pytest.MonkeyPatch.context() as moved:
        moved.setattr(clock, "now", lambda: later)
        assert steps.archive_result(JOB_ID) == "archived"
    assert _job().result_storage == StorageState.ARCHIVED


def test_a_result_in_the_class_glacier_is_found_by_a_worker_restored_and_thawed_C26_C30(old_bucket: str) -> None:
    user = make_user(plan="premium_user")
    s3 = aws.client("s3")
    s3.put_object(Bucket=old_bucket, Key=RESULT_KEY, Body=VCF, StorageClass="GLACIER")
    _write(HOT_ITEM, user.user_id)
    job = adoption.first_look(JOB_ID)
    assert job is not None and job.result_storage == StorageState.ARCHIVED
    assert job.archived["vcf"] == {
        "role": "vcf", "store": "s3", "bucket": old_bucket, "archive_id": RESULT_KEY, "size": len(VCF), "sha256": "",
    }  # fmt: skip
    _restored_and_thawed()
    assert _body(_job()) == VCF
    assert _job().results_file_archive_id is None


def test_a_result_in_a_vault_is_restored_and_thawed_C29_C30(
    old_bucket: str, moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = ArchiveJob.to_dict
    figures = {"ArchiveSizeInBytes": len(VCF), "ArchiveSHA256TreeHash": tree_hash_of(VCF)}  # moto leaves them out
    monkeypatch.setattr(ArchiveJob, "to_dict", lambda self: described(self) | figures)
    user = make_user(plan="premium_user")
    glacier = aws.client("glacier")
    glacier.create_vault(vaultName=moto_aws.resolved_vault_name())
    stored = glacier.upload_archive(vaultName="gas", body=VCF, checksum=tree_hash_of(VCF))
    _write(ARCHIVED_ITEM, user.user_id, results_file_archive_id=stored["archiveId"])
    _restored_and_thawed()
    assert _body(_job()) == VCF


def _restored_and_thawed() -> None:
    """Upgraded users' results come back: the restore worker's step, then the thaw worker's."""
    assert steps.settle(JOB_ID) in ("coming_back", "restored")
    backend: Any = get_backend("glacier")["123456789012"]["us-east-1"]
    for vault in backend.vaults.values():
        for job in vault.jobs.values():
            job.et -= timedelta(seconds=60)  # moto's retrievals take seconds; no need to wait for them
    if _job().result_storage == StorageState.RESTORING:
        assert _job().restore_message
        assert restoring.thaw_result(JOB_ID) == "restored"
    job = _job()
    assert job.has_results and job.archived == {} and job.restore_message is None
    looked_at = adoption.first_look(JOB_ID)
    assert looked_at is not None
    assert (looked_at.outputs["vcf"]["size"], len(looked_at.outputs["vcf"]["sha256"])) == (len(VCF), 64)


def _body(job: Job) -> bytes:
    place = {"Bucket": job.s3_results_bucket, "Key": job.outputs["vcf"]["key"]}
    return bytes(aws.client("s3").get_object(**place)["Body"].read())


def test_an_archived_job_whose_result_key_was_cleared_has_a_place_to_come_back_to(moto_aws: Settings) -> None:
    _write({k: v for k, v in ARCHIVED_ITEM.items() if k != "s3_key_result_file"})
    assert _job().outputs["vcf"]["key"].startswith(f"results/u1/{JOB_ID}/")


def test_two_workers_adopt_a_job_once_C14(old_bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.client("s3").put_object(Bucket=old_bucket, Key=RESULT_KEY, Body=VCF, StorageClass="GLACIER")
    _write(HOT_ITEM)
    found_in_store = adoption._found_in_store

    def while_another_adopts(job: Job) -> dict[str, Any]:
        found = found_in_store(job)
        monkeypatch.setattr(adoption, "_found_in_store", found_in_store)
        adoption.first_look(JOB_ID)
        dynamo.Update("jobs", {"job_id": JOB_ID}).set(result_storage="RESTORING", storage_version=2).write()
        return found

    monkeypatch.setattr(adoption, "_found_in_store", while_another_adopts)
    job = adoption.first_look(JOB_ID)
    assert job is not None
    assert (job.result_storage, job.storage_version) == (StorageState.RESTORING, 2)


def test_reconcile_takes_over_every_job_that_no_worker_looked_at_C25(old_bucket: str) -> None:
    aws.client("s3").put_object(Bucket=old_bucket, Key=RESULT_KEY, Body=VCF)
    _write(HOT_ITEM)
    _write(HOT_ITEM, job_id="odd", submit_time=1, complete_time="never")
    assert adoption.unadopted() == [JOB_ID, "odd"] or adoption.unadopted() == ["odd", JOB_ID]
    assert rebuild.reconcile(dry_run=True).adopted == 2
    assert rebuild.reconcile().adopted == 1
    assert adoption.unadopted() == ["odd"]


def test_taking_over_begins_to_bring_back_results_of_premium_users_only_C25(
    old_bucket: str, moto_aws: Settings
) -> None:
    aws.client("glacier").create_vault(vaultName=moto_aws.resolved_vault_name())
    stored = aws.client("glacier").upload_archive(vaultName="gas", body=VCF, checksum=tree_hash_of(VCF))["archiveId"]
    free, premium = make_user(), make_user("grace@example.org", "premium_user")
    for job_id, owner in (("free", free.user_id), ("premium", premium.user_id), ("nobody", "u9")):
        _write(ARCHIVED_ITEM, owner, job_id=job_id, results_file_archive_id=stored)
    assert rebuild.reconcile().adopted == 3
    states = {job_id: store.get(job_id).result_storage for job_id in ("free", "premium", "nobody")}  # type: ignore[union-attr]
    assert states == {"free": "ARCHIVED", "premium": "RESTORING", "nobody": "ARCHIVED"}


def test_deleting_a_job_of_an_original_system_removes_its_files_C34(old_bucket: str) -> None:
    s3 = aws.client("s3")
    s3.put_object(Bucket=old_bucket, Key=RESULT_KEY, Body=VCF)
    s3.put_object(Bucket="old-inputs", Key=f"cnetid/u1/{JOB_ID}~free_1.vcf", Body=VCF)
    s3.put_object(Bucket=old_bucket, Key="cnetid/u1/another~free_1.annot.vcf", Body=VCF)
    _write(HOT_ITEM)
    delete.delete(_job())
    left = [entry["Key"] for entry in s3.list_objects_v2(Bucket=old_bucket)["Contents"]]
    assert left == ["cnetid/u1/another~free_1.annot.vcf"]
    assert "Contents" not in s3.list_objects_v2(Bucket="old-inputs")


def test_an_upgrade_brings_results_of_the_original_system_back_C25(old_bucket: str) -> None:
    user = make_user()
    aws.client("s3").put_object(Bucket=old_bucket, Key=RESULT_KEY, Body=VCF, StorageClass="GLACIER")
    _write(HOT_ITEM, user.user_id)
    plans.change_plan(user.user_id, "premium_user")
    for job in store.list_of_user(user.user_id):
        steps.settle(job.job_id)
    assert _job().result_storage in (StorageState.RESTORING, StorageState.HOT)


def test_the_versions_of_an_original_result_are_not_known_so_only_todays_are_offered_C45(moto_aws: Settings) -> None:
    user = make_user()
    aws.client("s3").create_bucket(Bucket="old-inputs")
    aws.client("s3").put_object(Bucket="old-inputs", Key=HOT_ITEM["s3_key_input_file"]["S"], Body=TINY_VCF)
    _write(HOT_ITEM, user.user_id)
    with pytest.raises(ConflictError, match="today's versions"):
        rerun.rerun(user, JOB_ID, "same")
    again = rerun.rerun(user, JOB_ID, "today")
    assert (again.rerun_of, again.job_status, again.input_file_name) == (JOB_ID, JobStatus.PENDING, "free_1.vcf")
