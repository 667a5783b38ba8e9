"""Questions wait for their turn in the order in which they came; one of them that waits too long is told so."""

from __future__ import annotations

import threading

import pytest

from pipeline.errors import LimitError
from pipeline.results import turns
from pipeline.results.turns import turn
from tests.conftest import forget_settings


@pytest.fixture(autouse=True)
def _one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_QUERY_CONCURRENCY", "1")
    forget_settings()


def waiting(number: int) -> None:
    """Until so many wait."""
    pause = threading.Event()
    while len(turns._waiting) < number:
        pause.wait(0.002)


def test_who_came_first_is_next() -> None:
    order: list[int] = []

    def ask(number: int) -> None:
        with turn(20):
            order.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(5)]
    with turn(1):
        for number, thread in enumerate(threads):
            thread.start()
            waiting(number + 1)
        assert order == []
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]
    assert turns._running == [0]


def test_who_waits_too_long_is_told_so_and_does_not_hold_up_the_others() -> None:
    said: list[str] = []

    def ask() -> None:
        with pytest.raises(LimitError, match="Many people") as caught, turn(0.02):
            said.append("ran")
        said.append(caught.value.code)

    with turn(1):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert said == ["query_busy"]
    with turn(0.02):
        pass


def test_a_question_within_a_question_runs_in_its_turn_and_an_error_ends_it() -> None:
    with pytest.raises(ZeroDivisionError), turn(0.02), turn(0.02):
        _ = 1 / 0
    with turn(0.02):
        pass
