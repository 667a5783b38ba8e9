"""Who is on stage in a schedule, and what can be done with them: let them enter, go on, be stopped, killed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from util_jobs.faults.actors import Cast
from util_jobs.faults.character import Character
from util_jobs.faults.heartbeats import BEATING
from util_jobs.faults.processes import Process, Task, bury
from util_jobs.faults.world import World

MOST_STEPS = 6000


class StuckError(Exception):
    """The schedule does not come to an end: something goes round for ever."""


class Stage:
    """The processes of one schedule."""

    def __init__(self, world: World, cast: Cast, character: Character) -> None:
        self.world, self.cast, self.character = world, cast, character
        self.processes: list[Process] = []
        self.started = self.steps = 0
        self.in_doubt: Counter[str] = Counter()
        self.left_late: dict[str, float] = {}  # what processes stored after their leases, just before they died
        BEATING.clear()

    def note(self, what: str) -> None:
        """A line of the trace that is no AWS call."""
        self.world.calls.trace.append(f"{self.world.clock.time:.3f} {what}")

    def running(self) -> list[Task]:
        """Every task that has not ended."""
        return [task for process in self.processes for task in process.tasks if not task.ended]

    def awake(self) -> list[Task]:
        """Those of them that do not stand still."""
        return [task for task in self.running() if not task.process.stalled]

    def _enter(self, kind: str) -> Process:
        for process in self.processes:
            if not process.busy:
                self._count_doubts(process)
        self.processes = [process for process in self.processes if process.busy]
        self.started += 1
        skew_s = self.world.rng.uniform(-self.character.skew_s, self.character.skew_s)
        process = Process(f"{kind}-{self.started}", skew_s, self.world.clock.now())
        self.processes.append(process)
        return process

    def _count_doubts(self, process: Process) -> None:
        """An upload in parts is left to the bucket's lifecycle rule; where nothing happened to the process, that is its
        own fault."""
        for task in process.tasks:
            if task.struck or not process.alive:
                self.in_doubt += task.loose

    def work(self, queue: str) -> None:
        """A worker takes a message of the queue."""
        self.cast.worker(queue, self._enter(queue))

    def sweep(self) -> None:
        """The sweep makes a round."""
        self.cast.sweep(self._enter("sweep"))

    def user(self, wish: Callable[[], Any]) -> None:
        """A request to the portal."""
        process = self._enter("portal")
        self.cast.user(process, process.name, wish)

    def beat(self, process: Process) -> None:
        """The heartbeat of a worker beats once."""
        self.cast.heartbeat(process)

    def stop(self, process: Process) -> None:
        """SIGTERM."""
        self.note(f"{process.name} is asked to stop")
        process.stopping.set()

    def kill(self, process: Process) -> None:
        """SIGKILL."""
        self.note(f"{process.name} is killed")
        self._bury(process)

    def step(self, task: Task) -> None:
        """Let a task go on to its next AWS call."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise StuckError(f"no end after {MOST_STEPS:,} steps; the last one: {task.name} at {task.at}")
        task.resume()
        if not task.process.alive:
            self._bury(task.process)

    def _bury(self, process: Process) -> None:
        bury(process)
        BEATING.pop(process, None)
        for task in process.tasks:
            self.left_late |= task.late

    def tell_of_restores(self) -> bool:
        """S3's own events that a temporary copy is there, in the form that it sends them in."""
        keys = [key for _, key in self.world.archives.completed_restores()]
        for key in keys:
            record = {"eventName": "ObjectRestore:Completed", "s3": {"object": {"key": key, "size": 1}}}
            self.world.mailboxes.drop_in("thaw", json.dumps({"Records": [record]}))
        return bool(keys)

    def clear(self) -> None:
        """The schedule is over: nobody goes on."""
        for process in self.processes:
            bury(process)
            self._count_doubts(process)
        self.processes = []
