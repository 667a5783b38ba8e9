"""One export: what its user asked for, how far it is, and where its files lie until they expire."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from pipeline.errors import LimitError, MalformedRecordError
from pipeline.results.filters.model import Group
from pipeline.results.filters.reading import MOST_BYTES, as_document, read_filter

MOST_PACKED = 200 * 1024  # letters; DynamoDB: a record has at most 400 KB


class ExportState(StrEnum):
    """PENDING → RUNNING → READY or FAILED; PENDING and RUNNING may become CANCELLED; RUNNING may be PENDING again."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    READY = "READY"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


ACTIVE = (ExportState.PENDING, ExportState.RUNNING)


@dataclass(frozen=True)
class Export:
    """A record of the table `exports`. Times are epoch seconds, UTC.

    `words` is the filter as people read it, shortened; `columns` None: all of them. `total` is the number of rows that
    match; `rows` how many are written so far.
    `files` has, by role (`file`, and `index` of a VCF), key, size in bytes, sha256 and name of each stored file.
    """

    user_id: str
    export_id: str
    job_id: str
    format: str
    packed_filter: str
    file_name: str
    total: int
    state: ExportState
    created_at: int
    columns: list[str] | None = None
    words: str = ""
    attempt: int = 0
    failures: int = 0
    lost_leases: int = 0
    announcements: int = 0
    lease_owner: str | None = None
    lease_expires_at: int | None = None
    rows: int = 0
    percent: float = 0.0
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    error: dict[str, Any] | None = None
    ended_at: int | None = None
    expires_at: int | None = None
    sweep_bucket: str | None = None
    sweep_at: int | None = None

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Export:
        """The export in a record. MalformedRecordError for one that this version cannot read."""
        known = {f.name for f in fields(cls)}
        try:
            values = {k: v for k, v in record.items() if k in known}
            return cls(**{**values, "state": ExportState(record["state"])})
        except (KeyError, TypeError, ValueError) as error:
            raise MalformedRecordError("This export's record cannot be read by this version.") from error

    @property
    def key(self) -> dict[str, str]:
        """Primary key of the record."""
        return {"user_id": self.user_id, "export_id": self.export_id}

    @property
    def is_active(self) -> bool:
        """True while it waits or is being made."""
        return self.state in ACTIVE

    @property
    def group(self) -> Group:
        """The filter."""
        return unpacked(self.packed_filter)


def packed(group: Group) -> str:
    """A filter as text that a record can hold. LimitError for one that is too large."""
    text = base64.b64encode(zlib.compress(json.dumps(as_document(group)).encode(), 9)).decode()
    if len(text) > MOST_PACKED:
        raise LimitError(
            f"The filter is too large for an export: packed it has {len(text):,} letters, and {MOST_PACKED:,} are the "
            "most. Shorten its lists of genes or regions.",
            code="filter_too_large",
        )
    return text


def unpacked(text: str) -> Group:
    """The filter in such a text."""
    try:
        return read_filter(zlib.decompressobj().decompress(base64.b64decode(text), MOST_BYTES + 1))
    except (binascii.Error, zlib.error) as error:
        raise MalformedRecordError("This export's filter cannot be read by this version.") from error
