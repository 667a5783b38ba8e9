"""Nothing is deleted before all that changed earlier is saved."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from util_jobs.local.changes import ChangeWatch

PUT_ITEM = {"type": "http", "method": "POST", "headers": [(b"x-amz-target", b"DynamoDB_20120810.PutItem")]}
PUT_OBJECT = {"type": "http", "method": "PUT", "headers": [], "query_string": b""}
DELETE_ONE = {"type": "http", "method": "DELETE", "headers": [], "query_string": b""}
DELETE_MANY = {"type": "http", "method": "POST", "headers": [], "query_string": b"delete"}
COMPLETE_UPLOAD = {"type": "http", "method": "POST", "headers": [], "query_string": b"uploadId=delete"}


class Server:
    """Carries requests out at once, in the order in which the watch lets them through."""

    def __init__(self) -> None:
        self.done: list[dict[str, Any]] = []
        self.watch = ChangeWatch(self.app)

    async def app(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.done.append(scope)

    async def asks(self, scope: dict[str, Any]) -> asyncio.Task[None]:
        """A request that has come as far as it can."""
        task = asyncio.create_task(self.watch(scope, None, None))
        for _ in range(5):
            await asyncio.sleep(0)
        return task


def finished(steps: Callable[[Server], Awaitable[None]]) -> None:
    async def run() -> None:
        await steps(Server())

    with ThreadPoolExecutor(1) as pool:  # a browser of other tests may keep an event loop in this thread
        pool.submit(asyncio.run, run()).result()


@pytest.mark.parametrize("delete", [DELETE_ONE, DELETE_MANY])
def test_a_deletion_waits_until_earlier_changes_are_saved(delete: dict[str, Any]) -> None:
    async def steps(server: Server) -> None:
        await server.asks(PUT_ITEM)
        waiting = await server.asks(delete)
        assert server.done == [PUT_ITEM]
        changes = server.watch.take_changes()
        assert changes is not None
        later = await server.asks(PUT_ITEM)  # the save under way knows nothing of it, and need not
        assert later.done()
        server.watch.note_saved(changes)
        await waiting
        assert server.done == [PUT_ITEM, PUT_ITEM, delete]

    finished(steps)


def test_a_save_that_began_too_early_lets_nothing_be_deleted() -> None:
    async def steps(server: Server) -> None:
        await server.asks(PUT_ITEM)
        early = server.watch.take_changes()
        assert early is not None
        await server.asks(PUT_ITEM)
        waiting = await server.asks(DELETE_ONE)
        server.watch.note_saved(early)
        await asyncio.sleep(0)
        assert DELETE_ONE not in server.done
        await asyncio.wait_for(server.watch.until_wanted(0, 3600), 10)  # the next save is asked for at once
        changes = server.watch.take_changes()
        assert changes is not None
        server.watch.note_saved(changes)
        await waiting

    finished(steps)


def test_deletions_wait_for_no_other_deletion_and_for_nothing_that_is_saved() -> None:
    async def steps(server: Server) -> None:
        first, second = await server.asks(DELETE_ONE), await server.asks(DELETE_MANY)
        assert first.done()
        assert second.done()
        assert server.watch.take_changes() is not None  # the deletions themselves are saved as ever

    finished(steps)


@pytest.mark.parametrize("request_", [PUT_ITEM, PUT_OBJECT, COMPLETE_UPLOAD])
def test_nothing_else_waits(request_: dict[str, Any]) -> None:
    async def steps(server: Server) -> None:
        await server.asks(PUT_ITEM)
        assert (await server.asks(request_)).done()

    finished(steps)


def test_a_full_disk_keeps_no_deletion_back() -> None:
    async def steps(server: Server) -> None:
        await server.asks(PUT_ITEM)
        waiting = await server.asks(DELETE_ONE)
        server.watch.note_failed()
        await asyncio.wait_for(waiting, 10)
        assert server.watch.take_changes() is not None  # the save is tried again

    finished(steps)
