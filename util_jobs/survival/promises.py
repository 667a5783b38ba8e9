"""What users were promised: a job that was COMPLETED once keeps its result, with the checksums that it had then."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from pipeline.jobs.states import JobStatus
from util_jobs.survival.picture import Records

Digests = dict[str, str]  # SHA-256 of each file by role


@dataclass
class Promises:
    """Fed with the records while the trial runs; complains when one goes back on what an earlier one said."""

    results: dict[str, Digests] = field(default_factory=dict)  # by job
    seen_at: dict[str, float] = field(default_factory=dict)  # epoch seconds
    complaints: list[str] = field(default_factory=list)
    _buried: dict[str, float] = field(default_factory=dict)

    def follow(self, records: Records) -> None:
        """Note what is promised now, and whether earlier promises still stand."""
        for job_id, job in records.jobs.items():
            if job.get("deleting"):
                self._buried.setdefault(job_id, time.time())
            elif job_id in self._buried:
                self._complain(f"deleted job {job_id} is back")
            elif job_id in self.results:
                self._compare(job)
            elif job["job_status"] == JobStatus.COMPLETED:
                self.results[job_id] = _digests(job)
                self.seen_at[job_id] = time.time()
        self.complaints += [
            f"the record of finished job {lost} is gone" for lost in set(self.results) - set(records.jobs)
        ]

    def doubt(self, since: float) -> None:
        """What was seen since then may have been taken back."""
        for job_id in [job_id for job_id, at in self.seen_at.items() if at >= since]:
            del self.results[job_id], self.seen_at[job_id]
        self._buried = {job_id: at for job_id, at in self._buried.items() if at < since}

    def _complain(self, told: str) -> None:
        if told not in self.complaints:
            self.complaints.append(told)

    def _compare(self, job: dict[str, Any]) -> None:
        if job["job_status"] != JobStatus.COMPLETED:
            self._complain(f"finished job {job['job_id']} is {job['job_status']}")
        elif _digests(job) != self.results[job["job_id"]]:
            self._complain(f"the checksums of finished job {job['job_id']} changed")


def _digests(job: dict[str, Any]) -> Digests:
    return {role: entry["sha256"] for role, entry in job["outputs"].items()}
