"""The workers of a trial, and who kills them: `kill -9`, with or without the programs that they started."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from honcho.environ import parse_procfile

from pipeline.workers.workspace import LOCK
from util_jobs.local.environment import PROCESS_NAME
from util_jobs.local.private_stack import PrivateStack
from util_jobs.local.processes import variable_of

COMMAND = "pipeline.workers"
TWO_AT_ONCE = 0.25  # share of the blows that hit two workers
ALONE = (
    0.5  # share of the kills that leave the worker's own children running, as the kernel's out-of-memory killer does
)


def write_procfile(original: Path, each: int, target: Path) -> list[str]:
    """A Procfile that has every worker of the original `each` times and all else once; gives the workers' names."""
    lines, workers = [], []
    for name, command in parse_procfile(original.read_text(encoding="utf-8")).processes.items():
        names = [name] if COMMAND not in command else [f"{name}_{number}" for number in range(1, each + 1)]
        workers += names if COMMAND in command else []
        lines += [f"{one}: {command}\n" for one in names]
    target.write_text("".join(lines), encoding="utf-8")
    return workers


class Killer(threading.Thread):
    """Kills one or two random workers each second until `stop`; those that are just being started again too."""

    def __init__(self, stack: PrivateStack, rng: random.Random, interval_s: float = 1.0) -> None:
        super().__init__(name="killer", daemon=True)
        self.kills: Counter[str] = Counter()  # by worker, such as `annotate`
        self._stack, self._rng, self._interval_s = stack, rng, interval_s
        self._over = threading.Event()
        self._striking = threading.Lock()

    def run(self) -> None:
        """Strike until it is over."""
        while not self._over.wait(self._interval_s):
            self.strike()

    def stop(self) -> None:
        """No kill happens after this returns."""
        self._over.set()
        self.join()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Nobody is killed meanwhile."""
        with self._striking:
            yield

    def strike(self) -> None:
        """One blow."""
        with self._striking:
            self._strike()

    def _strike(self) -> None:
        living = self._workers()
        count = 2 if self._rng.random() < TWO_AT_ONCE else 1
        for name, worker in self._rng.sample(living, min(count, len(living))):
            children = [] if self._rng.random() < ALONE else _children(worker.pid)
            for process in [worker, *children]:
                _kill(process)
            self.kills[name] += 1

    def _workers(self) -> list[tuple[str, psutil.Process]]:
        found = []
        for process in _children(self._stack.pid, recursive=False):
            name = variable_of(process, PROCESS_NAME)
            try:
                if name and COMMAND in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
                    found.append((name.rpartition("_")[0], process))
            except psutil.Error:
                continue  # it ended at this moment
        return sorted(found, key=lambda pair: pair[1].pid)


def _children(pid: int, *, recursive: bool = True) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=recursive)
    except psutil.Error:
        return []


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def strays(stack: PrivateStack) -> list[str]:
    """Programs that a killed worker had started and that outlived it."""
    family = {process.pid for process in _children(stack.pid)}
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid not in family and Path(process.cwd()).is_relative_to(stack.folder):
                found.append(" ".join(process.cmdline())[:80])
        except psutil.Error:
            continue
    return found


def files_left(stack: PrivateStack) -> list[str]:
    """Temporary files of work that has ended: a worker that starts again clears what its predecessor left (C20)."""
    work = stack.folder / "work"
    return [str(path.relative_to(work)) for path in work.rglob("*") if path.is_file() and path.name != LOCK]
