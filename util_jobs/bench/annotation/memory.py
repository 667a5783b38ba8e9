"""Peak memory of a process with all its children: the sum of PSS, in which shared pages count once."""

from __future__ import annotations

import threading
from types import TracebackType

import psutil

INTERVAL_S = 0.25  # a look takes some milliseconds of a processor that the job could use


class PeakMemory:
    """Watches a process tree while the `with` block runs; `peak_mb` is in 10^6 bytes."""

    def __init__(self, pid: int) -> None:
        self.peak_mb = 0.0
        self._root = pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(INTERVAL_S):
            self.peak_mb = max(self.peak_mb, tree_pss(self._root) / 1e6)


def tree_pss(pid: int) -> int:
    """Sum of PSS in bytes; processes that end meanwhile count nothing."""
    try:
        root = psutil.Process(pid)
        tree = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    return sum(_pss(process) for process in tree)


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return 0
