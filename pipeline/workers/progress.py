"""What the job page shows while a job runs: its steps with their times, and the progress."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from pipeline import clock
from pipeline.annotation.annotate import Progress
from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.jobs.steps import FETCH, STORE, TITLES
from pipeline.settings import get_settings

FETCH_SHARE, STORE_SHARE = 4.0, 6.0  # per cent of the whole; the annotation takes the rest


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
        """Progress from the annotation."""
        self.begin(progress.step)
        whole = FETCH_SHARE + progress.percent / 100 * (100 - FETCH_SHARE - STORE_SHARE)
        self._write(asdict(progress) | {"percent": whole})

    def fetched(self, done: int, total: int | None) -> None:
        """So many bytes of the uploaded file are here. That all are is told by the step that follows."""
        self.begin(FETCH[0])
        if done == total:
            return
        self._transfer(FETCH[0], done, total or done, 0, FETCH_SHARE)

    def stored(self, done: int, total: int) -> None:
        """So many bytes of the results are stored."""
        self.begin(STORE[0])
        self._transfer(STORE[0], done, total, 100 - STORE_SHARE, STORE_SHARE)

    def _transfer(self, step: str, done: int, total: int, before: float, share: float) -> None:
        seconds = max(clock.now() - self.steps[-1]["started_at"], 1e-3)
        percent = before + share * min(done / max(total, 1), 1.0)
        told = {"step": step, "percent": percent, "bytes": done, "total_bytes": total}
        self._write(told | {"bytes_per_s": round(done / seconds)})

    def _write(self, progress: dict[str, Any]) -> None:
        """To the record when enough time has gone by; nothing else of the work writes there meanwhile."""
        if time.monotonic() - self._written_at >= get_settings().progress_interval_s:
            self._written_at = time.monotonic()
            store.write_progress(self._job, progress, self.steps)
