"""A newer question of the same page stops the older one."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable

import pytest

from pipeline.errors import SupersededError
from pipeline.results import connection

ENDLESS = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(1000000) b WHERE $n > 0"


def in_thread(ask: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Run in a thread of its own; what it gave or raised is the first element of the list."""
    answers: list[object] = []

    def run() -> None:
        try:
            answers.append(ask())
        except SupersededError as error:
            answers.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, answers


def endless(token: str, started: threading.Event) -> None:
    with connection.asking(token):
        started.set()
        connection.rows(ENDLESS, {"n": 1})


def test_a_newer_question_stops_the_older_one_that_runs() -> None:
    started = threading.Event()
    thread, answers = in_thread(lambda: endless("page", started))
    started.wait(5)
    time.sleep(0.2)  # the query itself is under way
    with connection.asking("page"):
        assert connection.rows("SELECT $n", {"n": 7}) == [(7,)]
    thread.join(10)
    assert isinstance(answers[0], SupersededError)
    assert answers[0].code == "superseded"


def test_questions_of_other_pages_go_on() -> None:
    started, go_on = threading.Event(), threading.Event()

    def patient() -> object:
        with connection.asking("mine"):
            started.set()
            go_on.wait(5)
            return connection.rows("SELECT $n", {"n": 1})

    thread, answers = in_thread(patient)
    started.wait(5)
    with connection.asking("another"):
        connection.rows("SELECT $n", {"n": 2})
    go_on.set()
    thread.join(10)
    assert answers == [[(1,)]]


def test_an_older_question_asks_nothing_more_once_a_newer_one_came() -> None:
    with connection.asking("page"):
        assert connection.rows("SELECT $n", {"n": 1}) == [(1,)]
        with connection.asking("page"):
            assert connection.rows("SELECT $n", {"n": 2}) == [(2,)]
        with pytest.raises(SupersededError):
            connection.rows("SELECT $n", {"n": 3})
    assert connection.rows("SELECT $n", {"n": 4}) == [(4,)]


def test_threads_that_help_with_an_answer_are_stopped_with_it() -> None:
    with connection.asking("page"):
        copied = contextvars.copy_context()
        thread, answers = in_thread(lambda: copied.run(connection.rows, ENDLESS, {"n": 1}))
        time.sleep(0.2)
        with connection.asking("page"):
            pass
        thread.join(10)
    assert isinstance(answers[0], SupersededError)
