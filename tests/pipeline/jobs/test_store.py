"""The job table: ownership, complete lists, leases and fencing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline import aws, clock, dynamo
from pipeline.errors import LeaseLostError, NotFoundError
from pipeline.jobs import store, submit
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.settings import Settings
from tests.builders import make_job, make_user, write_job


def test_another_users_job_answers_like_an_unknown_one_C03(moto_aws: Settings) -> None:
    mine = make_job(make_user("ada@example.org"))
    eve = make_user("eve@example.org")
    answers = []
    for job_id in (mine.job_id, "f" * 32, "../x", None, {"S": "x"}):
        with pytest.raises(NotFoundError) as error:
            store.get_owned(job_id, eve.user_id)
        answers.append((error.value.code, error.value.message))
    assert len(set(answers)) == 1


def test_list_is_complete_over_many_pages_and_newest_first_C36(moto_aws: Settings) -> None:
    user = make_user()
    template = make_job(user)
    padding = ["x" * 200_000]  # six records to a page of 1 MB
    for number in range(12):
        write_job(replace(template, job_id=f"job{number:02}", submit_time=1000 + number, notes=padding))
    jobs = submit.list_jobs(user.user_id)
    assert [job.job_id for job in jobs] == [template.job_id] + [f"job{n:02}" for n in range(11, -1, -1)]


def test_job_submitted_a_moment_ago_is_listed_although_the_index_lags_C36(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    job = make_job(user)
    real = dynamo.query_all
    monkeypatch.setattr(dynamo, "query_all", lambda t, index=None, **kw: [] if index else real(t, index=index, **kw))
    assert [j.job_id for j in submit.list_jobs(user.user_id)] == [job.job_id]


def test_list_shows_an_active_job_as_the_table_has_it_not_as_the_index_C36(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    job = make_job(user)
    stale = list(dynamo.query_all("jobs", index=store.USER_INDEX, **_by_user(user.user_id)))
    store.claim(job.job_id, "w")
    real = dynamo.query_all
    monkeypatch.setattr(dynamo, "query_all", lambda t, index=None, **kw: stale if index else real(t, **kw))
    assert submit.list_jobs(user.user_id)[0].job_status == JobStatus.RUNNING


def _by_user(user_id: str) -> dict:
    return {"KeyConditionExpression": "user_id = :u", "ExpressionAttributeValues": {":u": {"S": user_id}}}


def test_late_write_of_an_attempt_that_lost_its_lease_is_refused_C13(moto_aws: Settings) -> None:
    job = make_job(make_user())
    first = store.claim(job.job_id, "w1")
    expired = write_job(replace(first, lease_expires_at=clock.now_s() - 1))
    store.release_expired(expired)
    second = store.claim(job.job_id, "w2")
    assert (first.attempt, second.attempt) == (1, 2)
    for late in (
        lambda: store.complete(first, results={"counts": {"read": 0}}),
        lambda: store.fail(first, {"code": "x", "message": "y"}, []),
        lambda: store.renew_lease(first),
        lambda: store.write_progress(first, {"percent": 50.0}, []),
        lambda: store.hand_back(first, failed=True),
    ):
        with pytest.raises(LeaseLostError):
            late()
    assert store.complete(second, results={}).job_status == JobStatus.COMPLETED


def test_live_lease_is_not_released_C13(moto_aws: Settings) -> None:
    running = store.claim(make_job(make_user()).job_id, "w1")
    with pytest.raises(Exception, match="changed"):
        store.release_expired(running)


def test_claim_whose_answer_was_lost_is_recognised_C15(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client repeats a write after a time-out; the first one had succeeded."""
    job = make_job(make_user())
    real = aws.client("dynamodb").update_item
    monkeypatch.setattr(aws.client("dynamodb"), "update_item", lambda **kw: (real(**kw), real(**kw))[1])
    claimed = store.claim(job.job_id, "owner-1")
    assert (claimed.lease_owner, claimed.attempt) == ("owner-1", 1)


def test_times_are_numbers_of_seconds_utc_C43(moto_aws: Settings) -> None:
    job = make_job(make_user())
    item = aws.client("dynamodb").get_item(TableName=aws.table_name("jobs"), Key={"job_id": {"S": job.job_id}})["Item"]
    assert item["submit_time"] == {"N": str(job.submit_time)}
    assert abs(job.submit_time - clock.now()) < 60


def test_record_of_an_original_system_is_read(moto_aws: Settings) -> None:
    original = {
        "job_id": "0b1c2d3e-aaaa-bbbb-cccc-000000000001",
        "user_id": "u1",
        "input_file_name": "test.vcf",
        "s3_inputs_bucket": "old-inputs",
        "s3_key_input_file": "cnet/u1/x~test.vcf",
        "submit_time": 1_500_000_000,
        "job_status": "COMPLETED",
        "complete_time": 1_500_000_100,
        "s3_results_bucket": "old-results",
        "results_file_archive_id": "arch",
    }
    dynamo.put_new("jobs", original, "job_id")
    job = store.get(original["job_id"])
    assert isinstance(job, Job) and job.results_file_archive_id == "arch"
    assert job.result_storage == StorageState.ARCHIVED
