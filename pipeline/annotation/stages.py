"""Threads that a job's blocks pass through: each stage takes items in order and does one thing with them.

Arrow and numpy release the interpreter's lock for their work on a whole block, so that the stages run side by side.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")
WAITING_ITEMS = 1  # per stage; each holds a block of the file


class Stage(Generic[T]):
    """Runs `work` on each item in a thread of its own. What it raises is raised by the next `put`, or by `close`."""

    def __init__(self, name: str, work: Callable[[T], None]) -> None:
        self._work = work
        self._items: queue.Queue[T | None] = queue.Queue(WAITING_ITEMS)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Stage[T]:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and self._error is None:
            self._error = value  # the items that wait are let go
        self._items.put(None)
        self._thread.join()
        if kind is None and self._error is not None:
            raise self._error

    def put(self, item: T) -> None:
        """Hand over an item; waits while the stage is busy with those before it."""
        if self._error is not None:
            raise self._error
        self._items.put(item)

    def _run(self) -> None:
        while (item := self._items.get()) is not None:
            if self._error is not None:
                continue
            try:
                self._work(item)
            except BaseException as error:  # noqa: BLE001 - a thread's error is carried to its caller, which raises it
                self._error = error
