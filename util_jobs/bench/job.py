"""Submit → COMPLETED: what a scientist waits for, with idle workers and everything on one machine."""

from __future__ import annotations

import statistics
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.accounts.store import User, create_local_account
from pipeline.errors import ConfigurationError
from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from pipeline.jobs.submit import submit
from pipeline.uploads import transfer
from util_jobs.local.private_stack import private_stack

POLL_S = 0.01
JOB_TIMEOUT_S = 300
ENDS = {JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED}


def send_file(user: User, path: Path) -> str:
    """Send a file as the browser does, part by part through presigned addresses; gives the upload's id."""
    upload = transfer.start(user, path.name, path.stat().st_size)
    with path.open("rb") as source:
        for number in range(1, upload.part_count + 1):
            (part,) = transfer.sign_parts(user, upload.upload_id, [number])
            request = urllib.request.Request(part["url"], data=source.read(part["length"]), method="PUT")  # noqa: S310
            urllib.request.urlopen(request).close()  # noqa: S310 - our own store
    return transfer.finish(user, upload.upload_id).upload_id


def wait_for_end(job_id: str) -> Job:
    """The job once its work has ended."""
    deadline = time.monotonic() + JOB_TIMEOUT_S
    while time.monotonic() < deadline:
        job = store.get(job_id)
        if job is not None and job.job_status in ENDS:
            return job
        time.sleep(POLL_S)
    raise ConfigurationError(f"The job had not ended after {JOB_TIMEOUT_S} s.")


def measure(vcf: Path, runs: int, progress: Callable[[str], None]) -> dict[str, Any]:
    """Submit `vcf` `runs` times, one after the other; a first job, not counted, warms everything up."""
    progress("Starting a stack of its own …")
    with private_stack():
        user = create_local_account("bench@example.org", "a password for the bench", plan="premium_user")
        seconds: list[float] = []
        steps: dict[str, list[float]] = {}
        for run in range(runs + 1):
            upload_id = send_file(user, vcf)
            started = time.monotonic()
            job = wait_for_end(submit(user, upload_id).job_id)
            if job.job_status != JobStatus.COMPLETED:
                raise ConfigurationError(f"The job ended {job.job_status}: {job.error}")
            if run:
                seconds.append(time.monotonic() - started)
                for step in job.steps:
                    steps.setdefault(step["key"], []).append(step["ended_at"] - step["started_at"])
                progress(f"job {run} of {runs}: {seconds[-1]:.2f} s")
        return {
            "input": vcf.name,
            "records": job.counts["read"],
            "runs": runs,
            "median_s": round(statistics.median(seconds), 3),
            "min_s": round(min(seconds), 3),
            "max_s": round(max(seconds), 3),
            "median_step_s": {key: round(statistics.median(values), 3) for key, values in steps.items()},
        }
