"""Time in the simulation: it stands still until the scheduler moves it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from util_jobs.faults.processes import current_task

START_S = 1_800_000_000.0


class SimulatedClock:
    """AWS's own time is `now`; `of_process` is what the process that runs at this moment takes for the time."""

    def __init__(self) -> None:
        self.time = START_S
        self._at_aws = False

    def reset(self) -> None:
        """Back to the beginning, for the next schedule."""
        self.time = START_S

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        return self.time

    monotonic = now

    def of_process(self) -> float:
        """Replaces `pipeline.clock.now`: the process's clock may be fast or slow. Inside AWS it is AWS's."""
        task = current_task()
        return self.time if task is None or self._at_aws else self.time + task.process.skew_s

    @contextmanager
    def at_aws(self) -> Iterator[None]:
        """What runs inside is AWS's, not the process's (one task runs at a time)."""
        self._at_aws = True
        try:
            yield
        finally:
            self._at_aws = False

    def advance(self, seconds: float) -> None:
        """Let so many seconds go by."""
        self.time += max(0.0, seconds)


class TimeModule:
    """Stands in for the module `time` where a module of ours measures how long something takes."""

    def __init__(self, clock: SimulatedClock) -> None:
        self.monotonic = clock.monotonic
        self.time = clock.of_process

    def sleep(self, _seconds: float) -> None:
        """Nobody sleeps in a simulation: the scheduler lets the time go by."""
