"""JSON lines: an object for each row; an empty cell, and what is no number (NaN, infinity), is null."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.exports.columns import ExportColumn
from pipeline.exports.contents import Contents
from pipeline.exports.formats.lines import write_lines
from pipeline.results.table_schema import identifier


def write_jsonl(contents: Contents, target: Path) -> int:
    """One object a line with every chosen column; the number of rows."""
    parts = []
    for number, column in enumerate(contents.columns):
        before = ("{" if number == 0 else ",") + json.dumps(column.name) + ":"
        parts.append(f"{_literal(before)}, coalesce({_value(column)}, 'null')")
    return write_lines(contents, target, b"", f"concat({', '.join(parts)}, '}}' || chr(10))")


def _value(column: ExportColumn) -> str:
    value = f"v.{identifier(column.name)}"
    if column.is_text:
        return f"to_json({value}::VARCHAR)::VARCHAR"
    if column.is_decimal:  # the shortest text that is this number, which to_json does not take for FLOAT
        return f"CASE WHEN isfinite({value}) THEN {value}::VARCHAR END"
    if column.is_nested or column.type not in NUMBERS:
        return f"to_json({value})::VARCHAR"
    return f"{value}::VARCHAR"


NUMBERS = {
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "BOOLEAN"),
}


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
