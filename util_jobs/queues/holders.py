"""Which worker holds which job, and how many results are on their way to the archive or back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline import clock, sweep_index
from pipeline.jobs import store
from pipeline.jobs.states import JobStatus, StorageState

# Whoever works renews a lease of a minute or so; results that wait for the archive for days need not be read.
LOOK_AHEAD_S = 2 * 3600
MOVING = (StorageState.ARCHIVING, StorageState.RESTORING)


@dataclass(frozen=True)
class HeldJob:
    """A RUNNING job. `running_s` is since its claim; `lease_left_s` is negative when its worker is overdue."""

    job_id: str
    worker: str
    attempt: int
    running_s: int
    lease_left_s: int


def work_in_hand() -> tuple[list[HeldJob], dict[str, int]]:
    """The RUNNING jobs, the most overdue first, and the number of results in each moving state.

    Read from the sweep's index, which is a moment behind the records.
    """
    now = clock.now_s()
    held: list[HeldJob] = []
    moving: Counter[str] = Counter({state.value: 0 for state in MOVING})
    for record in _due_soon(now):
        if record.get("result_storage") in MOVING:
            moving[record["result_storage"]] += 1
        if record.get("job_status") == JobStatus.RUNNING:
            held.append(
                HeldJob(
                    record["job_id"],
                    record.get("lease_owner", ""),
                    record.get("attempt", 0),
                    now - record.get("start_time", now),
                    record.get("lease_expires_at", now) - now,
                )
            )
    return sorted(held, key=lambda job: (job.lease_left_s, job.job_id)), dict(moving)


def _due_soon(now: int) -> Iterator[dict[str, Any]]:
    return sweep_index.due(
        store.TABLE,
        store.SWEEP_BUCKET,
        now + LOOK_AHEAD_S,
        only="job_status = :r OR result_storage IN (:a, :c)",
        values={":r": JobStatus.RUNNING, ":a": MOVING[0], ":c": MOVING[1]},
    )
