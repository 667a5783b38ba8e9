"""Text of VCF fields as numbers; what is not a number becomes null, never an error."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

INTEGER = r"^[+-]?\d{1,18}$"
DECIMAL = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$"


def integers(texts: pa.StringArray) -> pa.Int64Array:
    """Whole numbers; a decimal, `.` or anything else is null."""
    return _each_once(texts, lambda distinct: _matching(distinct, INTEGER).cast(pa.int64()))


def decimals(texts: pa.StringArray) -> pa.DoubleArray:
    """Finite decimal numbers; `.`, nan, inf and anything else are null."""
    return _matching(texts, DECIMAL).cast(pa.float64())


def _each_once(texts: pa.StringArray, read: Callable[[pa.StringArray], pa.Array]) -> pa.Array:
    """Read each distinct text once: counts and depths come again and again."""
    encoded = texts.dictionary_encode()
    return read(encoded.dictionary).take(encoded.indices)


def _matching(texts: pa.StringArray, pattern: str) -> pa.StringArray:
    return pc.if_else(pc.match_substring_regex(texts, pattern), texts, None)
