"""Starts the embedded AWS for tests: its own process, port and folder, never one that a user is running."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 20.0


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class EmulatorProcess:
    """One emulator; `data_dir` holds its state and objects, its output is in `emulator.log` beside them."""

    data_dir: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of its API."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What it wrote."""
        return (self.data_dir / "emulator.log").read_text(encoding="utf-8", errors="replace")

    def launch(self) -> None:
        """Start the process without waiting for it."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        own = {k: v for k, v in os.environ.items() if not k.startswith(("GAS_", "AWS_"))}
        environment = own | {"GAS_DATA_DIR": str(self.data_dir), "GAS_EMULATOR_PORT": str(self.port)}
        with (self.data_dir / "emulator.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "util_jobs.local.emulator"],
                cwd=Path(__file__).resolve().parents[1],
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def start(self) -> EmulatorProcess:
        """Start it and wait until it answers."""
        self.launch()
        assert self.process is not None
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log
            try:
                urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=1).close()
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
            else:
                return self
        raise AssertionError(f"the emulator did not start:\n{self.log}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Stop it (SIGKILL: as a power cut would) and return its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(STOP_TIMEOUT_S)

    def variables(self) -> dict[str, str]:
        """The environment variables that make a process speak to this emulator."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
