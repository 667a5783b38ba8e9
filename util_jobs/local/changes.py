"""Notices what changes the embedded AWS, and lets nothing be deleted before all earlier changes are saved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

_READ_ACTIONS = ("Get", "List", "Describe", "Query", "Scan", "BatchGet", "TransactGet")
_RECEIVE = "AmazonSQS.ReceiveMessage"
# Deliveries (topic → queue) may end just after the answer, so one more save follows the first.
_SAVES_AFTER_A_CHANGE = 2


class ChangeWatch:
    """An ASGI application around ministack's, which notes whether a request may have changed anything.

    Reads are told by their action's name; a receive changes state only if it handed out a message. Anything that
    is not surely a read counts as a change, so at worst a save is made for nothing.

    Objects leave the disk at once, records are saved a moment later. A request that deletes objects therefore waits
    until what changed before it is saved: after a `kill -9` no record names an object that is gone already.
    """

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app = app
        self._saves_due = 0
        self._changes = 0  # so many were begun or ended
        self._saved = 0  # so many of them are on disk
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._wanted = asyncio.Event()

    def mark_changed(self) -> None:
        """Ask for a save, and let deletions wait for it."""
        self._changes += 1
        self._saves_due = _SAVES_AFTER_A_CHANGE

    def take_changes(self) -> int | None:
        """How many changes there are, if a save is due (it counts as made); None if none is due."""
        due = self._saves_due > 0 or bool(self._waiting)
        self._saves_due = max(0, self._saves_due - 1)
        self._wanted.clear()
        return self._changes if due else None

    def note_saved(self, changes: int) -> None:
        """The first `changes` changes are on disk: what waited for them goes on."""
        self._saved = changes
        self._release(lambda needed: needed <= changes)

    def note_failed(self) -> None:
        """A save failed. What waits for it goes on: a full disk is emptied by nothing but deletions."""
        self.mark_changed()
        self._release(lambda _: True)

    def _release(self, is_free: Callable[[int], bool]) -> None:
        free = [waiter for needed, waiter in self._waiting if is_free(needed) and not waiter.done()]
        self._waiting = [(needed, waiter) for needed, waiter in self._waiting if not is_free(needed)]
        for waiter in free:
            waiter.set_result(None)
        if self._waiting:
            self._wanted.set()

    async def until_wanted(self, least_s: float, most_s: float) -> None:
        """Wait between so many seconds, no longer once somebody waits for a save."""
        await asyncio.sleep(least_s)
        try:
            await asyncio.wait_for(self._wanted.wait(), max(0.0, most_s - least_s))
        except TimeoutError:
            return

    async def _all_saved(self) -> None:
        if self._saved < self._changes:
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.append((self._changes, waiter))
            self._wanted.set()
            await waiter

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or _is_read(scope):
            await self._app(scope, receive, send)
        elif _action(scope) == _RECEIVE:
            await self._app(scope, receive, self._watching_for_messages(send))
        elif _deletes_objects(scope):
            await self._all_saved()
            await self._app(scope, receive, send)
            self._saves_due = _SAVES_AFTER_A_CHANGE  # no other deletion has to wait for this one
        else:
            self._changes += 1  # its answer may arrive, and be acted upon, before it is marked below
            try:
                await self._app(scope, receive, send)
            finally:
                self.mark_changed()

    def _watching_for_messages(self, send: Any) -> Any:
        async def watch(event: dict[str, Any]) -> None:
            if event["type"] == "http.response.body" and b"MessageId" in event.get("body", b""):
                self.mark_changed()
            await send(event)

        return watch


def _action(scope: Mapping[str, Any]) -> str:
    for name, value in scope["headers"]:
        if name.lower() == b"x-amz-target":
            return str(value.decode("latin-1"))
    return ""


def _is_read(scope: Mapping[str, Any]) -> bool:
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return True
    return _action(scope).rpartition(".")[2].startswith(_READ_ACTIONS)


def _deletes_objects(scope: Mapping[str, Any]) -> bool:
    """S3's DeleteObject, and DeleteObjects, which is a POST with the query `?delete`."""
    if scope["method"] == "DELETE":
        return True
    names = [part.partition(b"=")[0] for part in scope.get("query_string", b"").split(b"&")]
    return scope["method"] == "POST" and b"delete" in names
