"""The restore worker goes through all jobs of a user, where one odd one stops no other (C25), and removes all of an
account that is leaving, in turns, however often it is told (C34)."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from botocore.exceptions import EndpointConnectionError

from pipeline import clock, dynamo, messages
from pipeline.accounts import delete, plans, removal
from pipeline.accounts.store import User
from pipeline.archive import steps
from pipeline.errors import ConflictError, LeaseLostError, RetryableError
from pipeline.jobs import delete as job_deletion
from pipeline.jobs import store as jobs
from pipeline.jobs import submit
from pipeline.jobs.model import Job
from pipeline.messages import Message
from pipeline.settings import Settings
from pipeline.workers import restore, sweep
from pipeline.workers.delivery import Delivery
from pipeline.workers.restore import RestoreHandler
from tests.builders import make_job, make_user, write_job
from tests.pipeline.results.finished import finished_job
from tests.queues import bodies


def _handle(message: Message, delivery: Delivery | None = None) -> None:
    RestoreHandler().handle(message, delivery or Delivery(1, threading.Event()))


def _work() -> int:
    """Handle what waits for the worker until nothing does; how many messages there were."""
    count = 0
    while waiting := bodies("restore"):
        for body in waiting:
            _handle(messages.parse(body))
            count += 1
    return count


def _pass(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    later = clock.now() + seconds
    monkeypatch.setattr(clock, "now", lambda: later)


def _is_gone(user: User) -> bool:
    record = dynamo.get("users", {"user_id": user.user_id})
    return record is not None and set(record) == {"user_id", "deleting"}


def _leaving(user: User) -> Message:
    return Message(type="account-leaving", user_id=user.user_id)


def test_an_account_is_removed_in_turns_and_once_more_in_the_end_C34(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moto_aws, "account_delete_jobs", 2)
    user = make_user()
    made = [make_job(user) for _ in range(5)]
    delete.delete_account(user)
    assert len(submit.list_jobs(user.user_id)) == 5, "the request left them to the worker"
    assert _work() == 3
    assert all(jobs.get(job.job_id).deleting for job in made)  # type: ignore[union-attr]
    assert not _is_gone(user), "a worker may still be writing what it began before"
    _pass(monkeypatch, 2 * moto_aws.lease_s + 1)
    assert sweep.sweep_accounts() == {"announce_deletion": 1}
    assert _work() == 1
    assert _is_gone(user)
    assert sweep.sweep_accounts() == {}


def test_a_lost_message_is_sent_again_by_the_sweep_C16_C34(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    job = make_job(user)

    def lost(topic: str, message: Message) -> None:
        raise EndpointConnectionError(endpoint_url="sns")

    with monkeypatch.context() as down:
        down.setattr(messages, "publish", lost)
        delete.delete_account(user)
    assert sweep.sweep_accounts() == {}, "it has a while to arrive"
    _pass(monkeypatch, moto_aws.pending_grace_s + 1)
    assert sweep.sweep_accounts() == {"announce_deletion": 1}
    assert sweep.sweep_accounts() == {}, "not again at once"
    assert _work() == 1
    assert jobs.get(job.job_id).deleting  # type: ignore[union-attr]


def test_a_message_that_comes_twice_or_late_changes_nothing_C14(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    staying, user = make_user("grace@example.org"), make_user()
    kept = jobs.get(make_job(staying).job_id)
    assert kept is not None
    delete.delete_account(user)
    _work()
    _pass(monkeypatch, 2 * moto_aws.lease_s + 1)
    for _ in range(3):
        _handle(_leaving(user))
        _handle(_leaving(staying))
        _handle(Message(type="plan-changed", user_id=user.user_id))
    assert _is_gone(user)
    assert jobs.get(kept.job_id) == kept


def test_one_odd_job_keeps_no_other_one_and_is_tried_again_C25(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    odd, job = make_job(user), make_job(user)
    real = job_deletion.delete

    def fails(doomed: Job) -> None:
        if doomed.job_id == odd.job_id:
            raise ConflictError("changed meanwhile")
        real(doomed)

    delete.delete_account(user)
    with monkeypatch.context() as trouble:
        trouble.setattr(job_deletion, "delete", fails)
        with pytest.raises(RetryableError, match="could not be removed"):
            _handle(_leaving(user))
    assert jobs.get(job.job_id).deleting and not jobs.get(odd.job_id).deleting  # type: ignore[union-attr]
    _handle(_leaving(user))
    assert jobs.get(odd.job_id).deleting  # type: ignore[union-attr]


def test_a_change_of_plan_counts_as_carried_out_when_every_result_follows_it_C25(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    results = [write_job(replace(finished_job(user.user_id), archive_after=clock.now_s())) for _ in range(3)]
    odd = results[1]
    real = steps.settle

    def fails(job_id: str) -> str:
        if job_id == odd.job_id:
            raise EndpointConnectionError(endpoint_url="dynamodb")
        return real(job_id)

    changed = plans.change_plan(user.user_id, "premium_user")
    told = Message(type="plan-changed", user_id=user.user_id)
    with monkeypatch.context() as trouble:
        trouble.setattr(restore, "settle", fails)
        with pytest.raises(RetryableError, match="1 results could not be settled"):
            _handle(told)
    assert list(plans.unsettled_users(clock.now() + 10**6)) == [changed.user_id]
    due = {job.job_id: jobs.get(job.job_id).archive_after for job in results}  # type: ignore[union-attr]
    assert due == {job.job_id: odd.archive_after if job is odd else None for job in results}
    _handle(told)
    assert jobs.get(odd.job_id).archive_after is None  # type: ignore[union-attr]
    assert list(plans.unsettled_users(clock.now() + 10**6)) == []


def test_a_worker_that_must_stop_hands_the_rest_back_C19(moto_aws: Settings) -> None:
    user = make_user()
    job = make_job(user)
    delete.delete_account(user)
    stopping = threading.Event()
    stopping.set()
    with pytest.raises(RetryableError, match="stopping"):
        _handle(_leaving(user), Delivery(1, stopping))
    assert not jobs.get(job.job_id).deleting  # type: ignore[union-attr]


def test_while_somebody_is_at_it_the_sweep_does_not_look_C13(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    delivery = Delivery(1, threading.Event())
    delete.delete_account(user)
    _handle(_leaving(user), delivery)
    _pass(monkeypatch, moto_aws.pending_grace_s + 1)
    assert delivery.renew is not None
    delivery.renew()
    assert list(delete.deleting_users(clock.now())) == []
    _pass(monkeypatch, 2 * moto_aws.lease_s)
    _handle(_leaving(user))
    with pytest.raises(LeaseLostError):
        delivery.renew()


def test_the_request_makes_as_many_calls_for_many_jobs_as_for_none(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing in it goes through the jobs: neither their table nor an object is touched."""
    user = make_user()
    make_job(user)
    with monkeypatch.context() as watched:
        for name in ("query_all", "batch_get"):
            watched.setattr(dynamo, name, _never)
        watched.setattr(job_deletion, "delete", _never)
        watched.setattr(removal, "remove_account", _never)
        delete.delete_account(user)
    assert list(delete.deleting_users(clock.now() + 2 * moto_aws.lease_s)) == [user.user_id]


def _never(*_: object, **__: object) -> None:
    raise AssertionError("the request goes through the jobs")
