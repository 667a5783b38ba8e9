"""A save is due after whatever may have changed something, and only then."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import pytest

from util_jobs.local import emulator
from util_jobs.local.changes import ChangeWatch
from util_jobs.local.saver import State, StateSaver
from util_jobs.local.snapshots import Snapshots

_store: dict[str, Any] = {"count": 1}


def finished(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run it in a thread of its own: a browser of other tests may keep an event loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, coroutine).result()


def get_state() -> dict[str, Any]:
    """A service's state, copied as ministack's services do."""
    return {"store": copy.deepcopy(_store)}


def changed_by(method: str, action: str, answer: bytes = b"{}") -> bool:
    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": answer})

    async def send(event: dict[str, Any]) -> None:
        pass

    watch = ChangeWatch(app)
    headers = [(b"X-Amz-Target", action.encode())] if action else []
    finished(watch({"type": "http", "method": method, "headers": headers}, None, send))
    return watch.take_changes() is not None


@pytest.mark.parametrize(
    ("method", "action"),
    [
        ("GET", ""),
        ("HEAD", ""),
        ("POST", "DynamoDB_20120810.GetItem"),
        ("POST", "DynamoDB_20120810.Query"),
        ("POST", "DynamoDB_20120810.BatchGetItem"),
        ("POST", "AmazonSQS.GetQueueAttributes"),
        ("POST", "AmazonSQS.ReceiveMessage"),  # nothing was received
    ],
)
def test_reads_ask_for_no_save(method: str, action: str) -> None:
    assert not changed_by(method, action)


@pytest.mark.parametrize(
    ("method", "action"),
    [
        ("PUT", ""),
        ("DELETE", ""),
        ("POST", ""),
        ("POST", "DynamoDB_20120810.PutItem"),
        ("POST", "DynamoDB_20120810.TransactWriteItems"),
        ("POST", "AmazonSQS.DeleteMessage"),
        ("POST", "AmazonSQS.ChangeMessageVisibility"),
    ],
)
def test_everything_else_asks_for_one(method: str, action: str) -> None:
    assert changed_by(method, action)


def test_a_received_message_asks_for_a_save() -> None:
    assert changed_by("POST", "AmazonSQS.ReceiveMessage", b'{"Messages":[{"MessageId":"1"}]}')


def test_one_more_save_follows_the_first_because_deliveries_may_end_after_the_answer() -> None:
    watch = ChangeWatch(lambda *_: None)
    watch.mark_changed()
    assert [watch.take_changes() for _ in range(3)] == [1, 1, None]


def test_a_failing_request_counts_as_a_change() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("half way")

    watch = ChangeWatch(app)
    with pytest.raises(RuntimeError):
        finished(watch({"type": "http", "method": "PUT", "headers": []}, None, None))
    assert watch.take_changes() is not None


def test_the_state_is_saved_in_the_emulators_own_form_and_copying_works_again_afterwards(tmp_path: Path) -> None:
    saver = StateSaver(lambda: {"dynamodb": get_state, "sqs": lambda: None}, Snapshots(tmp_path))
    state = saver.serialise()
    assert json.loads(state.files["dynamodb"]) == {"__ministack_format__": 2, "payload": {"store": {"count": 1}}}
    assert "sqs" not in state.files
    assert get_state()["store"] is not _store


def test_an_older_state_never_overwrites_a_newer_one(tmp_path: Path) -> None:
    saver = StateSaver(dict, Snapshots(tmp_path))
    saver.write(State(2, {"sqs": b"new"}))
    saver.write(State(1, {"sqs": b"old"}))
    assert Snapshots(tmp_path).newest_readable()[0] == {"sqs": b"new"}


def test_a_state_that_changes_while_it_is_copied_is_saved_at_the_next_round() -> None:
    class Flaky:
        tries = 0
        written: ClassVar[list[str]] = []

        def serialise(self) -> str:
            self.tries += 1
            if self.tries == 1:
                raise RuntimeError("dictionary changed size during iteration")
            return "state"

        def write(self, state: str) -> None:
            self.written.append(state)

    async def run(saver: Any) -> None:
        watch = ChangeWatch(lambda *_: None)
        watch.mark_changed()
        saving = asyncio.create_task(emulator._save_while_running(watch, saver, 0.01))
        for _ in range(500):
            if saver.written:
                break
            await asyncio.sleep(0.01)
        saving.cancel()

    saver = Flaky()
    finished(run(saver))
    assert saver.written and saver.tries >= 2
