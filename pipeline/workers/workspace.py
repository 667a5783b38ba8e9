"""Temporary folders of a worker: one for each piece of work, gone after it; a dead worker's are cleared (C20)."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline import clock, ids, logs
from pipeline.settings import get_settings

log = logs.get_logger()
LOCK = "owner.lock"
STARTING_S = 60


class Workspace:
    """A worker process's own folder, held by a lock that the system drops when the process dies."""

    def __init__(self, worker: str) -> None:
        self.parent = get_settings().resolved_work_dir() / worker
        self.root = self.parent / ids.new_id()
        self.root.mkdir(parents=True)
        self._lock = (self.root / LOCK).open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def clear_abandoned(self) -> int:
        """Remove folders of workers that are no longer alive; returns how many."""
        removed = 0
        for folder in self.parent.iterdir():
            if folder != self.root and _is_abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
        if removed:
            log.info("abandoned_work_cleared", folders=removed)
        return removed

    @contextmanager
    def folder(self, name: str) -> Iterator[Path]:
        """A folder for one piece of work, removed at the end however it ends."""
        path = self.root / name
        path.mkdir()
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def close(self) -> None:
        """Remove the worker's folder."""
        shutil.rmtree(self.root, ignore_errors=True)
        self._lock.close()


def _is_abandoned(folder: Path) -> bool:
    """True if nobody holds the folder's lock. A young folder without one is another worker's that is just starting."""
    lock = folder / LOCK
    try:
        if not lock.exists():
            return clock.now() - folder.stat().st_mtime > STARTING_S
        with lock.open() as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except BlockingIOError:
        return False
    except FileNotFoundError:  # another worker that starts at this moment is clearing it
        return False
