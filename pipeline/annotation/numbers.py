"""Text of VCF fields as numbers; what is not a number becomes null, never an error."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

INTEGER = r"^[+-]?\d{1,18}$"
DECIMAL = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$"


def integers(texts: pa.StringArray) -> pa.Int64Array:
    """Whole numbers; a decimal, `.` or anything else is null."""
    return _matching(texts, INTEGER).cast(pa.int64())


def decimals(texts: pa.StringArray) -> pa.DoubleArray:
    """Finite decimal numbers; `.`, nan, inf and anything else are null."""
    return _matching(texts, DECIMAL).cast(pa.float64())


def _matching(texts: pa.StringArray, pattern: str) -> pa.StringArray:
    return pc.if_else(pc.match_substring_regex(texts, pattern), texts, None)
