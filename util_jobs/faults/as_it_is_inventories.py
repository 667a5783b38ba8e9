"""Inventories of a simulated vault: a list of its archives in CSV, as of when it was asked for, hours later.

https://docs.aws.amazon.com/amazonglacier/latest/dev/vault-inventory.html. Harder there: the list may be a day old.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline import clock
from util_jobs.faults.as_it_is_vault_things import Archive, glacier_date

TITLES = "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash"


@dataclass(frozen=True)
class Inventory:
    """One inventory that was asked for."""

    job_id: str
    vault: str
    description: str
    started_at: float
    ready_at: float
    content: bytes

    @property
    def status(self) -> str:
        """Glacier's StatusCode at this moment."""
        return "InProgress" if clock.now() < self.ready_at else "Succeeded"


def inventory_of(archives: list[Archive]) -> bytes:
    """The list as Glacier writes it: descriptions quoted, with a backslash before quotes and backslashes."""
    rows = [
        f'{archive.archive_id},"{_escaped(archive.description)}",{glacier_date(archive.created_at)},'
        f"{len(archive.content)},{archive.tree_hash}"
        for archive in archives
    ]
    return "".join(f"{row}\r\n" for row in [TITLES, *rows]).encode()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def described_inventory(job: Inventory) -> dict[str, Any]:
    """As ListJobs tells of it."""
    done = job.status != "InProgress"
    return {
        "JobId": job.job_id,
        "JobDescription": job.description,
        "Action": "InventoryRetrieval",
        "CreationDate": glacier_date(job.started_at),
        "Completed": done,
        "StatusCode": job.status,
        **({"CompletionDate": glacier_date(job.ready_at), "InventorySizeInBytes": len(job.content)} if done else {}),
    }
