"""`python -m pipeline.workers NAME`: one worker process, with its health probe and an orderly stop."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Protocol

from pipeline import ids, logs
from pipeline.settings import get_settings
from pipeline.workers import health
from pipeline.workers.delivery import Handler
from pipeline.workers.runner import Runner
from pipeline.workers.workspace import Workspace

log = logs.get_logger()


class Loop(Protocol):
    """What a worker process runs in a thread."""

    last_tick: float

    def run(self) -> None:
        """Run until told to stop."""
        ...


def _annotate(stopping: threading.Event) -> tuple[list[Loop], Callable[[], None]]:
    from pipeline.workers.annotate import AnnotateHandler  # 60 MB that the other workers do without

    workspace = Workspace("annotate")
    workspace.clear_abandoned()
    worker_id = f"{socket.gethostname()}-{os.getpid()}-{ids.new_id()[:8]}"
    handler = AnnotateHandler(workspace, worker_id)
    loops: list[Loop] = [Runner(handler, stopping) for _ in range(get_settings().annotate_concurrency)]
    return loops, workspace.close


def _one(handler: Handler, stopping: threading.Event) -> tuple[list[Loop], Callable[[], None]]:
    return [Runner(handler, stopping)], lambda: None


def _archive(stopping: threading.Event) -> tuple[list[Loop], Callable[[], None]]:
    from pipeline.workers.archive import ArchiveHandler

    return _one(ArchiveHandler(), stopping)


def _restore(stopping: threading.Event) -> tuple[list[Loop], Callable[[], None]]:
    from pipeline.workers.restore import RestoreHandler

    return _one(RestoreHandler(), stopping)


def _thaw(stopping: threading.Event) -> tuple[list[Loop], Callable[[], None]]:
    from pipeline.workers.thaw import ThawHandler

    return _one(ThawHandler(), stopping)


def _notify(stopping: threading.Event) -> tuple[list[Loop], Callable[[], None]]:
    from pipeline.workers.notify import NotifyHandler

    handler = NotifyHandler()
    handler.prepare()
    return _one(handler, stopping)


def _export(stopping: threading.Event) -> tuple[list[Loop], Callable[[], None]]:
    from pipeline.workers.export import ExportHandler  # DuckDB and Arrow: 100 MB that the other workers do without

    workspace = Workspace("export")
    workspace.clear_abandoned()
    worker_id = f"{socket.gethostname()}-{os.getpid()}-{ids.new_id()[:8]}"
    return [Runner(ExportHandler(workspace, worker_id), stopping)], workspace.close


def _sweep(stopping: threading.Event) -> tuple[list[Loop], Callable[[], None]]:
    from pipeline.workers.sweep import SweepLoop

    return [SweepLoop(stopping)], lambda: None


WORKERS: dict[str, Callable[[threading.Event], tuple[list[Loop], Callable[[], None]]]] = {
    "annotate": _annotate,
    "notify": _notify,
    "archive": _archive,
    "restore": _restore,
    "thaw": _thaw,
    "export": _export,
    "sweep": _sweep,
}


def main(name: str) -> int:
    """Run the worker until SIGTERM or SIGINT; the exit code is 0 if it stopped within the stated time."""
    settings = get_settings()
    logs.configure(name)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    loops, close = WORKERS[name](stopping)
    port = settings.worker_health_port or int(os.environ.get("PORT", 0))
    if port:
        health.serve(name, port, lambda: time.monotonic() - min(loop.last_tick for loop in loops))
    threads = [threading.Thread(target=loop.run, name=f"{name}-{i}", daemon=True) for i, loop in enumerate(loops)]
    for thread in threads:
        thread.start()
    log.info("worker_started", loops=len(loops))
    while not stopping.wait(0.5):
        if not all(thread.is_alive() for thread in threads):
            log.error("worker_loop_died")
            return 1
    deadline = time.monotonic() + settings.stop_timeout_s
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    stopped = not any(thread.is_alive() for thread in threads)
    close()
    log.info("worker_stopped", in_time=stopped)
    return 0 if stopped else 1


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in WORKERS:
        sys.stderr.write(f"usage: python -m pipeline.workers {{{'|'.join(WORKERS)}}}\n")
        raise SystemExit(2)
    raise SystemExit(main(sys.argv[1]))
