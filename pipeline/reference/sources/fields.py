"""The columns of a table as they are converted: where the publisher has them, their types, their values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.numbers import decimals, integers
from pipeline.reference.sources.allele_lines import WantedField

ARROW_TYPES = {"string": pa.string(), "integer": pa.int64(), "float": pa.float64()}
# VCF 4.3, section 1.2
ESCAPES = {
    "%3A": ":",
    "%3B": ";",
    "%3D": "=",
    "%2C": ",",
    "%0D": " ",
    "%0A": " ",
    "%09": " ",
    "%25": "%",
}  # VCF 4.3, 1.2


@dataclass(frozen=True)
class TableField:
    """A column of the table: where the publisher has it, its type, and what is done to its text."""

    name: str
    wanted: WantedField
    type: str
    change: Callable[[pa.StringArray], pa.Array] | None = None


def typed(texts: pa.StringArray, field: TableField, counts: Counter[str]) -> pa.Array:
    """Values of a field: `.` is null, a number that is none is null and counted."""
    texts = pc.if_else(pc.equal(texts, "."), None, texts)
    if field.change is not None:
        return field.change(texts)
    if field.type == "string":
        return unescaped(texts)
    numbers = integers(texts) if field.type == "integer" else decimals(texts)
    counts["not_a_number"] += numbers.null_count - texts.null_count
    return numbers


def unescaped(texts: pa.StringArray) -> pa.StringArray:
    """Percent-encoded characters as themselves (VCF 4.3, section 1.2)."""
    if pc.any(pc.match_substring(texts, "%")).as_py():
        for code, character in ESCAPES.items():
            texts = pc.replace_substring(texts, code, character)
    return texts
