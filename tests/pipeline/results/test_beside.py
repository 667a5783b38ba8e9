"""What is made beside answers: once, the cheap things first, and what fails does not hold up the next one."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from pipeline.errors import RetryableError
from pipeline.results import beside


def test_each_is_made_once_by_rank_and_a_failure_is_passed_over() -> None:
    made: list[str] = []
    may_go, begun = threading.Event(), threading.Event()

    def first() -> None:
        begun.set()
        may_go.wait(20)
        made.append("first")

    def fails() -> None:
        made.append("fails")
        raise RetryableError("The table is gone.", code="gone")

    beside.make_soon(Path("first"), first, rank=1)
    begun.wait(20)
    beside.make_soon(Path("late"), lambda: made.append("late"), rank=1)
    beside.make_soon(Path("fails"), fails, rank=0)
    for _ in range(3):
        beside.make_soon(Path("early"), lambda: made.append("early"), rank=0)
    assert not beside.is_idle()
    may_go.set()
    for thread in threading.enumerate():
        if thread.name == "beside":
            thread.join(20)
    assert made == ["first", "fails", "early", "late"]
    assert beside.is_idle()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_after_a_mistake_what_is_asked_for_next_is_made() -> None:
    made: list[str] = []

    def mistaken() -> None:
        raise KeyError("mistake")

    for name, make in (("mistaken", mistaken), ("next", lambda: made.append("next"))):
        beside.make_soon(Path(name), make, rank=0)
        for thread in threading.enumerate():
            if thread.name == "beside":
                thread.join(20)
    assert made == ["next"]
    assert beside.is_idle()
