"""A local stack of its own, for measurements, trials and pictures: free ports, a folder of its own, gone afterwards."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import psutil

from pipeline import aws
from pipeline.errors import ConfigurationError
from pipeline.settings import get_settings
from util_jobs.local.environment import MARKER, ROOT, marker_value, stack_environment
from util_jobs.local.processes import marked

START_TIMEOUT_S = 90
STOP_TIMEOUT_S = 60
# Below the ports that the system gives to outgoing connections, of which one may take a number at any moment.
WORKER_PORTS = range(20_000, 30_000, 50)


class PrivateStack:
    """One stack: where the portal answers, where everything is kept, and which process runs it."""

    def __init__(self, web_url: str, folder: Path, arguments: list[str]) -> None:
        self.web_url = web_url
        self.folder = folder
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process that watches the others."""
        assert self._process is not None  # noqa: S101 - `private_stack` gives started ones only
        return self._process.pid

    def start(self) -> None:
        """Start it, with what the folder holds, and wait until all of it is healthy. Raises `ConfigurationError`."""
        log = self.folder / "stack.log"
        with log.open("w") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "util_jobs.local.run", "run", *self._arguments],
                cwd=ROOT,
                stdout=file,
                stderr=file,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while "is ready" not in log.read_text():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise ConfigurationError(f"The stack did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(STOP_TIMEOUT_S)

    def processes(self) -> list[psutil.Process]:
        """What runs of it now, besides the one that watches the others."""
        return marked(MARKER, marker_value(get_settings()))

    def kill_everything(self) -> None:
        """`kill -9` of all its processes at once, as a power cut would; `start` goes on with what was saved."""
        os.kill(self.pid, signal.SIGSTOP)  # it starts nothing again meanwhile
        doomed = [*self.processes(), psutil.Process(self.pid)]
        for process in doomed:
            process.kill()
        psutil.wait_procs(doomed, timeout=STOP_TIMEOUT_S)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for opened in sockets:
        opened.bind(("127.0.0.1", 0))
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


def _free_row() -> int:
    """First of a row of ports that nobody listens on: each worker needs one."""
    start = os.getpid() % len(WORKER_PORTS)  # two stacks that start at the same moment look at different ones first
    for first in [*WORKER_PORTS[start:], *WORKER_PORTS[:start]]:
        if all(_is_free(port) for port in range(first, first + WORKER_PORTS.step)):
            return first
    raise ConfigurationError("No row of free ports was found for the workers' health probes.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _home(keep: Path | None) -> AbstractContextManager[str]:
    return nullcontext(str(keep.resolve())) if keep else tempfile.TemporaryDirectory(prefix="gas-private-")


@contextmanager
def private_stack(
    *,
    with_seed: bool = False,
    procfile: Path | None = None,
    settings: Mapping[str, str] | None = None,
    keep: Path | None = None,
) -> Iterator[PrivateStack]:
    """Run the whole Procfile (or another one) on free ports; this process talks to the same emulated AWS meanwhile.

    `with_seed` also makes the demo accounts and their finished jobs; `settings` are environment variables of all
    processes, this one too; `keep` is an empty folder for everything, which is temporary otherwise. Raises
    `ConfigurationError` if the stack does not come up.
    """
    web, emulator = _free_ports(2)
    with _home(keep) as folder:
        own = {
            "GAS_DATA_DIR": folder,
            "GAS_WEB_PORT": str(web),
            "GAS_EMULATOR_PORT": str(emulator),
            "GAS_WORKER_PORT_BASE": str(_free_row()),
        }
        before = dict(os.environ)
        os.environ.update(own | dict(settings or {}))
        get_settings.cache_clear()
        os.environ.update(stack_environment(get_settings(), os.environ))
        get_settings.cache_clear()
        aws.reset_clients()
        arguments = [] if with_seed else ["--no-seed"]
        arguments += ["--procfile", str(procfile)] if procfile else []
        stack = PrivateStack(f"http://127.0.0.1:{web}", Path(folder), arguments)
        try:
            stack.start()
            yield stack
        finally:
            stack.stop()
            os.environ.clear()
            os.environ.update(before)
            get_settings.cache_clear()
            aws.reset_clients()


def fetch(url: str, headers: dict[str, str] | None = None) -> bytes:
    """The body that a GET answers, as it crosses the wire (still compressed)."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {})) as answer:  # noqa: S310 - our own
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        raise ConfigurationError(f"{url} answered {error.code}.") from error
