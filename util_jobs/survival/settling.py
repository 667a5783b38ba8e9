"""Waits until nothing moves any more: everything has ended, or the time for it is over."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from util_jobs.survival import picture
from util_jobs.survival.people import People
from util_jobs.survival.picture import Records
from util_jobs.survival.promises import Promises
from util_jobs.survival.rules import AT_REST, breaches

LOOK_S = 1.0
TELL_S = 10.0
LOOKS_IN_A_ROW = 3  # a message may be on its way from one queue to another, or to none, at the moment of one look


def settle(people: People, promises: Promises, timeout_s: float, progress: Callable[[str], None]) -> Records:
    """The records at rest; after `timeout_s` as they are then."""
    deadline = time.monotonic() + timeout_s
    at_rest, tell_at = 0, 0.0
    while True:
        records = picture.records()
        promises.follow(records)
        restless = breaches(AT_REST, records.without(people.doubtful), people)
        at_rest = 0 if restless else at_rest + 1
        if at_rest == LOOKS_IN_A_ROW or time.monotonic() > deadline:
            return records
        if time.monotonic() > tell_at:
            tell_at = time.monotonic() + TELL_S
            progress(f"{summary(records)}; {len(restless)} things are not at rest")
        time.sleep(LOOK_S)


def summary(records: Records) -> str:
    """The jobs by state, for progress."""
    states: Counter[str] = Counter()
    for job in records.jobs.values():
        done = job["job_status"] == "COMPLETED"
        states["deleted" if job.get("deleting") else job["result_storage"] if done else job["job_status"]] += 1
    return ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "no jobs"
