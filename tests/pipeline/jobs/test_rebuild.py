"""The job table is rebuilt from the object store alone, record by record (C14, C16, C25, C34)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipeline import aws, clock, dynamo, storage
from pipeline.accounts import delete as account_deletion
from pipeline.accounts.store import User
from pipeline.jobs import delete, rebuild, store, submit
from pipeline.jobs.card import confirm_card, read_card, write_card
from pipeline.jobs.model import Job
from pipeline.jobs.record_of_card import ATTEMPT_GAP
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.settings import Settings
from tests.builders import make_job, make_upload, make_user, write_job

SHA256 = "0" * 64
PASSING = {"announcements", "notified", "announced_at", "sweep_bucket", "sweep_at"}


def _put(key: str, bucket: str = "results") -> None:
    aws.client("s3").put_object(Bucket=aws.bucket(bucket), Key=key, Body=b"x")


def _output(key: str) -> dict[str, Any]:
    return {"key": key, "size": 1, "sha256": SHA256, "name": "x"}


def _result(user: User, *, hot: bool = True, **changes: Any) -> Job:
    """A finished job with its objects, its record and its card. `hot`: the VCF lies under its key."""
    job = make_job(user)
    keys = {role: storage.result_key(user.user_id, job.job_id, 1, role) for role in ("vcf", "log")}
    for role in keys if hot else ["log"]:
        _put(keys[role])
    facts: dict[str, Any] = {
        "job_status": JobStatus.COMPLETED,
        "result_storage": StorageState.HOT,
        "attempt": 1,
        "outputs": {role: _output(key) for role, key in keys.items()},
        "counts": {"read": 1, "ratio": 0.5},
        "notes": ["A sentence."],
        "complete_time": clock.now_s(),
        "s3_results_bucket": aws.bucket("results"),
        "s3_key_result_file": keys["vcf"],
        "announced_at": clock.now_s(),
        "notified": {"completed": {"claimed_at": 1, "sent_at": 2, "round": 1}},
        "sweep_bucket": None,
        "sweep_at": None,
    }
    finished = write_job(replace(job, **facts | changes))
    write_card(finished)
    return finished


def _archive_file(user: User, job_id: str, version: int, *, stored: bool = True) -> dict[str, Any]:
    key = storage.archive_key(user.user_id, job_id, version, "vcf")
    if stored:
        _put(key)
    return {
        "role": "vcf",
        "store": "s3",
        "bucket": aws.bucket("results"),
        "archive_id": key,
        "size": 1,
        "sha256": SHA256,
    }


def _archived(user: User, state: StorageState = StorageState.ARCHIVED, **changes: Any) -> Job:
    hot = _result(user, hot=False)
    file = _archive_file(user, hot.job_id, 1)
    version = 2 if state == StorageState.RESTORING else 1
    facts = {"archived": {"vcf": file}, "results_file_archive_id": file["archive_id"], "storage_version": version}
    job = write_job(replace(hot, result_storage=state, **facts | changes))
    write_card(job)
    return job


def _ended(user: User, status: JobStatus) -> Job:
    job = write_job(
        replace(
            make_job(user),
            job_status=status,
            attempt=1,
            complete_time=clock.now_s(),
            error={"code": "bad_input", "message": "Line 3 is not a record.", "line": 3, "retryable": False},
            announced_at=clock.now_s(),
        )
    )
    confirm_card(job)
    return job


def _drop_table() -> None:
    for record in list(dynamo.scan_all("jobs")):
        aws.client("dynamodb").delete_item(TableName=aws.table_name("jobs"), Key={"job_id": {"S": record["job_id"]}})


def _record(job_id: str) -> dict[str, Any]:
    record = dynamo.get("jobs", {"job_id": job_id})
    assert record is not None
    return record


STATES: dict[str, Callable[[User], Job]] = {
    "FAILED": lambda user: _ended(user, JobStatus.FAILED),
    "CANCELLED": lambda user: _ended(user, JobStatus.CANCELLED),
    "HOT": _result,
    "HOT, due for the archive": lambda user: _result(user, archive_after=2_000_000_000),
    "HOT, copies not gone yet": lambda user: _result(user, cleanup={"prefixes": ["archive/u/j/1/"]}, storage_version=1),
    "ARCHIVED": _archived,
    "RESTORING": lambda user: _archived(user, StorageState.RESTORING, restore_message="It takes 3 to 5 hours."),
    "ARCHIVING": lambda user: _result(user, result_storage=StorageState.ARCHIVING, storage_version=1),
}


def test_a_dropped_table_is_rebuilt_record_by_record_C25(moto_aws: Settings) -> None:
    user = make_user()
    before = {name: make(user) for name, make in STATES.items()}
    written = {job.job_id: _record(job.job_id) for job in before.values()}
    _drop_table()
    report = rebuild.reconcile()
    assert (report.rebuilt, report.present, report.done_again, report.orphans) == (len(STATES), 0, 0, [])
    for name, job in before.items():
        was, now = written[job.job_id], _record(job.job_id)
        assert {k: v for k, v in now.items() if k not in PASSING} == {
            k: v for k, v in was.items() if k not in PASSING
        }, name


def test_jobs_that_were_not_done_are_done_again_under_new_attempts_C13(moto_aws: Settings) -> None:
    user = make_user()
    pending = make_job(user)
    running = make_job(user)
    claimed = store.claim(running.job_id, "w1")
    _drop_table()
    assert rebuild.reconcile().rebuilt == 2
    for job in (pending, running):
        fresh = store.get(job.job_id)
        assert fresh is not None and fresh.job_status == JobStatus.PENDING
        assert fresh.attempt == ATTEMPT_GAP
        assert (fresh.input_file_name, fresh.s3_key_input_file) == (job.input_file_name, job.s3_key_input_file)
        assert job.job_id in store.due_for_sweep(clock.now())
    assert store.claim(running.job_id, "w2").attempt > claimed.attempt
    with pytest.raises(Exception, match="Another worker holds this job"):
        store.renew_lease(claimed)


def test_a_rebuilt_result_is_told_to_nobody_again_C14(moto_aws: Settings) -> None:
    job = _result(make_user(), notified={}, announced_at=None)
    _drop_table()
    rebuild.reconcile()
    fresh = store.get(job.job_id)
    assert fresh is not None and fresh.announced_at
    assert fresh.notified["completed"]["round"] == 1 and "refused" in fresh.notified["completed"]


def test_rebuilding_twice_changes_nothing_and_a_dry_run_never_C14(moto_aws: Settings) -> None:
    user = make_user()
    for make in STATES.values():
        make(user)
    _drop_table()
    assert rebuild.reconcile(dry_run=True).rebuilt == len(STATES)
    assert list(dynamo.scan_all("jobs")) == []
    rebuild.reconcile()
    records = sorted(dynamo.scan_all("jobs"), key=lambda record: record["job_id"])
    again = rebuild.reconcile()
    assert (again.rebuilt, again.present, again.differing) == (0, len(STATES), [])
    assert sorted(dynamo.scan_all("jobs"), key=lambda record: record["job_id"]) == records


def test_a_record_that_is_there_is_never_overwritten_by_an_older_card_C14(moto_aws: Settings) -> None:
    job = _result(make_user())
    newer = write_job(replace(job, result_storage=StorageState.ARCHIVING, storage_version=1))
    report = rebuild.reconcile(replace_older=True)
    assert (report.present, report.replaced, report.differing) == (1, 0, [])
    assert store.get(job.job_id) == newer


def test_a_record_older_than_its_card_is_named_and_replaced_only_on_demand(moto_aws: Settings) -> None:
    job = _archived(make_user())
    write_job(replace(job, result_storage=StorageState.HOT, storage_version=0, archived={}))
    report = rebuild.reconcile()
    assert report.differing == [job.job_id]
    assert store.get(job.job_id).result_storage == StorageState.HOT  # type: ignore[union-attr]
    assert rebuild.reconcile(replace_older=True).replaced == 1
    fresh = store.get(job.job_id)
    assert fresh is not None
    assert (fresh.result_storage, fresh.archived) == (StorageState.ARCHIVED, job.archived)


def test_a_job_that_is_done_again_after_a_failure_does_not_differ(moto_aws: Settings) -> None:
    job = _ended(make_user(), JobStatus.FAILED)
    write_job(replace(job, job_status=JobStatus.PENDING, error=None))
    assert rebuild.reconcile().differing == []


def test_a_deleted_job_stays_deleted_C34(moto_aws: Settings) -> None:
    job = _archived(make_user())
    delete.delete(job)
    _drop_table()
    report = rebuild.reconcile()
    assert (report.deleted, report.rebuilt) == (1, 0)
    tombstone = store.get(job.job_id)
    assert tombstone is not None and tombstone.deleting
    assert job.job_id in store.due_for_sweep(clock.now())  # the sweep removes what may be left


def test_jobs_of_a_deleted_account_stay_deleted_C34(moto_aws: Settings) -> None:
    user = make_user()
    job = _result(user)
    account_deletion._mark(user)
    _drop_table()
    assert rebuild.reconcile().deleted == 1
    assert store.get(job.job_id).deleting  # type: ignore[union-attr]


def test_a_card_ahead_of_its_step_is_held_against_the_objects_C23(moto_aws: Settings) -> None:
    """The card said ARCHIVED or HOT, the process died, and the other one of the two is true."""
    user = make_user()
    not_archived = _result(user)
    gone = _archive_file(user, not_archived.job_id, 1, stored=False)
    write_card(
        not_archived,
        result_storage=StorageState.ARCHIVED,
        storage_version=1,
        archived={"vcf": gone},
        archive_after=None,
    )
    not_hot = _archived(user)
    write_card(
        not_hot,
        result_storage=StorageState.HOT,
        archived={},
        cleanup={"archive": list(not_hot.archived.values())},
        results_file_archive_id=None,
    )
    _drop_table()
    assert rebuild.reconcile().done_again == 0
    hot, archived = store.get(not_archived.job_id), store.get(not_hot.job_id)
    assert hot is not None and archived is not None
    assert (hot.result_storage, hot.archived, hot.results_file_archive_id) == (StorageState.HOT, {}, None)
    assert (archived.result_storage, archived.archived) == (StorageState.ARCHIVED, not_hot.archived)
    assert archived.cleanup is None  # what was obsolete is the only copy now


@pytest.mark.parametrize("state", [StorageState.HOT, StorageState.ARCHIVED])
def test_a_result_that_is_nowhere_is_made_again_from_the_uploaded_file_C18(
    moto_aws: Settings, state: StorageState
) -> None:
    user = make_user()
    job = _result(user) if state == StorageState.HOT else _archived(user)
    storage.delete_under(aws.bucket("results"), f"results/{user.user_id}/{job.job_id}/1/")
    storage.delete_under(aws.bucket("results"), f"archive/{user.user_id}/")
    _drop_table()
    report = rebuild.reconcile()
    assert (report.rebuilt, report.done_again) == (1, 1)
    fresh = store.get(job.job_id)
    assert fresh is not None and fresh.job_status == JobStatus.PENDING and fresh.outputs == {}


def test_a_job_without_result_and_file_is_counted_and_left_alone(moto_aws: Settings) -> None:
    job = make_job(make_user())
    storage.delete_keys(job.s3_inputs_bucket, [job.s3_key_input_file])
    _drop_table()
    report = rebuild.reconcile()
    assert (report.rebuilt, report.without_input) == (0, 1)
    assert store.get(job.job_id) is None


def test_a_card_whose_upload_is_no_job_yet_makes_none_C02(moto_aws: Settings) -> None:
    user = make_user()
    upload = make_upload(user)
    write_card(submit._new_job(upload, upload.choices))  # the submission has come this far
    assert rebuild.reconcile().without_input == 1
    assert store.get(upload.upload_id) is None
    assert submit.submit(user, upload.upload_id).job_status == JobStatus.PENDING


def test_one_odd_card_keeps_no_other_one_C25(moto_aws: Settings) -> None:
    user = make_user()
    odd, good = _result(user), _result(user)
    aws.client("s3").put_object(
        Bucket=aws.bucket("results"), Key=storage.card_key(user.user_id, odd.job_id), Body=b"{rubbish"
    )
    _drop_table()
    report = rebuild.reconcile()
    assert (report.rebuilt, report.unreadable) == (1, [odd.job_id])
    assert store.get(good.job_id)
    assert report.orphans == []  # nobody knows whose they are, so they stay


def test_jobs_without_a_card_get_one(moto_aws: Settings) -> None:
    user = make_user()
    job = _result(user)
    storage.delete_keys(aws.bucket("results"), [storage.card_key(user.user_id, job.job_id)])
    assert rebuild.reconcile(dry_run=True).cards_written == 1
    assert read_card(user.user_id, job.job_id) is None
    assert rebuild.reconcile().cards_written == 1
    card = read_card(user.user_id, job.job_id)
    assert card is not None and card.job.result_storage == StorageState.HOT


def test_orphans_are_counted_and_removed_only_on_demand_C34(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    job, upload = _result(user), make_upload(user)
    gone = _archived(user)
    delete.delete(gone)
    orphans = [
        ("results", "results/u9/j9/1/variants.parquet"),
        ("results", "archive/u9/j9/1/vcf"),
        ("inputs", "uploads/u9/j9/input"),
        ("results", f"results/{user.user_id}/{gone.job_id}/1/late"),
    ]
    for what, key in orphans:
        _put(key, what)
    _put("results/of-somebody-else")
    assert rebuild.reconcile().orphans == []  # too young to tell
    tomorrow = clock.now() + 2 * 86400
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    report = rebuild.reconcile()
    assert {(o.bucket, o.key) for o in report.orphans} == {(aws.bucket(what), key) for what, key in orphans}
    assert storage.size_of(aws.bucket("inputs"), "uploads/u9/j9/input") == 1
    assert rebuild.reconcile(dry_run=True, remove_orphans=True).orphans_removed == 0
    assert rebuild.reconcile(remove_orphans=True).orphans_removed == len(orphans)
    assert rebuild.reconcile().orphans == []
    kept = [
        (aws.bucket("results"), job.outputs["vcf"]["key"]),
        (job.s3_inputs_bucket, job.s3_key_input_file),
        (upload.bucket, upload.key),
        (aws.bucket("results"), "results/of-somebody-else"),
    ]
    assert all(storage.size_of(*place) for place in kept)


def test_objects_of_lost_records_are_no_orphans_while_their_cards_are_there_C34(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    _archived(user)
    _drop_table()
    tomorrow = clock.now() + 2 * 86400
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert rebuild.reconcile(dry_run=True).orphans == []
