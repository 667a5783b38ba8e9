"""Who acts in a schedule: worker processes with their real handlers, the sweep, and users at the portal."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pipeline.errors import GasError
from pipeline.workers import annotate as annotate_worker
from pipeline.workers import runner as runner_module
from pipeline.workers import sweep
from pipeline.workers.annotate import AnnotateHandler
from pipeline.workers.archive import ArchiveHandler
from pipeline.workers.delivery import Handler
from pipeline.workers.notify import NotifyHandler
from pipeline.workers.queue import Queue
from pipeline.workers.restore import RestoreHandler
from pipeline.workers.runner import Runner
from pipeline.workers.thaw import ThawHandler
from pipeline.workers.workspace import Workspace
from util_jobs.faults import recorded
from util_jobs.faults.heartbeats import BEATING, SimulatedHeartbeat
from util_jobs.faults.patches import Patches
from util_jobs.faults.processes import Process, Task

QUEUES = ("annotate", "notify", "archive", "restore", "thaw")


class _OneRound(threading.Event):
    """Ends a loop when it begins to wait for its next round."""

    def wait(self, timeout: float | None = None) -> bool:
        """The round is over."""
        self.set()
        return True


class Cast:
    """Makes the actors, and hears of what none of them may do."""

    def __init__(self, patches: Patches, complain: Callable[[str], None]) -> None:
        self.complain = complain
        self.workspace = Workspace("annotate")
        patches.set(annotate_worker, "annotate", recorded.annotate)
        patches.set(runner_module, "Heartbeat", SimulatedHeartbeat)
        as_gas_error = runner_module.as_gas_error

        def noticed(error: Exception) -> GasError:
            told = as_gas_error(error)
            if told.code == "internal_error" and told is not error:
                self.complain(f"a handler fell over its own feet: {type(error).__name__}: {error}")
            return told

        patches.set(runner_module, "as_gas_error", noticed)

    def _handler(self, queue: str, process: Process) -> Handler:
        if queue == "annotate":
            return AnnotateHandler(self.workspace, process.name)
        makers: dict[str, Callable[[], Handler]] = {
            "notify": NotifyHandler,
            "archive": ArchiveHandler,
            "restore": RestoreHandler,
            "thaw": ThawHandler,
        }
        return makers[queue]()

    def worker(self, queue: str, process: Process) -> Task:
        """A worker that takes one message from start to end."""

        def work() -> None:
            Runner(self._handler(queue, process), process.stopping).take_one(Queue(queue))

        return self._task(process, process.name, work)

    def heartbeat(self, process: Process) -> Task:
        """One beat of a worker that holds a message."""
        heart = BEATING[process]
        heart.beating = self._task(process, f"{process.name}-heartbeat", heart.beat)
        return heart.beating

    def sweep(self, process: Process) -> Task:
        """One round of the sweep."""

        return self._task(process, process.name, sweep.SweepLoop(_OneRound()).run)

    def user(self, process: Process, name: str, wish: Callable[[], Any]) -> Task:
        """A user's wish at the portal; an error of ours or of AWS is told to the user, anything else is a fault."""

        def work() -> None:
            try:
                wish()
            except GasError:
                return

        return self._task(process, name, work)

    def _task(self, process: Process, name: str, work: Callable[[], None]) -> Task:
        def ended_with(error: BaseException) -> None:
            if not isinstance(error, BotoCoreError | ClientError):  # these the loops and the portal's error pages take
                self.complain(f"{name.split('-')[0]} ended with {type(error).__name__}: {error}")

        return Task(process, name, work, ended_with)
