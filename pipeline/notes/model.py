"""What a note is: a tag and a text on one variant of one job."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from pipeline.errors import InputError, LimitError
from pipeline.settings import get_settings

NO_TAG = "none"
TAGS = {"likely_causal": "Likely causal", "artefact": "Artefact", "to_confirm": "To confirm", NO_TAG: "No tag"}
MOST_KEY_BYTES = 900  # DynamoDB: a sort key has at most 1,024 bytes


@dataclass(frozen=True)
class Note:
    """A note as it is stored. `rids` are the rows (0-based) that hold the variant: several where the file repeats it.

    `version` is another one after each write; `by` is the id of the user who wrote it, `at` when (UTC epoch seconds).
    """

    job_id: str
    variant: str
    rids: list[int]
    tag: str
    text: str
    version: str
    by: str
    at: int

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Note:
        """From the table's record."""
        texts = {name: str(record.get(name, "")) for name in ("job_id", "variant", "tag", "text", "version", "by")}
        return cls(rids=[int(rid) for rid in record.get("rids", [])], at=int(record.get("at", 0)), **texts)


def variant_key(chrom: str, pos: int, ref: str, alt: str) -> str:
    """`chrom:pos:ref:alt` (1-based, as in the table); what is too long for a key is told by its SHA-256 instead."""
    whole = f"{chrom}:{pos}:{ref}:{alt}"
    raw = whole.encode("utf-8", "surrogatepass")
    return whole if len(raw) <= MOST_KEY_BYTES else f"sha256:{hashlib.sha256(raw).hexdigest()}"


def checked(tag: object, text: object) -> tuple[str, str]:
    """Tag and text as they are stored. Raises InputError (`bad_note`) or LimitError (`note_too_long`)."""
    if not isinstance(tag, str) or tag not in TAGS:
        raise InputError("Choose one of the tags.", code="bad_note")
    if not isinstance(text, str):
        raise InputError("Write the note as text.", code="bad_note")
    # A lone surrogate is no letter: DynamoDB takes none.
    text = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").strip()
    most = get_settings().max_note_letters
    if len(text) > most:
        raise LimitError(
            f"The note has {len(text):,} letters; there is room for {most:,} (max_note_letters).", code="note_too_long"
        )
    return tag, text
