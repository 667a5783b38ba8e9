"""The end of a schedule: time goes by, until nothing waits for anything."""

from __future__ import annotations

from pipeline.archive.vault_orphans import DOUBT_S
from pipeline.archive.vault_sweep import LOOK_S
from pipeline.settings import get_settings
from util_jobs.faults import stores
from util_jobs.faults.actors import QUEUES
from util_jobs.faults.as_it_is_vaults import LISTED_S
from util_jobs.faults.heartbeats import BEATING, ready_to_beat
from util_jobs.faults.stage import Stage, StuckError
from util_jobs.faults.world import World

MOST_ROUNDS = 300
LONGER_S = 3600  # than any retrieval takes, and clocks differ
BEAT = 0.1  # how likely a heartbeat beats in a round


class Drain:
    """Lets everybody finish."""

    def __init__(self, world: World, stage: Stage) -> None:
        self.world, self.stage = world, stage

    def run(self) -> None:
        """Until nothing is left to do; StuckError if that never comes."""
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

    def look_into_the_vault(self) -> None:
        """The sweep asks for an inventory when every archive in doubt is old enough, and reads it when it is there."""
        if not self.world.archives.vaults.archives:
            return
        self.world.clock.advance(max(DOUBT_S, LISTED_S) + LONGER_S)
        for _ in range(2):
            self.stage.sweep()
            self.finish_running()
            self.world.clock.advance(max(LOOK_S, (self.world.archives.next_ready() or 0.0) - self.world.clock.now()))
        self.run()

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
