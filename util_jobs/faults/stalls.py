"""Processes that stand still until their leases are over, and then go on as if nothing had happened."""

from __future__ import annotations

from pipeline.settings import get_settings
from util_jobs.faults.processes import Process, Task
from util_jobs.faults.stage import Stage
from util_jobs.faults.world import World

STEPS = (20, 150)  # of the others, meanwhile

DIES_SOON = 0.6  # how likely it is killed after a few steps more


class Stalls:
    """A machine that swaps, a container that is paused, a collection of garbage that takes a minute."""

    def __init__(self, world: World, stage: Stage) -> None:
        self._world, self._stage = world, stage
        self._left: dict[Process, int] = {}  # by how many steps it sleeps on

    @property
    def any(self) -> bool:
        """True while somebody stands still."""
        return bool(self._left)

    def begin(self, task: Task) -> None:
        """Let the task's process stand still, its leases run out, and the sweep look."""
        process = task.process
        self._stage.note(f"{process.name} is stalled")
        process.stalled = True
        self._left[process] = self._world.rng.randint(*STEPS)
        self._world.clock.advance(get_settings().lease_s + self._world.rng.uniform(1, 30))
        self._stage.sweep()

    def sleep_on(self) -> None:
        """One step more."""
        for process in list(self._left):
            self._left[process] -= 1
            if self._left[process] <= 0:
                self._wake(process)

    def wake_all(self) -> None:
        """Nobody stands still any more."""
        for process in list(self._left):
            self._wake(process)

    def _wake(self, process: Process) -> None:
        """It goes on, and now and then dies before it notices what it missed."""
        process.stalled = False
        del self._left[process]
        if self._world.rng.random() >= DIES_SOON:
            return
        for _ in range(self._world.rng.randint(1, 3)):
            running = [task for task in process.tasks if not task.ended]
            if running and process.alive:
                self._stage.step(self._world.rng.choice(running))
        self._stage.kill(process)
