"""One schedule: users and jobs, and a random order of all that may happen to them; then everything is drained."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pipeline.settings import get_settings
from util_jobs.faults import stores
from util_jobs.faults.actors import BEATING, QUEUES, Cast
from util_jobs.faults.processes import Process, Task, bury
from util_jobs.faults.wishes import People
from util_jobs.faults.world import World

MOST_AT_ONCE = 4  # tasks of workers and users in each other's way
MOST_STEPS = 6000
MOST_ROUNDS = 300
EXPEDITED_ERRORS = ("InsufficientCapacityException", "PolicyEnforcedException")


class StuckError(Exception):
    """The schedule does not come to an end: something goes round for ever."""


@dataclass(frozen=True)
class Character:
    """How rough a schedule is; drawn from its seed."""

    people: int
    jobs: int
    wishes: int
    crash_rate: float
    error_rate: float
    crashes: int
    errors: int
    disorder: float
    page_size: int | None
    poison: bool
    jumps: float
    store: Literal["s3", "vault"]
    refusals: float
    begins: Literal["with nothing", "with results", "with archived results"]

    @classmethod
    def draw(cls, rng: random.Random) -> Character:
        """Mostly few jobs and few faults, which tell most about what went wrong."""
        return cls(
            people=rng.choice((1, 1, 2, 3)),
            jobs=rng.choice((1, 1, 2, 3, 4)),
            wishes=rng.choice((0, 0, 1, 2, 3, 5)),
            crash_rate=rng.choice((0.0, 0.02, 0.05, 0.1)),
            error_rate=rng.choice((0.0, 0.01, 0.04)),
            crashes=rng.randint(1, 6),
            errors=rng.randint(1, 6),
            disorder=rng.choice((0.0, 0.2, 0.5)),
            page_size=rng.choice((None, 1, 1, 2)),
            poison=rng.random() < 0.1,
            jumps=rng.choice((0.0, 0.05, 0.2)),
            store=rng.choice(("s3", "s3", "vault")),
            refusals=rng.choice((0.0, 0.5, 1.0)),
            begins=rng.choice(("with nothing", "with results", "with archived results")),
        )


class Schedule:
    """Chooses who goes on, until nothing is left to do."""

    def __init__(self, world: World, cast: Cast, people: People, character: Character) -> None:
        self.world, self.cast, self.people, self.character = world, cast, people, character
        self.rng, self.clock = world.rng, world.clock
        self.processes: list[Process] = []
        self.wishes_left = character.wishes + character.jobs
        self.started = 0
        self.steps = 0
        BEATING.clear()

    def run(self) -> None:
        """The rough part, then the calm one."""
        character = self.character
        get_settings().archive_store = character.store
        self._prepare()
        self.world.mailboxes.disorder = character.disorder
        self.world.page_size = character.page_size
        if character.poison:
            self.world.mailboxes.drop_in(self.rng.choice(QUEUES), "no JSON at all")
        fate = self.world.misfortune
        fate.crash_rate, fate.error_rate = character.crash_rate, character.error_rate
        fate.crashes_left, fate.errors_left = character.crashes, character.errors
        calm = 0
        while self.wishes_left or calm < 40:
            calm += not self.wishes_left
            self._something()
        self._drain()

    def _prepare(self) -> None:
        """Calmly bring everything to where the rough part begins, so that no stage of a result's life is met rarely."""
        if self.character.begins == "with nothing":
            return
        while self.people.uploads:
            self._wish(calm=True)
            self._finish_running()
        while self.world.mailboxes.visible("annotate"):
            self._work("annotate")
            self._finish_running()
        if self.character.begins == "with archived results":
            self._drain()
            self.people.eager = list(self.people.ids)
            self.wishes_left += len(self.people.ids)

    def _something(self) -> None:
        running = self._running()
        options: list[tuple[float, Callable[[], object]]] = []
        if running:
            options.append((12, lambda: self._step(self.rng.choice(running))))
            options.append((0.15, lambda: self._stop(self.rng.choice(running).process)))
            options.append((self.character.crash_rate, lambda: self._kill(self.rng.choice(running).process)))
        if len(running) < MOST_AT_ONCE:
            due = [queue for queue in QUEUES if self.world.mailboxes.visible(queue)]
            if due:
                options.append((3, lambda: self._work(self.rng.choice(due))))
            if self.wishes_left:
                options.append((1.5, self._wish))
            options.append((0.5, self._sweep))
        silent = [process for process, heart in BEATING.items() if process.alive and heart.may_beat()]
        if silent:
            options.append((2, lambda: self._beat(self.rng.choice(silent))))
        options.append((0.2, self._turn_capacity))
        options.append((0.3, self._tell_of_restores))
        options.append((1, lambda: self.clock.advance(self.rng.uniform(0, 12))))
        if self.world.archives.next_ready() is not None:
            options.append((0.8, lambda: self.clock.advance(3 * 86400)))
        options.append(
            (self.character.jumps, lambda: self.clock.advance(self.rng.choice((61, 130, 1000, 20000, 3 * 86400))))
        )
        (chosen,) = self.rng.choices([what for _, what in options], [weight for weight, _ in options])
        chosen()

    def _running(self) -> list[Task]:
        return [task for process in self.processes for task in process.tasks if not task.ended]

    def _process(self, kind: str) -> Process:
        self.processes = [process for process in self.processes if process.busy]
        self.started += 1
        process = Process(f"{kind}-{self.started}")
        self.processes.append(process)
        return process

    def _work(self, queue: str) -> None:
        self.cast.worker(queue, self._process(queue))

    def _sweep(self) -> None:
        self.cast.sweep(self._process("sweep"))

    def _wish(self, *, calm: bool = False) -> None:
        self.wishes_left -= 1
        name, wish = self.people.next(calm=calm)
        self.world.trace.append(f"{self.clock.time:.3f} a user wishes: {name}")
        process = self._process("portal")
        self.cast.user(process, process.name, wish)

    def _beat(self, process: Process) -> None:
        self.cast.heartbeat(process)

    def _stop(self, process: Process) -> None:
        self.world.trace.append(f"{self.clock.time:.3f} {process.name} is asked to stop")
        process.stopping.set()

    def _kill(self, process: Process) -> None:
        self.world.trace.append(f"{self.clock.time:.3f} {process.name} is killed")
        bury(process)
        BEATING.pop(process, None)

    def _turn_capacity(self) -> None:
        """From now on AWS has room for expedited retrievals, or has none."""
        refused = self.rng.random() < self.character.refusals
        archives = self.world.archives
        archives.restores.expedited_available = not refused
        archives.vaults.expedited_error = self.rng.choice(EXPEDITED_ERRORS) if refused else None

    def _step(self, task: Task) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise StuckError(f"no end after {MOST_STEPS:,} steps; the last one: {task.name} at {task.at}")
        task.resume()
        if not task.process.alive:
            bury(task.process)
            BEATING.pop(task.process, None)

    def _drain(self) -> None:
        """No more faults: let everybody finish, let time go by, until nothing waits for anything."""
        self.world.misfortune.end()
        self.world.mailboxes.disorder = 0.0
        rounds = 0
        while rounds < MOST_ROUNDS:
            self._finish_running()
            due = [queue for queue in QUEUES if self.world.mailboxes.visible(queue)]
            if due:
                self._work(self.rng.choice(due))
                continue
            if self._tell_of_restores():
                continue
            at = self._next_event()
            if at is None:
                return
            rounds += 1
            self.clock.advance(at - self.clock.now() + get_settings().sweep_interval_s)
            self._sweep()
        raise StuckError(f"something goes round for ever: {self.world.mailboxes.waiting()}, {sorted(self._looks())}")

    def _finish_running(self) -> None:
        while running := self._running():
            for task in running:
                if not task.ended:
                    self._step(task)
            for process in list(BEATING):
                if process.alive and BEATING[process].may_beat() and self.rng.random() < 0.1:
                    self._beat(process)

    def _tell_of_restores(self) -> bool:
        """S3's own events that a temporary copy is there, in the form that it sends them in."""
        keys = [key for _, key in self.world.archives.completed_restores()]
        for key in keys:
            record = {"eventName": "ObjectRestore:Completed", "s3": {"object": {"key": key, "size": 1}}}
            self.world.mailboxes.drop_in("thaw", json.dumps({"Records": [record]}))
        return bool(keys)

    def _looks(self) -> list[float]:
        """When the sweep will look again, at whatever."""
        return [
            record["sweep_at"]
            for table in ("jobs", "uploads", "users")
            for record in stores.records(table)
            if record.get("sweep_at") is not None and record.get("sweep_bucket")
        ]

    def _next_event(self) -> float | None:
        times = self._looks()
        hidden = self.world.mailboxes.next_visible_at()
        if hidden is not None:
            times.append(hidden)
        times = [max(at, self.clock.now()) for at in times]
        return min(times, default=None)
