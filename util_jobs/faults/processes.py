"""Simulated processes: threads of which exactly one runs at a time, handing over at every AWS call.

The scheduler resumes one task; it runs until it is about to call AWS (or waits for something), then gives the turn
back. So every interleaving at the grain of AWS calls can happen, and each is chosen by the seed alone.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

MOST_TASKS = 256  # that are not through at one moment; far more than a schedule has
_threads = ThreadPoolExecutor(MOST_TASKS, thread_name_prefix="simulated")


class ProcessDied(BaseException):
    """This simulated process was killed. Nothing of ours catches it, as nothing survives `kill -9`."""


class Process:
    """What lives and dies together: the tasks of one worker or portal process, its heartbeat, its stop signal.

    `skew_s` is by how much its clock is fast, `entered_at` when it began (epoch seconds); of a stalled one nothing goes
    on until the scheduler lets it.
    """

    def __init__(self, name: str, skew_s: float = 0.0, entered_at: float = 0.0) -> None:
        self.name, self.skew_s, self.entered_at = name, skew_s, entered_at
        self.alive = True
        self.stalled = False
        self.stopping = threading.Event()
        self.tasks: list[Task] = []

    @property
    def busy(self) -> bool:
        """True while one of its tasks has not ended."""
        return any(not task.ended for task in self.tasks)


class Task:
    """One thread of a simulated process. `ended_with` hears of the exception that ends it; nothing else does."""

    def __init__(
        self, process: Process, name: str, work: Callable[[], None], ended_with: Callable[[BaseException], None]
    ) -> None:
        self.process, self.name = process, name
        self.ended = False
        self.at = "start"  # what it is about to do
        self.acknowledged = False  # it deleted the message that it worked on
        self.struck = False  # one of its calls ended otherwise than it should
        self.loose: Counter[str] = Counter()  # uploads in parts that it did not finish yet
        self.may_ask_until = 0.0  # its right to ask the archive for files, which nobody else has meanwhile
        self.late: dict[str, float] = {}  # when it stored which object, of those from when it was older than a lease
        self._work, self._ended_with = work, ended_with
        self._turn, self._back = threading.Lock(), threading.Lock()
        self._turn.acquire()
        self._back.acquire()
        process.tasks.append(self)
        self._future = _threads.submit(self._run)

    def _run(self) -> None:
        self._turn.acquire()
        _here.task = self
        try:
            if self.process.alive:
                self._work()
        finally:
            _here.task = None
            self.ended = True
            self._back.release()

    def resume(self) -> None:
        """Let it run to its next pause (called by the scheduler)."""
        self._turn.release()
        self._back.acquire()
        if self.ended:
            error = self._future.exception()
            if error is not None and not isinstance(error, ProcessDied):
                self._ended_with(error)

    def pause(self, at: str) -> None:
        """Hand over to the scheduler (called inside the task); ProcessDied if the process was killed meanwhile."""
        if self.process.alive:
            self.at = at
            self._back.release()
            self._turn.acquire()
        if not self.process.alive:
            raise ProcessDied


_here = threading.local()


def current_task() -> Task | None:
    """The task that runs in this thread; None in the simulation's own thread."""
    return getattr(_here, "task", None)


def bury(process: Process) -> None:
    """End a process at this instant: each of its tasks unwinds without another AWS call."""
    process.alive = False
    for task in process.tasks:
        while not task.ended:
            task.resume()
