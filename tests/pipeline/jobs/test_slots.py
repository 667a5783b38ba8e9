"""The limit of active jobs holds under any number of requests at once, and a crash takes no place for ever (C08)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from botocore.exceptions import EndpointConnectionError

from pipeline import clock, dynamo, ids
from pipeline.accounts import delete as account_deletion
from pipeline.accounts import store as accounts
from pipeline.errors import ConflictError, LimitError, NotFoundError, RetryableError
from pipeline.jobs import delete, rerun, slots, store, submit
from pipeline.jobs.states import JobStatus
from pipeline.settings import Settings
from pipeline.uploads import store as uploads
from pipeline.uploads.store import UploadState
from tests.builders import make_job, make_upload, make_user, write_job


@pytest.fixture
def two(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A plan with two jobs at once."""
    monkeypatch.setattr(moto_aws, "free_max_active_jobs", 2)
    return moto_aws


def _places(user: accounts.User) -> set[str]:
    record = dynamo.get("users", {"user_id": user.user_id})
    assert record is not None
    return set(record.get(slots.ATTRIBUTE, {}))


def _tried(work: Callable[[], object]) -> str:
    try:
        work()
    except LimitError as error:
        return error.code
    return "taken"


def test_eight_submits_at_once_pass_a_limit_of_two_twice_C08(
    ministack_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An AWS in a process of its own: its writes are atomic, which those of one in memory are not among threads."""
    monkeypatch.setattr(ministack_aws, "free_max_active_jobs", 2)
    user = make_user(f"{ids.new_id()}@example.org")
    waiting = [make_upload(user) for _ in range(8)]
    together = threading.Barrier(8)

    def send(upload: uploads.Upload) -> str:
        together.wait(30)
        return _tried(lambda: submit.submit(user, upload.upload_id))

    with ThreadPoolExecutor(8) as pool:
        ended = sorted(pool.map(send, waiting))
    assert ended == ["taken"] * 2 + ["too_many_jobs"] * 6
    assert sum(job.is_active for job in submit.list_jobs(user.user_id)) == 2
    left = [upload for upload in uploads.of_user(user.user_id) if upload.state == UploadState.UPLOADED]
    assert len(left) == 6, "a refused file stays, and can be submitted later"


@pytest.mark.parametrize("end", ["completed", "cancelled", "deleted"])
def test_a_job_that_ended_makes_room(two: Settings, end: str) -> None:
    user = make_user()
    first = make_job(user)
    make_job(user)
    with pytest.raises(LimitError, match="2 of your jobs are waiting or running"):
        make_job(user)
    if end == "completed":
        store.complete(store.claim(first.job_id, "w"), results={})
    elif end == "cancelled":
        store.cancel(first)
    else:
        delete.delete(first)
    third = make_job(user)
    assert third.job_id in _places(user)
    assert first.job_id not in _places(user)
    with pytest.raises(LimitError):
        make_job(user)


def test_a_crash_before_the_job_takes_its_place_for_minutes_not_for_ever_C12(
    two: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    make_job(user)
    with monkeypatch.context() as down:
        down.setattr(submit, "_create", lambda *_: (_ for _ in ()).throw(EndpointConnectionError(endpoint_url="x")))
        with pytest.raises(EndpointConnectionError):
            make_job(user)
    with pytest.raises(LimitError):
        make_job(user)
    later = clock.now() + 2 * two.web_request_timeout_s + 1
    monkeypatch.setattr(clock, "now", lambda: later)
    make_job(user)


def test_the_same_file_finds_its_own_place_after_the_crash_C02(two: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    make_job(user)
    upload = make_upload(user)
    with monkeypatch.context() as down:
        down.setattr(submit, "_create", lambda *_: (_ for _ in ()).throw(EndpointConnectionError(endpoint_url="x")))
        with pytest.raises(EndpointConnectionError):
            submit.submit(user, upload.upload_id)
    assert submit.submit(user, upload.upload_id).is_active
    assert len(_places(user)) == 2


def test_jobs_from_before_places_were_counted_have_theirs(two: Settings) -> None:
    user = make_user()
    jobs = [make_job(user), make_job(user)]
    dynamo.Update("users", {"user_id": user.user_id}).remove(slots.ATTRIBUTE).write()
    with pytest.raises(LimitError):
        make_job(user)
    assert _places(user) == {job.job_id for job in jobs}


def test_a_failed_job_needs_a_place_to_be_started_again(two: Settings) -> None:
    user = make_user()
    failed = write_job(replace(make_job(user), job_status=JobStatus.FAILED, complete_time=clock.now_s() + 1))
    jobs = [make_job(user), make_job(user)]
    with pytest.raises(LimitError):
        submit.resubmit(user, failed)
    assert store.get(failed.job_id) == failed
    store.cancel(jobs[0])
    assert submit.resubmit(user, failed).is_active
    with pytest.raises(LimitError):
        make_job(user)


def test_the_place_of_a_job_that_is_being_started_again_is_not_freed_C02(two: Settings) -> None:
    """Between taking the place and the job's own record another request looks, and finds it FAILED still."""
    user = make_user()
    failed = write_job(replace(make_job(user), job_status=JobStatus.FAILED, complete_time=clock.now_s() - 60))
    make_job(user)
    slots.take(user, failed.job_id)
    with pytest.raises(LimitError):
        make_job(user)
    assert submit.resubmit(user, failed).is_active


def test_a_dashed_id_of_an_original_system_takes_a_place(two: Settings) -> None:
    user = make_user()
    dashed = "0b7a1d3c-5b0e-4f0e-9a53-0d7f6c1f2a11"
    slots.take(user, dashed)
    assert dashed in _places(user)


def test_a_plan_that_allows_fewer_refuses_until_enough_have_ended(two: Settings) -> None:
    two.free_max_active_jobs = 4
    user = make_user()
    jobs = [make_job(user) for _ in range(4)]
    two.free_max_active_jobs = 2
    for job in jobs[:2]:
        store.cancel(job)
        with pytest.raises(LimitError):
            make_job(user)
    store.cancel(jobs[2])
    assert make_job(user).is_active


def test_places_of_ended_jobs_go_before_the_record_grows_large(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots, "TIDY_EVERY", 4)
    user = make_user()
    for _ in range(11):
        store.cancel(make_job(user))
    assert len(_places(user)) <= 4


def test_a_rerun_is_refused_before_the_file_is_copied(two: Settings) -> None:
    user = make_user()
    done = make_job(user)
    store.cancel(done)
    make_job(user), make_job(user)
    with pytest.raises(LimitError):
        rerun.rerun(user, done.job_id, "today")
    assert {upload.state for upload in uploads.of_user(user.user_id)} == {UploadState.SUBMITTED}


def test_an_account_that_is_leaving_takes_no_place_at_any_moment_C34(
    two: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    make_job(user)
    upload = make_upload(user)
    failed = write_job(replace(make_job(user), job_status=JobStatus.FAILED, complete_time=clock.now_s()))
    account_deletion.delete_account(user)
    with pytest.raises(NotFoundError):
        submit.submit(user, upload.upload_id)
    with pytest.raises(NotFoundError):
        submit.resubmit(user, failed)
    assert store.get(upload.upload_id) is None


def test_a_record_that_others_keep_changing_is_no_reason_to_wait_for_ever(
    two: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*_: object) -> slots.Places:
        raise ConflictError("changed")

    monkeypatch.setattr(slots, "_add", overtaken)
    with pytest.raises(RetryableError):
        make_job(make_user())


def test_freeing_keeps_a_place_that_was_taken_meanwhile(two: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    ended = make_job(user)
    store.cancel(ended)
    seen = dynamo.get("users", {"user_id": user.user_id})[slots.ATTRIBUTE]  # type: ignore[index]
    newer = make_job(user)
    slots._free_ended(user.user_id, seen)
    assert newer.job_id in _places(user)


def test_nothing_else_of_the_record_changes(two: Settings) -> None:
    user = make_user()
    job = make_job(user)
    assert _places(user) == {job.job_id}
    assert accounts.get_user(user.user_id) == user
