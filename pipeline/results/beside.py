"""What is made beside an answer, for the next ones: one thing after the other, by one thread of this process.

Answers that somebody waits for need the processors too; what is made here makes later ones cheaper, and none needs it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline import logs
from pipeline.errors import GasError

log = logs.get_logger()
_lock = threading.Lock()
_asked: dict[Path, tuple[int, Callable[[], None]]] = {}  # while there is any, a thread makes one after the other
PAUSE_S = 0.2  # without a question: the page that was opened has its answers
MOST_WAIT_S = 2.0  # with many people there is no pause


@dataclass
class _Pace:
    """When a question was asked or answered last, on the monotonic clock."""

    latest: float = 0.0


_pace = _Pace()


def make_soon(path: Path, make: Callable[[], None], rank: int) -> None:
    """Have `make` called, which writes this file, unless that is about to happen already. Of the lowest `rank` the one
    that was asked for first is made next."""
    with _lock:
        if path in _asked:
            return
        _asked[path] = (rank, make)
        if len(_asked) > 1:
            return
    threading.Thread(target=_work, name="beside").start()


def answering() -> None:
    """A question is asked or answered now: what is to be made beside it waits a moment."""
    _pace.latest = time.monotonic()


def is_idle() -> bool:
    """True if nothing is being made."""
    with _lock:
        return not _asked


def _work() -> None:
    _wait_for_a_pause()
    path, ended = _next(None), False
    try:
        while (
            path is not None and threading.main_thread().is_alive()
        ):  # a process that ends waits for one thing at most
            _make(path)
            path = _next(path)
        ended = True
    finally:
        if not ended:  # by a mistake of ours, which the thread's end tells: what is asked for next is made by another
            with _lock:
                _asked.clear()


def _make(path: Path) -> None:
    rank, make = _asked[path]
    if rank:  # what helps less, and takes longer
        _wait_for_a_pause()
    try:
        make()
    except GasError as error:  # answers come from the table then
        log.warning("making_beside_failed", file=path.name, error=error.code)


def _wait_for_a_pause() -> None:
    latest = time.monotonic() + MOST_WAIT_S
    while time.monotonic() < min(_pace.latest + PAUSE_S, latest):
        time.sleep(PAUSE_S / 4)


def _next(made: Path | None) -> Path | None:
    with _lock:
        if made is not None:
            del _asked[made]
        return min(_asked, key=lambda path: _asked[path][0], default=None)
