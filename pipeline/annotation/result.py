"""What a caller of the annotation sees: its steps, its progress, its result."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STEPS: tuple[tuple[str, str], ...] = (
    ("read", "Reading and checking the file"),
    ("annotate", "Finding consequences and known variants"),
    ("finish", "Indexing and checking the result"),
)
READ_SHARE, ANNOTATE_SHARE = 5.0, 90.0  # per cent of the whole; the last step takes the rest
SHORTEST_INTERVAL_S = 0.1


@dataclass(frozen=True)
class Progress:
    """How far a job is. `percent` (0 to 100) follows the bytes of the input and never falls."""

    step: str
    percent: float
    records: int
    records_per_s: float


@dataclass(frozen=True)
class AnnotationResult:
    """Files by role (vcf, index, variants, consequences, genotypes, log, summary, manifest), counts, notes for the
    scientist, the provenance (versions, checksums, parameters), and the genome build with its evidence."""

    files: dict[str, Path]
    counts: dict[str, Any]
    notes: list[str]
    provenance: dict[str, Any]
    build: dict[str, Any] = field(default_factory=dict)


@dataclass
class ProgressMeter:
    """Turns bytes read into Progress; calls back at most ten times a second."""

    total_bytes: int
    on_progress: Callable[[Progress], None]
    _highest: float = 0.0
    _step: str = ""
    _step_started: float = field(default_factory=time.monotonic)
    _told: float = 0.0

    def start(self, step: str, records: int = 0) -> None:
        """A new step begins; so many records are done already."""
        self._step, self._step_started, self._told = step, time.monotonic(), 0.0
        self.at(0, records)

    def at(self, bytes_read: int, records: int) -> None:
        """So many bytes and records of this step are done."""
        share = min(bytes_read / max(self.total_bytes, 1), 1.0)
        percent = {
            "read": share * READ_SHARE,
            "annotate": READ_SHARE + share * ANNOTATE_SHARE,
            "finish": READ_SHARE + ANNOTATE_SHARE,
        }[self._step]
        self._highest = max(self._highest, percent)
        now = time.monotonic()
        if now - self._told >= SHORTEST_INTERVAL_S:
            self._told = now
            # The last step works on the finished files: it has no records to be fast at.
            rate = 0.0 if self._step == "finish" else records / max(now - self._step_started, 1e-6)
            self.on_progress(Progress(self._step, self._highest, records, rate))

    def done(self, records: int) -> None:
        """Everything is done."""
        self.on_progress(Progress("finish", 100.0, records, 0.0))
