"""One child process of the local stack: started as honcho starts it, its output in a bounded log file."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Mapping
from logging.handlers import RotatingFileHandler
from pathlib import Path

import honcho.process
import psutil

LOG_FILES_KEPT = 3
TAIL_LINES = 20
HEALTH_TIMEOUT_S = 2.0
LONGEST_LINE = 64 * 1024
_NOT_PLAIN = re.compile(r"[;&|<>()`\n]|^exec |^\w+=")


class LocalProcess:
    """A process with its own session, so that it and its children can be stopped together."""

    def __init__(
        self,
        name: str,
        command: str,
        *,
        environment: Mapping[str, str],
        folder: Path,
        health_url: str,
        log_path: Path,
        log_bytes: int,
        echo: Callable[[str, str], None] | None = None,
    ) -> None:
        self.name = name
        self.command = command
        self.health_url = health_url
        self.log_path = log_path
        self.started_at = 0.0
        self._environment = dict(environment)
        self._folder = folder
        self._echo = echo
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._child: subprocess.Popen[bytes] | None = None
        log_path.parent.mkdir(parents=True, exist_ok=True)
        self._log = logging.Logger(name)
        self._log.addHandler(RotatingFileHandler(log_path, maxBytes=log_bytes, backupCount=LOG_FILES_KEPT))

    @property
    def pid(self) -> int | None:
        """Process id, also the id of its process group; None before the first start."""
        return self._child.pid if self._child else None

    def start(self) -> None:
        """Start it (again)."""
        self._child = honcho.process.Popen(without_shell(self.command), env=self._environment, cwd=self._folder)
        self.started_at = time.monotonic()
        threading.Thread(target=self._pump, args=(self._child,), daemon=True, name=f"log-{self.name}").start()

    def _pump(self, child: subprocess.Popen[bytes]) -> None:
        assert child.stdout is not None  # noqa: S101 - honcho asks for a pipe
        while chunk := child.stdout.readline(LONGEST_LINE):
            line = chunk.decode("utf-8", errors="replace").rstrip("\n")
            self._tail.append(line)
            self._log.warning("%s", line)
            if self._echo:
                self._echo(self.name, line)

    def exit_code(self) -> int | None:
        """None while it runs; negative if a signal ended it."""
        return self._child.poll() if self._child else None

    def is_gone(self) -> bool:
        """True if neither it nor a process that it started in its group runs."""
        return self._child is None or (self._child.poll() is not None and not _group_runs(self._child.pid))

    def is_healthy(self) -> bool:
        """True if its health address answers 200."""
        try:
            with urllib.request.urlopen(self.health_url, timeout=HEALTH_TIMEOUT_S) as answer:  # noqa: S310 - http://127.0.0.1
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def last_lines(self) -> str:
        """The end of what it wrote since its start."""
        return "\n".join(f"    {line}" for line in self._tail) or "    (it wrote nothing)"

    def terminate(self) -> None:
        """Ask the whole group to stop."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """Stop whatever is left of the group at once."""
        self._signal(signal.SIGKILL)

    def wait(self) -> None:
        """Wait for its end, after `kill`."""
        if self._child is not None:
            self._child.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._child is None:
            return
        try:
            os.killpg(self._child.pid, number)
        except (ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
            return


def without_shell(command: str) -> str:
    """The command so that it takes the place of the shell which starts it, where it is a plain command.

    A shell in between dies of the SIGTERM at once, while the process behind it still hands back its work.
    """
    return command if _NOT_PLAIN.search(command) else f"exec {command}"


def _group_runs(group: int) -> bool:
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                return True
        except (ProcessLookupError, PermissionError, psutil.Error):
            continue
    return False


def stop_left_overs(marker: str, value: str, timeout_s: float) -> list[str]:
    """Stop the processes that an earlier, killed run left behind; returns what they were.

    They are told by a variable of their environment, which names the data folder: a process id could have been
    given to another program meanwhile.
    """
    found = marked(marker, value)
    # The embedded AWS last, so that the others can still hand back their work and its state is saved whole.
    emulators = [p for p in found if "util_jobs.local.emulator" in " ".join(_command_line(p))]
    descriptions = [f"{' '.join(_command_line(p))[:60]} (pid {p.pid})" for p in found]
    for group in ([p for p in found if p not in emulators], emulators):
        for process in group:
            _quietly(process.terminate)
        _, alive = psutil.wait_procs(group, timeout=timeout_s)
        for process in alive:
            _quietly(process.kill)
        psutil.wait_procs(alive, timeout=timeout_s)
    return descriptions


def marked(name: str, value: str) -> list[psutil.Process]:
    """The processes, but for this one, whose environment has a variable of this value."""
    return [p for p in psutil.process_iter() if p.pid != os.getpid() and variable_of(p, name) == value]


def variable_of(process: psutil.Process, name: str) -> str | None:
    """A variable of a process's environment; None where it has none, or may not be read."""
    try:
        return process.environ().get(name)
    except (psutil.Error, OSError):
        return None


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.Error, OSError):
        return []


def _quietly(action: Callable[[], None]) -> None:
    try:
        action()
    except psutil.NoSuchProcess:
        return
