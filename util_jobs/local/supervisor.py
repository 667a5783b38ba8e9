"""Keeps the processes of the local stack running: starts, waits for health, restarts what dies, stops in order.

honcho's own manager stops everything when one process ends and kills after five seconds; here a killed worker comes
back, and each process gets the time that it needs to hand back its work.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable

from pipeline.errors import ConfigurationError
from util_jobs.local.processes import LocalProcess

FIRST_BACKOFF_S = 1.0
STABLE_AFTER_S = 60.0  # a process that ran this long starts again at the first back-off
POLL_S = 0.1


class Supervisor:
    """Watches processes from one thread; `say` prints a sentence for the person at the terminal.

    What ends is started again after a pause, which doubles each time up to `longest_pause_s`.
    """

    def __init__(
        self, say: Callable[[str], None], stop_requested: threading.Event, *, longest_pause_s: float = 30.0
    ) -> None:
        self._say = say
        self._stop_requested = stop_requested
        self._longest_pause_s = longest_pause_s
        self._processes: list[LocalProcess] = []
        self._failures: dict[str, int] = {}
        self._restart_at: dict[str, float] = {}

    def start(self, process: LocalProcess) -> None:
        """Start a process and watch it from now on."""
        process.start()
        self._processes.append(process)

    def wait_until_healthy(self, processes: Iterable[LocalProcess], timeout_s: float) -> bool:
        """Wait until all answer their health address; False if a stop was asked for meanwhile.

        Raises `ConfigurationError` with the end of the log if one ends or is not healthy in time.
        """
        waiting = list(processes)
        deadline = time.monotonic() + timeout_s
        while waiting:
            if self._stop_requested.is_set():
                return False
            for process in waiting:
                if process.exit_code() is not None:
                    raise _not_started(process, f"ended with exit code {process.exit_code()}")
            waiting = [process for process in waiting if not process.is_healthy()]
            if waiting and time.monotonic() > deadline:
                raise _not_started(waiting[0], f"is not healthy after {timeout_s:g} s ({waiting[0].health_url})")
            if waiting:
                time.sleep(POLL_S)
        return True

    def watch(self) -> None:
        """Restart what ends, until a stop is asked for."""
        while not self._stop_requested.wait(POLL_S):
            for process in self._processes:
                self._look_after(process)

    def _look_after(self, process: LocalProcess) -> None:
        now = time.monotonic()
        restart_at = self._restart_at.get(process.name)
        if restart_at is not None:
            if now >= restart_at:
                del self._restart_at[process.name]
                process.start()
            return
        if process.exit_code() is None:
            return
        if now - process.started_at > STABLE_AFTER_S:
            self._failures[process.name] = 0
        failures = self._failures.get(process.name, 0)
        pause = min(FIRST_BACKOFF_S * 2**failures, self._longest_pause_s)
        self._failures[process.name] = failures + 1
        self._restart_at[process.name] = now + pause
        process.kill()  # children that outlived it
        self._say(
            f"{process.name} {_how_it_ended(process.exit_code())}; starting it again in {pause:g} s. "
            f"Its log: {process.log_path}"
        )

    def stop(self, groups: list[list[str]], timeout_s: float, patience: Callable[[], bool]) -> None:
        """Stop the named processes, one group after the other; one that takes too long is killed, and that is said.

        `patience` is asked while waiting; False (a second Ctrl-C) ends the waiting.
        """
        for names in groups:
            group = [p for p in self._processes if p.name in names]
            for process in group:
                process.terminate()
            deadline = time.monotonic() + timeout_s
            while not all(p.is_gone() for p in group) and time.monotonic() < deadline and patience():
                time.sleep(POLL_S / 2)
            for process in group:
                if not process.is_gone():
                    self._say(f"{process.name} did not stop in time and was killed.")
                    process.kill()
                    process.wait()


def _how_it_ended(code: int | None) -> str:
    return f"was ended by signal {-code}" if code is not None and code < 0 else f"ended with exit code {code}"


def _not_started(process: LocalProcess, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"The process {process.name} {what}. The end of its log ({process.log_path}):\n{process.last_lines()}"
    )
