"""What the job page shows while a job runs: its steps with their times, and the progress."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from pipeline import clock
from pipeline.annotation.annotate import Progress
from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.jobs.steps import TITLES
from pipeline.settings import get_settings


class ProgressReport:
    """Collects steps and progress of one attempt and writes them to the record (`LeaseLostError` if it moved on)."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self.steps: list[dict[str, Any]] = []
        self._written_at = 0.0

    def begin(self, key: str) -> None:
        """A step of `ALL_STEPS` begins; the one before it has ended."""
        if self.steps and self.steps[-1]["key"] == key:
            return
        self.end()
        self.steps.append({"key": key, "title": TITLES[key], "started_at": round(clock.now(), 3)})

    def end(self) -> None:
        """The last step has ended."""
        if self.steps and "ended_at" not in self.steps[-1]:
            self.steps[-1]["ended_at"] = round(clock.now(), 3)

    def annotation(self, progress: Progress) -> None:
        """Progress from the annotation; passed on to the record when enough time has gone by."""
        self.begin(progress.step)
        if time.monotonic() - self._written_at >= get_settings().progress_interval_s:
            self._written_at = time.monotonic()
            store.write_progress(self._job, asdict(progress), self.steps)
