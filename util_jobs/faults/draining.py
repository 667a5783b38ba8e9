"""The calm end of a schedule: no more faults, time goes by, until nothing waits for anything."""

from __future__ import annotations

from pipeline.settings import get_settings
from util_jobs.faults import stores
from util_jobs.faults.actors import QUEUES
from util_jobs.faults.heartbeats import BEATING, ready_to_beat
from util_jobs.faults.stage import Stage, StuckError
from util_jobs.faults.world import World

MOST_ROUNDS = 300
BEAT = 0.1  # how likely a heartbeat beats in a round


class Drain:
    """Lets everybody finish."""

    def __init__(self, world: World, stage: Stage) -> None:
        self.world, self.stage = world, stage

    def run(self) -> None:
        """Until nothing is left to do; StuckError if that never comes."""
        self.world.misfortune.end()
        self.world.mailboxes.disorder = 0.0
        rounds = 0
        while rounds < MOST_ROUNDS:
            self.work_off()
            if self.stage.tell_of_restores():
                continue
            at = self._next_event()
            if at is None:
                return
            rounds += 1
            self.world.clock.advance(at - self.world.clock.now() + get_settings().sweep_interval_s)
            self.stage.sweep()
        left = f"{self.world.mailboxes.waiting()}, {sorted(self._looks())}"
        raise StuckError(f"something goes round for ever: {left}")

    def work_off(self) -> None:
        """Everybody finishes, and every message that can be received is worked on."""
        self.finish_running()
        while due := [queue for queue in QUEUES if self.world.mailboxes.visible(queue)]:
            self.stage.work(self.world.rng.choice(due))
            self.finish_running()

    def finish_running(self) -> None:
        """Everybody on stage who does not stand still goes on to the end."""
        while running := self.stage.awake():
            for task in running:
                if not task.ended:
                    self.stage.step(task)
            for process in ready_to_beat():
                if not process.stalled and process in BEATING and self.world.rng.random() < BEAT:
                    self.stage.beat(process)

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
        return min((max(at, self.world.clock.now()) for at in times), default=None)
