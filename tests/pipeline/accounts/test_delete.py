"""Deleting an account at any moment: every copy goes, nothing comes back, others keep theirs (C34)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from pipeline import aws, clock, dynamo, storage
from pipeline.accounts import delete, plans, removal, store
from pipeline.accounts.store import User
from pipeline.errors import NotFoundError, RetryableError
from pipeline.jobs import rerun, submit
from pipeline.jobs import store as jobs
from pipeline.jobs.card import is_card_key, read_card, write_card
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.settings import Settings, get_settings
from pipeline.uploads import store as uploads
from pipeline.uploads import transfer
from tests.builders import PASSWORD, make_job, make_upload, make_user, write_job
from tests.infrastructure import as_it_stands, put_back

LATER = 10**10


def _keys(what: str) -> list[str]:
    return list(storage.keys_under(aws.bucket(what), ""))


def _files(user: User) -> list[str]:
    """Every object of a user but the tombstones of jobs."""
    everything = [*_keys("inputs"), *_keys("results")]
    return [key for key in everything if f"/{user.user_id}/" in key and not is_card_key(key)]


def _archived_job(user: User) -> Job:
    job = make_job(user)
    bucket, s3 = aws.bucket("results"), aws.client("s3")
    key = storage.archive_key(user.user_id, job.job_id, 1, "vcf")
    log_key = storage.result_key(user.user_id, job.job_id, 1, "count.log")
    for name in (key, log_key):
        s3.put_object(Bucket=bucket, Key=name, Body=b"x")
    file = {"role": "vcf", "store": "s3", "bucket": bucket, "archive_id": key, "size": 1, "sha256": "0" * 64}
    return write_job(
        replace(
            job,
            job_status=JobStatus.COMPLETED,
            result_storage=StorageState.ARCHIVED,
            attempt=1,
            storage_version=1,
            archived={"vcf": file},
            results_file_archive_id=key,
            outputs={"log": {"key": log_key, "size": 1, "sha256": "0" * 64, "name": "count.log"}},
            s3_results_bucket=bucket,
            sweep_bucket=None,
            sweep_at=None,
        )
    )


def _account_with_everything() -> User:
    user = make_user()
    make_job(user)
    _archived_job(user)
    write_job(replace(make_job(user), job_status=JobStatus.RUNNING, attempt=1))
    make_upload(user)
    transfer.start(user, "unfinished.vcf", 10)
    return user


def _delete_account(user: User) -> str:
    """What the portal does, and then the worker, in one turn."""
    delete.delete_account(user)
    return removal.remove_account(user.user_id)


def _drain(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the sweep does about an account, until nothing is left to do."""
    later = clock.now() + 2 * get_settings().lease_s + 1
    monkeypatch.setattr(clock, "now", lambda: later)
    for _ in range(20):
        if user.user_id not in delete.deleting_users(LATER):
            return
        removal.remove_account(user.user_id)
    raise AssertionError("the deletion does not come to its end")


def _assert_gone(user: User) -> None:
    assert _files(user) == []
    assert submit.list_jobs(user.user_id) == []
    assert uploads.of_user(user.user_id) == []
    record = dynamo.get("users", {"user_id": user.user_id})
    assert record is not None and set(record) == {"user_id", "deleting"}
    assert store.check_password(user.email, PASSWORD) is None


def test_a_deleted_account_leaves_an_id_and_tombstones_only_C34(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = _account_with_everything()
    other = make_user("grace@example.org")
    kept = jobs.get(make_job(other).job_id)
    assert kept is not None
    _delete_account(user)
    assert _files(user) == []
    assert submit.list_jobs(user.user_id) == []
    _drain(user, monkeypatch)
    _assert_gone(user)
    assert jobs.get_owned(kept.job_id, other.user_id) == kept
    assert store.get_user(other.user_id) == other
    assert removal.remove_account(user.user_id) == "nothing"


def test_nobody_signs_in_to_an_account_with_a_tombstone_C34(moto_aws: Settings) -> None:
    user = make_user()
    delete._mark(user)
    marked = store.get_user(user.user_id)
    assert marked is not None and marked.deleting
    assert marked.session_epoch == user.session_epoch + 1
    assert store.check_password(user.email, PASSWORD) is None
    with pytest.raises(NotFoundError):
        plans.change_plan(user.user_id, "premium_user")


def test_the_address_registers_anew_as_another_user_C34(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    _delete_account(user)
    again = make_user()
    assert again.user_id != user.user_id
    job = make_job(again)
    _drain(user, monkeypatch)
    assert store.check_password(again.email, PASSWORD) == again
    assert jobs.get_owned(job.job_id, again.user_id)
    assert _files(again)


def test_an_account_with_a_tombstone_takes_no_upload_and_no_job_C34(moto_aws: Settings) -> None:
    user = make_user()
    whole = make_upload(user)
    failed = write_job(replace(make_job(user), job_status=JobStatus.FAILED))
    delete._mark(user)
    with pytest.raises(NotFoundError):
        transfer.start(user, "late.vcf", 10)
    with pytest.raises(NotFoundError):
        submit.submit(user, whole.upload_id)
    with pytest.raises(NotFoundError):
        rerun.rerun(user, failed.job_id, "today")
    left = {upload.upload_id for upload in uploads.of_user(user.user_id)}
    assert left == {whole.upload_id, failed.job_id}


def test_an_upload_that_slips_in_at_the_same_moment_is_seen_by_one_of_the_two_C34(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    insert = uploads.insert

    def insert_while_the_account_goes(upload: uploads.Upload) -> None:
        _delete_account(user)
        insert(upload)

    monkeypatch.setattr(uploads, "insert", insert_while_the_account_goes)
    with pytest.raises(NotFoundError):
        transfer.start(user, "late.vcf", 10)
    assert uploads.of_user(user.user_id) == []


def test_a_job_that_the_index_does_not_show_yet_is_deleted_too_C34_C36(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    job = make_job(user)
    query_all = dynamo.query_all

    def lagging(table: str, *, index: str | None = None, **arguments: Any) -> Any:
        return iter([]) if index == jobs.USER_INDEX else query_all(table, index=index, **arguments)

    monkeypatch.setattr(dynamo, "query_all", lagging)
    _delete_account(user)
    current = jobs.get(job.job_id)
    assert current is not None and current.deleting
    assert _files(user) == []


def test_a_long_list_of_jobs_is_deleted_step_by_step_C34(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_ACCOUNT_DELETE_JOBS", "2")
    get_settings.cache_clear()
    user = make_user()
    for _ in range(5):
        job = make_job(user)
        uploads.forget(uploads.get_owned(user.user_id, job.job_id))  # submitted long ago
    _delete_account(user)
    assert len(submit.list_jobs(user.user_id)) == 3
    assert user.user_id in delete.deleting_users(LATER)
    _drain(user, monkeypatch)
    _assert_gone(user)


def test_a_job_that_cannot_be_read_keeps_nothing_back_C25_C34(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    odd, job = make_job(user), make_job(user)
    dynamo.Update("jobs", {"job_id": odd.job_id}).set(job_status="FROM_THE_FUTURE").write()
    _delete_account(user)
    assert jobs.get(job.job_id).deleting  # type: ignore[union-attr]
    _drain(user, monkeypatch)
    _assert_gone(user)


def test_somebody_elses_rerun_link_and_files_stay_untouched_C34(moto_aws: Settings) -> None:
    user, other = make_user(), make_user("grace@example.org")
    mine = make_job(user)
    theirs = write_job(replace(make_job(other), rerun_of=mine.job_id))
    _delete_account(user)
    assert jobs.get(theirs.job_id) == theirs
    assert storage.size_of(theirs.s3_inputs_bucket, theirs.s3_key_input_file)


def test_the_card_of_a_deleted_job_is_a_tombstone_without_a_name_C34(moto_aws: Settings) -> None:
    user = make_user()
    job = make_job(user, name="my secret patient.vcf")
    _delete_account(user)
    card = read_card(user.user_id, job.job_id)
    assert card is not None and card.job.deleting
    assert card.job.input_file_name == "(deleted)"


def test_a_card_of_no_job_goes_with_the_account_C34(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    job = make_job(user)
    write_card(replace(job, job_id="never-submitted", input_file_name="my secret patient.vcf"))
    _delete_account(user)
    _drain(user, monkeypatch)
    cards = [key for key in _keys("results") if is_card_key(key)]
    assert cards == [storage.card_key(user.user_id, job.job_id)]


def test_unknown_account_is_refused(moto_aws: Settings) -> None:
    user = make_user()
    with pytest.raises(NotFoundError):
        delete.delete_account(replace(user, user_id="nobody"))
    assert dynamo.get("users", {"user_id": "nobody"}) is None


class Crash(BaseException):
    """The process is killed here: nothing in the code may catch it."""


@pytest.mark.parametrize("after", [False, True], ids=["before_the_call", "after_the_call"])
def test_a_crash_at_every_call_is_finished_by_the_sweep_C34(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    """Deletes the same account again and again, and each time dies one AWS call later than before."""
    user, crashed_at = make_user(), []
    make_job(user)
    _archived_job(user)
    make_upload(user)
    before = as_it_stands()
    for number in range(200):
        put_back(before)
        with monkeypatch.context() as dying:
            name = _die_at_call(number, dying, after=after)
            try:
                _delete_account(user)
            except Crash:
                crashed_at.append(name())
            else:
                break
        if _was_marked(user):
            with monkeypatch.context() as later:
                _drain(user, later)
            _assert_gone(user)
    else:
        raise AssertionError("the deletion makes more calls than this test looks at")
    assert len(crashed_at) > 15


def _was_marked(user: User) -> bool:
    """Whether the tombstone was written: before that nothing has happened, and the user asks again."""
    current = store.get_user(user.user_id)
    assert current is not None
    return current.deleting is not None


def _die_at_call(number: int, monkeypatch: pytest.MonkeyPatch, *, after: bool) -> Callable[[], str]:
    calls: list[str] = []
    client = aws.client

    class Dying:
        def __init__(self, service: str) -> None:
            self._client = client(service)

        def __getattr__(self, name: str) -> Any:
            real = getattr(self._client, name)
            if name in ("exceptions", "meta", "get_paginator"):
                return real

            def call(*positional: Any, **arguments: Any) -> Any:
                calls.append(name)
                if len(calls) - 1 == number and not after:
                    raise Crash
                try:
                    return real(*positional, **arguments)
                finally:
                    if len(calls) - 1 == number:
                        raise Crash

            return call

    monkeypatch.setattr(aws, "client", Dying)
    return lambda: calls[-1]


def test_a_cloud_that_does_not_answer_leaves_the_rest_to_the_sweep_C34(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = _account_with_everything()

    def unreachable(bucket: str, prefix: str, **rest: Any) -> int:
        raise EndpointConnectionError(endpoint_url="s3")

    with monkeypatch.context() as down:
        down.setattr(storage, "delete_under", unreachable)
        delete.delete_account(user)
        with pytest.raises(RetryableError):
            removal.remove_account(user.user_id)
    assert user.user_id in delete.deleting_users(LATER)
    _drain(user, monkeypatch)
    _assert_gone(user)
