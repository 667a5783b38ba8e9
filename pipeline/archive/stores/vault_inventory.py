"""The inventory of a Glacier vault: the only thing that tells which archives it holds. Free, hours to make, up to a day
behind (https://docs.aws.amazon.com/amazonglacier/latest/dev/vault-inventory.html)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import ClientError

from pipeline import aws
from pipeline.archive.stores.base import Retrieval
from pipeline.archive.stores.vault_jobs import ABSENT, jobs_of, state_of
from pipeline.errors import RetryableError
from pipeline.settings import MEBIBYTE

OURS = "archives that no record names"  # the description of our inventory jobs: others may ask for inventories, too
SLICE_BYTES = 1 * MEBIBYTE  # some 3,000 archives
COLUMNS = 5  # ArchiveId, ArchiveDescription, CreationDate, Size, SHA256TreeHash


@dataclass(frozen=True)
class InventoryJob:
    """One inventory, asked for at `created_at` (epoch seconds, UTC); `size` of its list in bytes, once it is READY."""

    job_id: str
    state: Retrieval
    created_at: float
    size: int


@dataclass(frozen=True)
class Listed:
    """An archive as the inventory has it: `description` is the `target` of its move; `created_at` in epoch seconds."""

    archive_id: str
    description: str
    created_at: float


def ask(vault: str) -> bool:
    """Ask for an inventory; False if the vault has none yet (Glacier makes the first one within a day)."""
    wish = {"Type": "inventory-retrieval", "Format": "CSV", "Description": OURS}
    try:
        aws.client("glacier").initiate_job(vaultName=vault, jobParameters=wish)
    except ClientError as error:
        if error.response["Error"]["Code"] == ABSENT:
            return False
        raise
    return True


def newest(vault: str) -> InventoryJob | None:
    """The inventory that was asked for last, of those that run or can be read; Glacier lists them for a day."""
    try:
        jobs = [job for job in jobs_of(vault, "InventoryRetrieval") if job.get("JobDescription") == OURS]
    except ClientError as error:
        if error.response["Error"]["Code"] == ABSENT:
            return None
        raise
    found = [
        InventoryJob(job["JobId"], state_of(job), _seconds(job["CreationDate"]), job.get("InventorySizeInBytes") or 0)
        for job in jobs
    ]
    return max((job for job in found if job.state != Retrieval.NONE), key=lambda job: job.created_at, default=None)


def read_slice(vault: str, job: InventoryJob, start: int) -> tuple[list[Listed], int]:
    """Archives of the list from byte `start` on, and where the next slice starts (`size`: that was all).

    Raises ClientError if the list has expired.
    """
    end = min(start + SLICE_BYTES, job.size)
    wanted = f"bytes={start}-{end - 1}"
    answer = aws.client("glacier").get_job_output(vaultName=vault, jobId=job.job_id, range=wanted)
    content: bytes = answer["body"].read(SLICE_BYTES)
    if end < job.size:
        content = content[: content.rfind(b"\n") + 1]
        if not content:
            raise RetryableError("A line of a vault's inventory is too long.", code="inventory_unreadable")
        end = start + len(content)
    return [row for line in content.decode("utf-8", "replace").splitlines() if (row := _row(line))], end


def _row(line: str) -> Listed | None:
    """A line, or None for the titles and for what is no line of an inventory."""
    fields = next(csv.reader([line], doublequote=False, escapechar="\\"), [])
    if len(fields) != COLUMNS or fields[0] == "ArchiveId":
        return None
    return Listed(fields[0], fields[1], _seconds(fields[2]))


def _seconds(date: str) -> float:
    return datetime.fromisoformat(date).timestamp()
