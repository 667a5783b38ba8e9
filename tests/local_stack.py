"""Runs `local run` for tests as a user would, with its own data folder and ports, and reads what it says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

from tests.emulator_process import free_port
from util_jobs.local.environment import MARKER

ROOT = Path(__file__).resolve().parents[1]
START_TIMEOUT_S = 100.0
STOP_TIMEOUT_S = 60.0
READY = "is ready."


class LocalRun:
    """One `local run`: `start`, look at `text`, then `stop` or `kill_everything`."""

    def __init__(self, data_dir: Path, *arguments: str, ports: dict[str, str] | None = None) -> None:
        self.data_dir = data_dir
        self.ports = ports or {
            "GAS_WEB_PORT": str(free_port()),
            "GAS_EMULATOR_PORT": str(free_port()),
            "GAS_WORKER_PORT_BASE": str(free_port()),
        }
        self._arguments = arguments
        self._lines: list[str] = []
        self.process: subprocess.Popen[str] | None = None

    @property
    def text(self) -> str:
        """What it has said since the last start."""
        return "".join(self._lines)

    def environment(self) -> dict[str, str]:
        """The developer's, without settings and credentials."""
        own = {k: v for k, v in os.environ.items() if not k.startswith(("GAS_", "AWS_"))}
        return own | self.ports | {"GAS_DATA_DIR": str(self.data_dir)}

    def launch(self) -> LocalRun:
        """Start it without waiting."""
        self._lines = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "util_jobs.local.run", "run", *self._arguments],
            cwd=ROOT,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()
        return self

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._lines.append(line)

    def start(self) -> LocalRun:
        """Start it and wait until it says that it is ready."""
        self.launch()
        self.wait_for(READY)
        return self

    def wait_for(self, words: str, timeout_s: float = START_TIMEOUT_S) -> None:
        """Wait until it says these words."""
        assert self.process is not None
        deadline = time.monotonic() + timeout_s
        while words not in self.text:
            assert time.monotonic() < deadline, f"it never said {words!r}:\n{self.text}"
            assert self.process.poll() is None or words in self.text, f"it ended:\n{self.text}"
            time.sleep(0.05)

    def finish(self) -> int:
        """Wait until it ends by itself; its exit code."""
        assert self.process is not None
        code = self.process.wait(STOP_TIMEOUT_S)
        time.sleep(0.1)  # the reader takes the last lines
        return code

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """As Ctrl-C does."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.finish()

    def processes(self) -> list[psutil.Process]:
        """Its processes that run now, besides the one that watches them."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARKER) == str(self.data_dir) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def kill_watcher(self) -> None:
        """`kill -9` of the process that watches the others, which stay behind."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def kill_everything(self) -> None:
        """`kill -9` of every process at once, as a power cut would."""
        children = self.processes()
        self.kill_watcher()
        for process in children:
            process.kill()
        psutil.wait_procs(children, timeout=10)

    def clean_up(self) -> None:
        """Leave nothing running, however the test ended."""
        if self.process and self.process.poll() is None:
            self.kill_everything()
        for process in self.processes():
            process.kill()
