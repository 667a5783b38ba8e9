"""The jobs of a Glacier vault. Retrievals are found by the archive's id: Glacier would start, and charge for, a second
one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline import aws, clock
from pipeline.archive.stores.base import Retrieval

ABSENT = "ResourceNotFoundException"
OUTPUT_S = 24 * 3600  # Glacier keeps a job's output for at least this long after its completion


@dataclass(frozen=True)
class VaultJob:
    """One retrieval. `tree_hash` (hexadecimal) and `size` (bytes) are the archive's, where Glacier states them."""

    job_id: str
    state: Retrieval
    tier: str
    tree_hash: str
    size: int


def current_job(vault: str, archive_id: str) -> VaultJob | None:
    """The job to rely on: one whose output can be read, else one that runs, else none."""
    jobs = list(_jobs(vault, archive_id))
    by_state = {job.state: job for job in jobs}
    return by_state.get(Retrieval.READY) or by_state.get(Retrieval.RUNNING)


def _jobs(vault: str, archive_id: str) -> list[VaultJob]:
    ours = [job for job in jobs_of(vault, "ArchiveRetrieval") if job.get("ArchiveId") == archive_id]
    return [_read(job) for job in ours if job.get("RetrievalByteRange") in (None, _whole_range(job))]


def jobs_of(vault: str, action: str) -> Iterator[dict[str, Any]]:
    """All jobs of a kind (`ArchiveRetrieval`, `InventoryRetrieval`) that the vault lists, as Glacier describes them."""
    for page in aws.client("glacier").get_paginator("list_jobs").paginate(vaultName=vault):
        yield from (job for job in page.get("JobList", []) if job.get("Action") == action)


def _whole_range(job: dict[str, Any]) -> str:
    return f"0-{(job.get('ArchiveSizeInBytes') or 0) - 1}"


def _read(job: dict[str, Any]) -> VaultJob:
    return VaultJob(
        job_id=job["JobId"],
        state=state_of(job),
        tier=job.get("Tier") or "Standard",
        tree_hash=job.get("ArchiveSHA256TreeHash") or "",
        size=job.get("ArchiveSizeInBytes") or 0,
    )


def state_of(job: dict[str, Any]) -> Retrieval:
    """RUNNING; READY while its output can be read; else NONE."""
    if job["StatusCode"] == "InProgress":
        return Retrieval.RUNNING
    if job["StatusCode"] == "Succeeded" and _seconds(job["CompletionDate"]) + OUTPUT_S > clock.now():
        return Retrieval.READY
    return Retrieval.NONE


def _seconds(date: str) -> float:
    return datetime.fromisoformat(date).timestamp()
