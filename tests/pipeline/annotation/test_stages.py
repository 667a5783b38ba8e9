"""Stages: order, backpressure, and what becomes of errors."""

from __future__ import annotations

import threading

import pytest

from pipeline.annotation.stages import Stage


def test_items_are_worked_on_in_order_and_all_before_the_end() -> None:
    done: list[int] = []
    with Stage("s", done.append) as stage:
        for item in range(100):
            stage.put(item)
    assert done == list(range(100))


def test_no_more_than_two_items_are_held() -> None:
    gate = threading.Event()
    with Stage("s", lambda _: gate.wait(10) and None) as stage:
        stage.put(1)
        stage.put(2)
        assert not gate.is_set()
        threading.Timer(0.2, gate.set).start()
        stage.put(3)
        assert gate.is_set()  # the third was taken only when the first was done


def test_an_error_reaches_the_caller_and_nothing_is_worked_on_after_it() -> None:
    done: list[int] = []

    def work(item: int) -> None:
        if item == 3:
            raise KeyError(item)
        done.append(item)

    with pytest.raises(KeyError), Stage("s", work) as stage:
        for item in range(100):
            stage.put(item)
    assert done == [0, 1, 2]


def test_an_error_of_the_last_item_is_raised_at_the_end() -> None:
    def work(_: int) -> None:
        raise MemoryError

    with pytest.raises(MemoryError), Stage("s", work) as stage:
        stage.put(1)


def test_what_waits_is_let_go_when_the_caller_fails() -> None:
    begun, gate = threading.Event(), threading.Event()
    done: list[int] = []

    def work(item: int) -> None:
        begun.set()
        gate.wait(10)
        done.append(item)

    with pytest.raises(RuntimeError, match="mine"), Stage("s", work) as stage:
        stage.put(1)
        stage.put(2)
        begun.wait(10)
        threading.Timer(0.1, gate.set).start()
        raise RuntimeError("mine")
    assert done == [1]
