"""What users do in the course of a trial, several of them at once."""

from __future__ import annotations

import random
import time
from bisect import insort
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter

from util_jobs.survival.files import trial_file
from util_jobs.survival.people import WISHES, People

SUBMIT_SHARE = 0.8  # of the time; then all is submitted, and the rest is for what is slow
USERS_AT_ONCE = 3
LOOK_S = 3.0
TICK_S = 0.05
TRY_AGAIN_S = 2.0  # a user who has too many jobs submits the next one later


@dataclass(frozen=True)
class Event:
    """What somebody does so many seconds after the start; `happen` gives False if it is to be tried again later."""

    at: float
    happen: Callable[[], bool]


def events(people: People, rng: random.Random, jobs: int, seconds: float) -> list[Event]:
    """All submissions and other wishes, soonest first."""
    found = []
    for number in range(jobs):
        file = trial_file(rng, number)
        found.append(Event(rng.uniform(0, SUBMIT_SHARE) * seconds, partial(people.submit, file)))
    wishes = [name for name, share in WISHES.items() for _ in range(max(1, round(share * jobs)))]
    for name in [*wishes, "leave"]:
        at = rng.uniform(0.1 if name != "leave" else 0.5, 1.0) * seconds
        found.append(Event(at, partial(people.wish, name)))
    return sorted(found, key=attrgetter("at"))


def live(
    due: list[Event], seconds: float, look: Callable[[float, int], None], halfway: Callable[[], None] | None
) -> None:
    """Let all events happen, for so many seconds at least. `look` is told the time and how many events are to come;
    `halfway` happens while no user does anything."""
    began, look_at = time.monotonic(), 0.0
    with ThreadPoolExecutor(USERS_AT_ONCE, "user") as users:
        running: dict[Future[bool], Event] = {}
        while due or running or time.monotonic() - began < seconds:
            now = time.monotonic() - began
            if halfway and now >= seconds / 2:
                wait(running)
                halfway()
                halfway = None
            while due and due[0].at <= now and len(running) < USERS_AT_ONCE:
                event = due.pop(0)
                running[users.submit(event.happen)] = event
            for future in [future for future in running if future.done()]:
                event = running.pop(future)
                if not future.result():
                    insort(due, replace(event, at=now + TRY_AGAIN_S), key=attrgetter("at"))
            if now >= look_at:
                look_at = now + LOOK_S
                look(now, len(due))
            time.sleep(TICK_S)
