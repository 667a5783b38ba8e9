"""Runs schedules: each from its seed alone, so that a failing one is replayed exactly."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from util_jobs.faults import invariants
from util_jobs.faults.actors import Cast
from util_jobs.faults.character import Character
from util_jobs.faults.crashes import Fate
from util_jobs.faults.ledger import Ledger
from util_jobs.faults.mutations import all_mutations
from util_jobs.faults.patches import Patches
from util_jobs.faults.schedule import Schedule
from util_jobs.faults.stage import StuckError
from util_jobs.faults.wishes import People
from util_jobs.faults.world import World


@dataclass
class Outcome:
    """How one schedule went. `trace` has a line for every AWS call, with its call site and its fate."""

    seed: int
    steps: int
    violations: list[str]
    trace: list[str]
    crashed_at: Counter[tuple[str, Fate]] = field(default_factory=Counter)
    called_at: Counter[str] = field(default_factory=Counter)

    @property
    def digest(self) -> str:
        """Two runs with the same digest went the same way, call by call."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()


class Simulation:
    """The surroundings, set up once for many schedules: `with simulating() as simulation`."""

    def __init__(self, world: World, cast: Cast) -> None:
        self.world, self.cast = world, cast

    def run(self, seed: int) -> Outcome:
        """One schedule from start to end, and what it broke."""
        world, ledger = self.world, Ledger()
        world.begin(seed)
        calls = world.calls
        self.cast.complain = calls.complain = ledger.complaints.append
        character = Character.draw(world.rng)
        people = People(world.rng, ledger, character)
        ledger.vaults = lambda: {name: found.content for name, found in world.archives.vaults.archives.items()}
        calls.on_change = ledger.changed
        schedule = Schedule(world, self.cast, people, character)
        stuck: list[str] = []
        try:
            schedule.run()
        except StuckError as error:
            stuck = [str(error)]
        finally:
            schedule.stage.clear()
        ledger.in_doubt, ledger.left_late = schedule.stage.in_doubt, schedule.stage.left_late
        found = [*ledger.complaints, *(stuck or invariants.breaches(world, ledger))]
        return Outcome(
            seed,
            schedule.stage.steps,
            list(dict.fromkeys(found)),
            calls.trace,
            Counter(world.misfortune.crashed_at),
            Counter(calls.called_at),
        )


@contextmanager
def simulating(mutation: str | None = None) -> Iterator[Simulation]:
    """AWS in this process, and the real workers; with one of the deliberate bugs if `mutation` names one."""
    patches = Patches()
    with World() as world:
        try:
            cast = Cast(patches, lambda _: None)
            if mutation is not None:
                all_mutations()[mutation].plant(patches)
            yield Simulation(world, cast)
        finally:
            patches.undo()
