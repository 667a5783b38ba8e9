"""Jobs with a history are rebuilt as they were: started again, run again, claimed, cancelled (C02, C14, C17)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipeline import aws, clock, dynamo, storage
from pipeline.accounts.store import User
from pipeline.jobs import cancel, delete, rebuild, relatives, rerun, store, submit
from pipeline.jobs.announce import announce_finished
from pipeline.jobs.card import write_card
from pipeline.jobs.model import Job
from pipeline.jobs.record_of_card import ATTEMPT_GAP
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.settings import Settings
from tests.builders import make_job, make_user, now_of, write_job

FIRST = {"code": "bad_input", "message": "Line 3 is not a record.", "line": 3, "retryable": False}
SECOND = {"code": "disk_full", "message": "The annotation machine's disk is full.", "line": None, "retryable": True}


def lose_the_table() -> None:
    for record in list(dynamo.scan_all("jobs")):
        aws.client("dynamodb").delete_item(TableName=aws.table_name("jobs"), Key={"job_id": {"S": record["job_id"]}})


def failed(job: Job, error: dict[str, Any] = FIRST) -> Job:
    """As the annotate worker does it."""
    announce_finished(store.fail(store.claim(job.job_id, "w"), error, []))
    return now_of(job)


def completed(job: Job) -> Job:
    """As the annotate worker does it: the card first."""
    claimed = store.claim(job.job_id, "w")
    key = storage.result_key(job.user_id, job.job_id, claimed.attempt, "vcf")
    aws.client("s3").put_object(Bucket=aws.bucket("results"), Key=key, Body=b"x")
    outputs = {"vcf": {"key": key, "size": 1, "sha256": "0" * 64, "name": "x"}}
    results = {"outputs": outputs, "s3_results_bucket": aws.bucket("results"), "s3_key_result_file": key}
    write_card(
        claimed, **results, job_status=JobStatus.COMPLETED, result_storage=StorageState.HOT, complete_time=clock.now_s()
    )
    announce_finished(store.complete(claimed, results=results))
    return now_of(job)


def started_again(user: User) -> Job:
    return submit.resubmit(user, failed(make_job(user)))


def lost_by_its_worker(user: User) -> Job:
    running = store.claim(make_job(user).job_id, "dead")
    write_job(replace(running, lease_expires_at=clock.now_s() - 5))
    return store.release_expired(replace(running, lease_expires_at=clock.now_s() - 5))


def cancelled_while_running(user: User) -> Job:
    return cancel.cancel(store.claim(make_job(user).job_id, "w"))


HISTORIES: dict[str, tuple[Callable[[User], Job], JobStatus]] = {
    "claimed": (lambda user: store.claim(make_job(user).job_id, "w"), JobStatus.PENDING),
    "lost by its worker": (lost_by_its_worker, JobStatus.PENDING),
    "started again": (started_again, JobStatus.PENDING),
    "started again, and claimed": (lambda user: store.claim(started_again(user).job_id, "w"), JobStatus.PENDING),
    "started again, and failed again": (lambda user: failed(started_again(user), SECOND), JobStatus.FAILED),
    "started twice again": (
        lambda user: submit.resubmit(user, failed(started_again(user), SECOND)),
        JobStatus.PENDING,
    ),
    "started again, and completed": (lambda user: completed(started_again(user)), JobStatus.COMPLETED),
    "started again, and cancelled": (lambda user: cancel.cancel(started_again(user)), JobStatus.CANCELLED),
    "cancelled while it waited": (lambda user: cancel.cancel(make_job(user)), JobStatus.CANCELLED),
    "cancelled while it ran": (cancelled_while_running, JobStatus.CANCELLED),
}


@pytest.mark.parametrize("history", HISTORIES)
def test_a_history_ends_in_the_table_as_it_ended_before_C14(moto_aws: Settings, history: str) -> None:
    make, expected = HISTORIES[history]
    job = make(make_user())
    assert rebuild.reconcile(replace_older=True).replaced == 0, "the card is never ahead of a record that is there"
    before = now_of(job)
    lose_the_table()
    assert rebuild.reconcile().rebuilt == 1
    after = now_of(job)
    assert after.job_status == expected
    assert (after.outputs, after.error, after.input_file_name) == (before.outputs, before.error, before.input_file_name)
    if expected == JobStatus.PENDING:
        assert after.attempt >= before.attempt + ATTEMPT_GAP - 1, "no attempt has the number of a lost one"
        assert job.job_id in store.due_for_sweep(clock.now())
    else:
        assert after.attempt == before.attempt


def test_a_job_that_was_started_again_is_told_to_have_failed_once_more_C14(moto_aws: Settings) -> None:
    """What was told of the first failure says nothing about the second."""
    job = failed(started_again(make_user()), SECOND)
    assert now_of(job).error == SECOND


@pytest.mark.parametrize("state", ["COMPLETED", "FAILED", "CANCELLED"])
def test_a_job_and_its_rerun_know_each_other_after_a_rebuild_C45(moto_aws: Settings, state: str) -> None:
    user = make_user()
    makers: dict[str, Callable[[Job], Job]] = {"COMPLETED": completed, "FAILED": failed, "CANCELLED": cancel.cancel}
    origin = makers[state](make_job(user))
    again, once_more = (rerun.rerun(user, origin.job_id, "today", token) for token in ("a", "b"))
    completed(again)
    lose_the_table()
    assert rebuild.reconcile().rebuilt == 3
    assert now_of(again).job_status == JobStatus.COMPLETED
    assert now_of(once_more).job_status == JobStatus.PENDING
    assert now_of(origin).job_status == state
    family = relatives.relatives(now_of(origin))
    assert [job.job_id for job in family.reruns] == [once_more.job_id, again.job_id]
    assert [relatives.relatives(now_of(job)).origin for job in (again, once_more)] == [now_of(origin)] * 2


def test_a_deleted_rerun_stays_deleted_and_its_origin_stays_C34(moto_aws: Settings) -> None:
    user = make_user()
    origin = completed(make_job(user))
    again = completed(rerun.rerun(user, origin.job_id, "today"))
    delete.delete(again)
    lose_the_table()
    rebuild.reconcile()
    assert now_of(again).deleting
    assert now_of(origin).job_status == JobStatus.COMPLETED
    assert relatives.relatives(now_of(origin)).reruns == []
