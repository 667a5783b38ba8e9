"""What lies in a simulated vault: archives, uploads in parts, retrieval jobs, and how Glacier describes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pipeline import clock
from pipeline.archive.stores.tree_hash import BLOCK_BYTES, tree_hash_of
from util_jobs.faults.as_it_is_answers import Answer, refusal


@dataclass(frozen=True)
class Archive:
    """One archive of a vault."""

    vault: str
    archive_id: str
    description: str
    content: bytes
    created_at: float

    @property
    def tree_hash(self) -> str:
        """Hexadecimal."""
        return tree_hash_of(self.content)


@dataclass(frozen=True)
class Job:
    """A retrieval; the archive is the one of the time when it was asked for."""

    job_id: str
    archive: Archive
    tier: str
    started_at: float
    ready_at: float
    fails: bool

    @property
    def status(self) -> str:
        """Glacier's StatusCode at this moment."""
        if clock.now() < self.ready_at:
            return "InProgress"
        return "Failed" if self.fails else "Succeeded"


@dataclass
class Upload:
    """An upload in parts, by the first byte of each."""

    vault: str
    description: str
    part_bytes: int
    parts: dict[int, bytes] = field(default_factory=dict)


def is_aligned(start: int, end: int, size: int) -> bool:
    """Whether a range is a branch of the hash's tree (docs: "tree-hash aligned ranges")."""
    blocks = -(-(end - start) // BLOCK_BYTES)
    whole_branch = end == size or (blocks.bit_count() == 1 and (end - start) % BLOCK_BYTES == 0)
    branch_bytes = BLOCK_BYTES * (1 << (blocks - 1).bit_length())
    return start % branch_bytes == 0 and whole_branch


def content_of(body: Any) -> bytes:
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    position = body.tell()
    content = bytes(body.read())
    body.seek(position)
    return content


def described(job: Job) -> dict[str, Any]:
    done = job.status != "InProgress"
    return {
        "JobId": job.job_id,
        "Action": "ArchiveRetrieval",
        "ArchiveId": job.archive.archive_id,
        "VaultARN": f"arn:aws:glacier:us-east-1:123456789012:vaults/{job.archive.vault}",
        "CreationDate": glacier_date(job.started_at),
        "Completed": done,
        "StatusCode": job.status,
        "ArchiveSizeInBytes": len(job.archive.content),
        "ArchiveSHA256TreeHash": job.archive.tree_hash,
        "RetrievalByteRange": f"0-{len(job.archive.content) - 1}",
        "Tier": job.tier,
        **({"CompletionDate": glacier_date(job.ready_at)} if done else {}),
    }


def glacier_date(seconds: float) -> str:
    """A time as Glacier writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def absent(message: str) -> Answer:
    return refusal(404, "ResourceNotFoundException", message)


def invalid(message: str) -> Answer:
    return refusal(400, "InvalidParameterValueException", message)
