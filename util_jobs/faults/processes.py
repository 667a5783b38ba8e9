"""Simulated processes: threads of which exactly one runs at a time, handing over at every AWS call.

The scheduler resumes one task; it runs until it is about to call AWS (or waits for something), then gives the turn
back. So every interleaving at the grain of AWS calls can happen, and each is chosen by the seed alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable


class ProcessDied(BaseException):
    """This simulated process was killed. Nothing of ours catches it, as nothing survives `kill -9`."""


class Process:
    """What lives and dies together: the tasks of one worker or portal process, its heartbeat, its stop signal."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        self.stopping = threading.Event()
        self.tasks: list[Task] = []

    @property
    def busy(self) -> bool:
        """True while one of its tasks has not ended."""
        return any(not task.ended for task in self.tasks)


class Task:
    """One thread of a simulated process."""

    def __init__(self, process: Process, name: str, work: Callable[[], None]) -> None:
        self.process, self.name = process, name
        self.ended = False
        self.at = "start"  # what it is about to do
        self.acknowledged = False  # it deleted the message that it worked on
        self.error: BaseException | None = None
        self._work = work
        self._turn, self._back = threading.Lock(), threading.Lock()
        self._turn.acquire()
        self._back.acquire()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        process.tasks.append(self)
        self._thread.start()

    def _run(self) -> None:
        self._turn.acquire()
        _here.task = self
        try:
            if self.process.alive:
                self._work()
        except ProcessDied:
            pass
        except BaseException as error:  # noqa: BLE001  # the scheduler tells of it: an actor must never end like this
            self.error = error
        finally:
            self.ended = True
            self._back.release()

    def resume(self) -> None:
        """Let it run to its next pause (called by the scheduler)."""
        self._turn.release()
        self._back.acquire()
        if self.ended:
            self._thread.join()

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
