"""Interrupts code at any of its calls to AWS: it dies there as by `kill -9`, or something else happens meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest

from pipeline import aws


class Killed(BaseException):
    """Not an Exception: nothing in the product may catch it, as nothing catches kill -9."""


def die() -> None:
    """What `kill -9` does."""
    raise Killed


@dataclass
class Interruptions:
    """What happens at which call, counted from 1: before it is sent (`after` false) or once it is answered."""

    planned: dict[tuple[int, bool], Callable[[], None]] = field(default_factory=dict)
    calls: int = 0
    thread: int = 0

    def note(self, after: bool) -> None:
        if threading.get_ident() != self.thread:
            return
        self.calls += not after
        happening = self.planned.pop((self.calls, after), None)
        if happening:
            thread, self.thread = self.thread, 0  # what happens meanwhile is not interrupted itself
            try:
                happening()
            finally:
                self.thread = thread

    def during(self, work: Callable[[], Any], planned: dict[tuple[int, bool], Callable[[], None]]) -> int:
        """Do the work with these interruptions; the number of its calls. True ends are those that came to them."""
        self.planned, self.calls, self.thread = dict(planned), 0, threading.get_ident()
        try:
            work()
        except Killed:
            pass
        finally:
            self.planned, self.thread = {}, 0
        return self.calls


@contextmanager
def interruptions() -> Iterator[Interruptions]:
    """Every client that is made inside can be interrupted."""
    found = Interruptions()

    def before(**_: Any) -> None:
        found.note(after=False)

    def after(**_: Any) -> None:
        found.note(after=True)

    if boto3.DEFAULT_SESSION is None:
        boto3.setup_default_session()
    events = boto3.DEFAULT_SESSION._session.get_component("event_emitter")
    events.register("before-parameter-build.*.*", before)
    events.register("after-call.*.*", after)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(boto3, "client", boto3.DEFAULT_SESSION.client)
        aws.reset_clients()
        try:
            yield found
        finally:
            events.unregister("before-parameter-build.*.*", before)
            events.unregister("after-call.*.*", after)
            aws.reset_clients()
