"""The real heartbeat without its thread: the scheduler says when it beats, or lets it fall silent."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from pipeline.workers.delivery import Delivery
from pipeline.workers.heartbeat import Heartbeat
from pipeline.workers.queue import Queue, Received
from util_jobs.faults.processes import Process, Task, current_task


class SimulatedHeartbeat(Heartbeat):
    """Stands in for `pipeline.workers.heartbeat.Heartbeat` in the runner, with its own renewals."""

    def __init__(self, queue: Queue, received: Received, delivery: Delivery, tick: Callable[[], None]) -> None:
        super().__init__(queue, received, delivery, tick)
        self.beating: Task | None = None
        self.process: Process | None = None

    def __enter__(self) -> SimulatedHeartbeat:
        task = current_task()
        if task is not None:
            self.process = task.process
            BEATING[task.process] = self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        if self.process is not None:
            BEATING.pop(self.process, None)
        task = current_task()
        while task is not None and task.process.alive and self.beating is not None and not self.beating.ended:
            task.pause("waiting for its heartbeat")

    def may_beat(self) -> bool:
        """True if its thread would be waiting for its next turn now."""
        return not self._done.is_set() and (self.beating is None or self.beating.ended)

    def beat(self) -> None:
        """One renewal, as the thread makes it."""
        if self._done.is_set() or self._delivery.lost.is_set():
            return
        if not self._keep_lease(renewal_due=True):
            self._delivery.lost.set()
            return
        self._keep_hidden()


BEATING: dict[Process, SimulatedHeartbeat] = {}


def ready_to_beat() -> list[Process]:
    """The living processes whose heartbeat could beat now."""
    return [process for process, heart in BEATING.items() if process.alive and heart.may_beat()]
