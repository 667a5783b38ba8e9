"""Whose question runs: a few at once, the others wait their turn.

More at once than there are processors are slower all together than one after the other, and each takes memory.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.errors import LimitError
from pipeline.settings import get_settings

_lock = threading.Lock()
_waiting: deque[threading.Event] = deque()  # the one that came first is first
_running = [0]
_mine = threading.local()


@contextmanager
def turn(timeout_s: float) -> Iterator[None]:
    """Wait until fewer than `query_concurrency` others run, in the order in which they came; then run the block.

    A question that another one of this thread needs for its answer runs within that one's turn. Raises `LimitError`
    for who waited `timeout_s` seconds.
    """
    if getattr(_mine, "running", False):
        yield
        return
    _begin(timeout_s)
    _mine.running = True
    try:
        yield
    finally:
        _mine.running = False
        _end()


def _begin(timeout_s: float) -> None:
    called = threading.Event()
    with _lock:
        if _running[0] < get_settings().query_concurrency:
            _running[0] += 1
            return
        _waiting.append(called)
    if called.wait(timeout_s):
        return
    with _lock:
        if called.is_set():  # just now
            return
        _waiting.remove(called)
    raise LimitError("Many people ask at the same time. Try again in a moment.", code="query_busy")


def _end() -> None:
    """The turn goes to who waits longest."""
    with _lock:
        if _waiting:
            _waiting.popleft().set()
        else:
            _running[0] -= 1
