"""What must hold of every job's record once everything has come to rest, whoever watched: the simulation of faults or
the trial with real processes. Each rule gives a sentence for every breach; `name` is what it calls the job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.archive.files import MOVING_ROLES
from pipeline.jobs.states import ACTIVE, JobStatus, StorageState

Record = Mapping[str, Any]


def is_stuck(job: Record, name: str) -> Iterator[str]:
    """Its work and its moves have ended, and everybody who must hear of it was told."""
    if job["job_status"] in ACTIVE:
        yield f"job {name} is {job['job_status']} for ever"
    if job["job_status"] == JobStatus.COMPLETED and job["result_storage"] not in ("HOT", "ARCHIVED"):
        yield f"result {name} is {job['result_storage']} for ever"
    if job["job_status"] in (JobStatus.COMPLETED, JobStatus.FAILED) and not job.get("announced_at"):
        yield f"nobody was told that job {name} ended"
    if job.get("restored_at"):
        yield f"nobody was told that result {name} came back"
    if job.get("cleanup"):
        yield f"job {name} still names what should be removed"


def follows_no_plan(job: Record, name: str, plan: str) -> Iterator[str]:
    """A premium user's result is hot; a free user's is in the archive once retention has passed."""
    expected = StorageState.ARCHIVED if plan == "free_user" else StorageState.HOT
    if job["job_status"] == JobStatus.COMPLETED and job["result_storage"] != expected:
        yield f"result {name} of a {plan} is {job['result_storage']}"


def is_half_archived(job: Record, name: str) -> Iterator[str]:
    """Of an archived result each moving file is away, and of a hot one the record names no archive any more (C30)."""
    archived = set(job.get("archived") or {})
    if job["result_storage"] == StorageState.ARCHIVED and archived != set(MOVING_ROLES) & set(job["outputs"]):
        yield f"archived result {name} has only {sorted(archived)} in the archive"
    if job["result_storage"] == StorageState.HOT and (archived or job.get("results_file_archive_id")):
        yield f"hot result {name} still names an archive"


def place_of(job: Record, role: str) -> tuple[str, str]:
    """Bucket (or vault) and key (or archive id) of a result's file: the one place where it is, as its record says."""
    away = (job.get("archived") or {}).get(role) if job["result_storage"] != StorageState.HOT else None
    return (away["bucket"], away["archive_id"]) if away else (job["s3_results_bucket"], job["outputs"][role]["key"])
