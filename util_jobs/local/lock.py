"""One local stack for each data folder: a lock that the system releases when its holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.settings import Settings


def lock_path(settings: Settings) -> Path:
    """The lock file; it holds the process id of the stack's watcher."""
    return settings.data_dir / "run" / "lock"


@contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """Hold the lock. Raises `ConfigurationError`, naming the other process, while somebody else holds it."""
    path = lock_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            pid = file.read().strip()
            raise ConfigurationError(
                f"The service is already running{f' (pid {pid})' if pid else ''}: open "
                f"http://127.0.0.1:{settings.web_port} , or stop it first with Ctrl-C in its window or `make stop`."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def stop_holder(settings: Settings) -> bool:
    """Ask the running stack to stop and wait until it has; False if none is running."""
    path = lock_path(settings)
    if not path.is_file():
        return False
    with path.open("r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.kill(int(file.read()), signal.SIGTERM)
            fcntl.flock(file, fcntl.LOCK_EX)
            return True
    return False
