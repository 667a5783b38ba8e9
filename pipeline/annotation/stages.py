"""Threads that a job's blocks pass through: each stage takes items in order and does one thing with them.

Arrow and numpy release the interpreter's lock for their work on a whole block, so that the stages run side by side.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")
WAITING_ITEMS = 1  # per stage, beside the one that is worked on; each holds a block of the file


class Stage(Generic[T]):
    """Runs `work` on each item in a thread of its own. What it raises is raised by a later `put`, or at the end; no
    item is worked on after one that failed."""

    def __init__(self, name: str, work: Callable[[T], None]) -> None:
        self._work = work
        self._thread = ThreadPoolExecutor(1, name)
        self._items: deque[Future[None]] = deque()

    def __enter__(self) -> Stage[T]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(cancel_futures=kind is not None)
        while kind is None and self._items:
            self._items.popleft().result()

    def put(self, item: T) -> None:
        """Hand over an item; waits while the stage is busy with those before it."""
        while len(self._items) > WAITING_ITEMS:
            self._items.popleft().result()
        before = self._items[-1] if self._items else None
        self._items.append(self._thread.submit(self._after, before, item))

    def _after(self, before: Future[None] | None, item: T) -> None:
        if before is not None:
            before.result()  # done: there is one thread; raises what it raised
        self._work(item)
