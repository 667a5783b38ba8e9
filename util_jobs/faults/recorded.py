"""The recorded result in place of the annotation's child processes: every byte of it follows from the input."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.annotation.annotate import AnnotationResult, Progress
from pipeline.errors import CancelledError, InputError, RetryableError
from util_jobs.faults.processes import current_task

ROLES = ("vcf", "variants", "log", "manifest")  # two that move to the archive, two that stay: enough for every half-way
COUNTS = {"read": 1, "alleles": 1, "annotated": 1, "skipped": {}}
BAD_INPUT, TROUBLE = b"##bad", b"##trouble"  # inputs that fail for good; that fail each time although they should not


def content_of(role: str, source: bytes) -> bytes:
    """What the result file of this role holds for this input."""
    return f"{role} of {hashlib.sha256(source).hexdigest()}\n".encode()


def annotate(
    input_path: Path,
    input_name: str,
    bundle: object,
    out: Path,
    work: Path,
    *,
    on_progress: Callable[[Progress], None],
    cancelled: Callable[[], bool],
    **_: Any,
) -> AnnotationResult:
    """Takes its time (others have their turn meanwhile), and asks as often as the real one whether it should go on."""
    source = input_path.read_bytes()
    task = current_task()
    for percent in (10.0, 60.0):
        if task is not None:
            task.pause("annotating")
        if cancelled():
            raise CancelledError("The job was cancelled.")
        on_progress(Progress("annotate", percent, 1, 1.0))
    if source.startswith(BAD_INPUT):
        raise InputError("This is no VCF.", line=1)
    if source.startswith(TROUBLE):
        raise RetryableError("The machine is in trouble.")
    files = {}
    for role in ROLES:
        files[role] = out / f"tiny.{role}"
        files[role].write_bytes(content_of(role, source))
    return AnnotationResult(files=files, counts=COUNTS, notes=[], provenance={})
