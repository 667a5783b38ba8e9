"""A local stack of its own, for measurements and pictures: free ports, a temporary folder, gone afterwards."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline import aws
from pipeline.errors import ConfigurationError
from pipeline.settings import get_settings
from util_jobs.local.environment import ROOT, stack_environment

START_TIMEOUT_S = 90
STOP_TIMEOUT_S = 60


@dataclass(frozen=True)
class PrivateStack:
    """Where the stack answers and which process runs it."""

    web_url: str
    pid: int


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for opened in sockets:
        opened.bind(("127.0.0.1", 0))
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


@contextmanager
def private_stack(*, with_seed: bool = False) -> Iterator[PrivateStack]:
    """Run the whole Procfile on free ports; this process talks to the same emulated AWS meanwhile.

    `with_seed` also makes the demo accounts and their finished jobs. Raises `ConfigurationError` if the stack does
    not come up.
    """
    web, emulator, workers = _free_ports(3)
    with tempfile.TemporaryDirectory(prefix="gas-bench-") as folder:
        own = {
            "GAS_DATA_DIR": folder,
            "GAS_WEB_PORT": str(web),
            "GAS_EMULATOR_PORT": str(emulator),
            "GAS_WORKER_PORT_BASE": str(workers),
        }
        before = dict(os.environ)
        os.environ.update(own)
        get_settings.cache_clear()
        os.environ.update(stack_environment(get_settings(), os.environ))
        get_settings.cache_clear()
        aws.reset_clients()
        log = (Path(folder) / "stack.log").open("w+")
        arguments = [] if with_seed else ["--no-seed"]
        process = subprocess.Popen(
            [sys.executable, "-m", "util_jobs.local.run", "run", *arguments], cwd=ROOT, stdout=log, stderr=log
        )
        try:
            _wait_until_ready(process, Path(log.name))
            yield PrivateStack(f"http://127.0.0.1:{web}", process.pid)
        finally:
            process.terminate()
            process.wait(STOP_TIMEOUT_S)
            log.close()
            os.environ.clear()
            os.environ.update(before)
            get_settings.cache_clear()
            aws.reset_clients()


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    """The stack says in its own words when everything is healthy."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while "is ready" not in log.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            raise ConfigurationError(f"The stack to measure did not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.1)


def fetch(url: str, headers: dict[str, str] | None = None) -> bytes:
    """The body that a GET answers, as it crosses the wire (still compressed)."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {})) as answer:  # noqa: S310 - our own
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        raise ConfigurationError(f"{url} answered {error.code}.") from error
