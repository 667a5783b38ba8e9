"""The latest question of a page wins: a newer one with the same token stops the older one, which nobody waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pipeline.errors import SupersededError

Interrupt = Callable[[], None]


class _Asking:
    """One question and the queries that it runs, in whichever threads."""

    def __init__(self) -> None:
        self.superseded = False
        self.running: set[Interrupt] = set()


_lock = threading.Lock()
_latest: dict[str, _Asking] = {}
_current: ContextVar[_Asking | None] = ContextVar("asking", default=None)


@contextmanager
def asking(token: str) -> Iterator[None]:
    """What is asked in this block belongs to one question of `token` (a page that is open somewhere).

    An older question of the same token in this process ends with `SupersededError`; so does this one, when a newer one
    comes. Threads that help with an answer have to run in a copy of this context (`contextvars.copy_context`).
    """
    mine = _Asking()
    with _lock:
        older = _latest.get(token)
        _latest[token] = mine
        if older is not None:
            _supersede(older)
    reset = _current.set(mine)
    try:
        yield
    finally:
        _current.reset(reset)
        with _lock:
            if _latest.get(token) is mine:
                del _latest[token]


def _supersede(older: _Asking) -> None:
    older.superseded = True
    for interrupt in older.running:
        interrupt()


def check() -> None:
    """Raise `SupersededError` if a newer question came. Between queries a long answer asks this itself."""
    mine = _current.get()
    if mine is not None and mine.superseded:
        raise SupersededError("The page asked for something newer.")


@contextmanager
def interrupted_by_newer(interrupt: Interrupt) -> Iterator[None]:
    """While the block runs, a newer question calls `interrupt`; where one came before, the block does not run."""
    mine = _current.get()
    if mine is None:
        yield
        return
    with _lock:
        check()
        mine.running.add(interrupt)
    try:
        yield
    finally:
        with _lock:
            mine.running.discard(interrupt)
