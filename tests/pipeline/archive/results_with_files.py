"""Results of several files for the tests of moves: every moving role lies in the store as its worker left it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline import aws, clock, storage
from pipeline.archive.files import MOVING_ROLES
from pipeline.jobs.model import Job
from tests.builders import write_job
from tests.pipeline.results.finished import finished_job


def whole_result(user_id: str, **changes: Any) -> Job:
    """A result with a file of every moving role, due for the archive and announced; its record is stored."""
    job = finished_job(user_id)
    outputs = dict(job.outputs)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        for role in set(MOVING_ROLES) - set(outputs):
            path.write_bytes(f"{role} of {job.job_id}\n".encode() * 20)
            key = storage.result_key(user_id, job.job_id, 1, role)
            stored = storage.upload(path, aws.bucket("results"), key)
            outputs[role] = {"key": stored.key, "size": stored.size, "sha256": stored.sha256, "name": role}
    now = clock.now_s()
    due: dict[str, Any] = {"archive_after": now - 1, "announced_at": now, "sweep_bucket": "active", "sweep_at": now - 1}
    return write_job(replace(job, outputs=outputs, **(due | changes)))
