"""A file in the archive, as the job's record knows it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

# What moves; the log, the summary and the manifest stay readable.
MOVING_ROLES = ("vcf", "index", "variants", "consequences", "genotypes")


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
