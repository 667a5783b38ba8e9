"""A stand-in for the annotation, so that worker tests decide how the work ends."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.annotation.annotate import AnnotationResult
from pipeline.jobs.result_files import RESULT_FILES
from pipeline.workers import annotate as annotate_worker
from pipeline.workers.annotate import AnnotateHandler
from pipeline.workers.runner import Runner
from pipeline.workers.workspace import Workspace

COUNTS = {"read": 1, "alleles": 1, "annotated": 1, "skipped": {}}


def result_in(folder: Path) -> AnnotationResult:
    """A small result: one file for every role."""
    files = {}
    for role in RESULT_FILES:
        files[role] = folder / f"tiny.{role}"
        files[role].write_text(json.dumps({"role": role}))
    return AnnotationResult(files=files, counts=COUNTS, notes=["A note."], provenance={})


class FakeAnnotation:
    """Replaces `annotate()`: calls `then` (which may raise, block or look around) and returns a small result."""

    def __init__(self, then: Callable[..., None] = lambda **_: None) -> None:
        self.calls: list[dict[str, Any]] = []
        self.then = then

    def __call__(self, input_path: Path, input_name: str, bundle: object, out: Path, work: Path, **rest: Any) -> Any:
        self.calls.append({"input_name": input_name, "out": out, "content": input_path.read_bytes(), **rest})
        self.then(out=out, **rest)
        return result_in(out)


def install(monkeypatch: pytest.MonkeyPatch, then: Callable[..., None] = lambda **_: None) -> FakeAnnotation:
    """Put the stand-in where the worker calls the annotation."""
    fake = FakeAnnotation(then)
    monkeypatch.setattr(annotate_worker, "annotate", fake)
    return fake


def make_runner(stopping: threading.Event | None = None, worker: str = "w1") -> Runner:
    """A runner with the real annotate handler."""
    return Runner(AnnotateHandler(Workspace("annotate"), worker), stopping or threading.Event())


def run_one(runner: Runner) -> bool:
    """Let the runner take one message from start to end; False if there was none."""
    from pipeline.workers.queue import Queue

    queue = Queue(runner.handler.queue)
    received = queue.receive()
    if received is None:
        return False
    runner.process(queue, received)
    return True
