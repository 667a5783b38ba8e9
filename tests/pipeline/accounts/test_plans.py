"""Changes of plan: one conditional write, a message, and the sweep's mark until all jobs follow (C07, C14, C16)."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from pipeline import aws, clock, dynamo, messages
from pipeline.accounts import plans, store
from pipeline.errors import ConflictError, NotFoundError, RetryableError
from pipeline.messages import Message
from pipeline.settings import Settings, get_settings
from tests.builders import make_user
from tests.queues import bodies

LATER = 10**10


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """The messages that were published."""
    published: list[Message] = []
    monkeypatch.setattr(messages, "publish", lambda topic, message: published.append(message))
    return published


def _record(user_id: str) -> dict[str, Any]:
    record = dynamo.get("users", {"user_id": user_id})
    assert record is not None
    return record


def test_a_change_is_written_before_it_is_told_and_marked_until_it_is_settled_C16(
    moto_aws: Settings, sent: list[Message]
) -> None:
    user = make_user()
    changed = plans.change_plan(user.user_id, "premium_user")
    assert (changed.plan, changed.plan_version) == ("premium_user", 1)
    assert changed.plan_changed_at is not None
    assert store.get_user(user.user_id) == changed
    assert [(m.type, m.user_id, m.job_id) for m in sent] == [("plan-changed", user.user_id, None)]
    assert list(plans.unsettled_users(LATER)) == [user.user_id]
    assert list(plans.unsettled_users(clock.now())) == []
    assert plans.settled(user.user_id, 1)
    assert list(plans.unsettled_users(LATER)) == []


def test_a_lost_message_is_sent_again_ever_more_rarely_C16(
    moto_aws: Settings, sent: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    publish = messages.publish

    def lost(topic: str, message: Message) -> None:
        raise EndpointConnectionError(endpoint_url="sns")

    monkeypatch.setattr(messages, "publish", lost)
    plans.change_plan(user.user_id, "premium_user")
    start = clock.now()
    monkeypatch.setattr(messages, "publish", publish)
    pauses = []
    for _ in range(3):
        due_at = _record(user.user_id)["sweep_at"]
        assert list(plans.unsettled_users(due_at)) == [user.user_id]
        assert plans.announce_plan(user.user_id)
        pauses.append(_record(user.user_id)["sweep_at"] - start)
    grace = get_settings().pending_grace_s
    assert [round(pause / grace) for pause in pauses] == [1, 2, 4]
    assert len(sent) == 3


def test_a_change_whose_answer_was_lost_is_made_once_C14(
    moto_aws: Settings, sent: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    write = dynamo.Update.write
    lost = iter([True])

    def write_and_lose(update: dynamo.Update) -> dict[str, Any]:
        record = write(update)
        if next(lost, False):  # botocore sends again; the condition does not hold any more
            raise ConflictError("changed")
        return record

    monkeypatch.setattr(dynamo.Update, "write", write_and_lose)
    changed = plans.change_plan(user.user_id, "premium_user")
    assert (changed.plan, changed.plan_version) == ("premium_user", 1)
    assert len(sent) == 1
    assert plans.change_plan(user.user_id, "premium_user").plan_version == 1


def test_repeating_a_settled_change_does_nothing_C14(moto_aws: Settings, sent: list[Message]) -> None:
    user = make_user()
    first = plans.change_plan(user.user_id, "premium_user")
    assert plans.settled(user.user_id, first.plan_version)
    assert plans.change_plan(user.user_id, "premium_user") == first
    assert len(sent) == 1
    assert list(plans.unsettled_users(LATER)) == []


def test_of_two_changes_the_later_one_wins_and_an_older_settling_changes_nothing_C14(
    moto_aws: Settings, sent: list[Message]
) -> None:
    user = make_user()
    up = plans.change_plan(user.user_id, "premium_user")
    down = plans.change_plan(user.user_id, "free_user")
    assert (down.plan, down.plan_version) == ("free_user", 2)
    assert not plans.settled(user.user_id, up.plan_version)
    assert list(plans.unsettled_users(LATER)) == [user.user_id]
    assert plans.settled(user.user_id, down.plan_version)
    assert not plans.settled(user.user_id, down.plan_version)


def test_a_change_between_another_ones_read_and_write_is_not_overwritten_unseen(
    moto_aws: Settings, sent: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    read = plans._record
    between = iter([True])

    def read_then_somebody_changes(user_id: str) -> dict[str, Any]:
        record = read(user_id)
        if next(between, False):
            plans.change_plan(user_id, "premium_user")
            plans.change_plan(user_id, "free_user")
        return record

    monkeypatch.setattr(plans, "_record", read_then_somebody_changes)
    last = plans.change_plan(user.user_id, "premium_user")
    assert (last.plan, last.plan_version) == ("premium_user", 3)


def test_an_account_that_changes_all_the_time_is_refused_with_a_sentence(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()

    def conflict(update: dynamo.Update) -> dict[str, Any]:
        raise ConflictError("changed")

    monkeypatch.setattr(dynamo.Update, "write", conflict)
    with pytest.raises(RetryableError, match="Try again"):
        plans.change_plan(user.user_id, "premium_user")


def test_a_record_of_an_earlier_version_can_change_its_plan(moto_aws: Settings, sent: list[Message]) -> None:
    old = {"user_id": "u1", "email": "ada@example.org", "created_at": 1}
    aws.client("dynamodb").put_item(TableName=aws.table_name("users"), Item=dynamo.to_item(old))
    changed = plans.change_plan("u1", "premium_user")
    assert (changed.plan, changed.plan_version) == ("premium_user", 1)


@pytest.mark.parametrize("user_id", ["nobody", ""])
def test_nobody_gets_no_plan(moto_aws: Settings, user_id: str) -> None:
    with pytest.raises(NotFoundError):
        plans.change_plan(user_id, "premium_user")
    assert dynamo.get("users", {"user_id": "nobody"}) is None


def test_the_restore_queue_gets_the_message_with_ids_only_C10(moto_aws: Settings) -> None:
    user = make_user()
    plans.change_plan(user.user_id, "premium_user")
    found = bodies("restore")
    assert len(found) == 1
    assert user.user_id in found[0] and user.email not in found[0]
