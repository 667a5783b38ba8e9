"""What an archive can do, whichever it is."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from botocore.exceptions import ClientError

from pipeline import logs
from pipeline.archive.files import ArchivedFile
from pipeline.errors import RetryableError

log = logs.get_logger()


class Retrieval(StrEnum):
    """How far the retrieval of an archived file is."""

    NONE = "NONE"  # never asked for, failed, or its temporary copy has expired
    RUNNING = "RUNNING"
    READY = "READY"


class ArchiveStore(Protocol):
    """Every method may be called again after a crash, and by two workers at once."""

    name: str

    def put(self, bucket: str, key: str, target: str, *, role: str, size: int, sha256: str) -> ArchivedFile:
        """Copy the hot object into the archive under `target` (made of ids); verified before this returns."""
        ...

    def retrieval(self, file: ArchivedFile) -> Retrieval:
        """How far the file's retrieval is."""
        ...

    def request(self, file: ArchivedFile, tier: str) -> str:
        """Ask for a retrieval unless one runs or is ready; gives the tier that was accepted (C27)."""
        ...

    def bring_back(self, file: ArchivedFile, bucket: str, key: str) -> None:
        """Make a READY file an ordinary object again, verified. Raises RetryableError (`not_retrieved`) otherwise."""
        ...

    def remove(self, file: ArchivedFile) -> None:
        """Remove the archived copy; an absent one is fine."""
        ...

    def remove_under(self, prefix: str) -> int:
        """Remove what an abandoned move may have left under its `target`; gives how many things went."""
        ...


def ask_for(file: ArchivedFile, tier: str, refusals: tuple[str, ...], ask: Callable[[str], None]) -> str:
    """Ask by a tier, and by Standard where Expedited is refused with one of these errors, and only then (C27).

    Gives the tier that was accepted."""
    try:
        ask(tier)
    except ClientError as error:
        if tier != "Expedited" or error.response["Error"]["Code"] not in refusals:
            raise
        log.info("expedited_refused", store=file.store, role=file.role, archive_id=file.archive_id)
        ask("Standard")
        return "Standard"
    return tier


def not_retrieved() -> RetryableError:
    """What `bring_back` raises when the file is not READY (any more); the next look asks for it again (C29)."""
    return RetryableError("The file has not come back from the archive yet. Try again later.", code="not_retrieved")
