"""A file in the archive, as the job's record knows it, and what its key tells."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

# What moves; the log, the summary and the manifest stay readable.
MOVING_ROLES = ("vcf", "index", "variants", "consequences", "genotypes")

# `storage.archive_key`: made of our own ids only, so that it may be read back.
_ARCHIVE_KEY = re.compile(r"archive/([A-Za-z0-9_-]{1,64})/([A-Za-z0-9_-]{1,64})/(\d+)/([a-z]+)")


@dataclass(frozen=True)
class ArchiveKey:
    """What the key (in a vault: the description) of an archived file tells: whose it is, and which move made it."""

    user_id: str
    job_id: str
    version: int
    role: str


def archive_key_of(key: str) -> ArchiveKey | None:
    """The parts of a `storage.archive_key`; None for any other text."""
    found = _ARCHIVE_KEY.fullmatch(key)
    return ArchiveKey(found[1], found[2], int(found[3]), found[4]) if found else None


@dataclass(frozen=True)
class ArchivedFile:
    """`archive_id` is a key in the bucket `bucket` (store `s3`), or an archive's id in the vault `bucket` (`vault`).

    `size` is in bytes and `sha256` the hexadecimal digest of the content; both were confirmed when it was stored.
    """

    role: str
    store: str
    bucket: str
    archive_id: str
    size: int
    sha256: str

    def as_dict(self) -> dict[str, Any]:
        """For the record."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ArchivedFile:
        """From the record."""
        return cls(**values)
