"""Time in the simulation: it stands still until the scheduler moves it."""

from __future__ import annotations

START_S = 1_800_000_000.0


class SimulatedClock:
    """Replaces `pipeline.clock.now`, and `time.monotonic` where our code measures with it."""

    def __init__(self) -> None:
        self.time = START_S

    def reset(self) -> None:
        """Back to the beginning, for the next schedule."""
        self.time = START_S

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        return self.time

    monotonic = now

    def advance(self, seconds: float) -> None:
        """Let so many seconds go by."""
        self.time += max(0.0, seconds)


class TimeModule:
    """Stands in for the module `time` where a module of ours measures how long something takes."""

    def __init__(self, clock: SimulatedClock) -> None:
        self.monotonic = clock.monotonic
        self.time = clock.now

    def sleep(self, _seconds: float) -> None:
        """Nobody sleeps in a simulation: the scheduler lets the time go by."""
