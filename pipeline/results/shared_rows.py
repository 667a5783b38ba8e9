"""Rows of the table of shared variants, each with what each result says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.results import connection
from pipeline.results.shared_table import DIFFERING, Part
from pipeline.results.table_schema import identifier

WHOLE = 2**31 - 1  # letters: no text is longer


def numbered(path: str, parts: Sequence[Part], numbers: Sequence[int], letters: int = WHOLE) -> list[dict[str, Any]]:
    """The rows with these ascending numbers. Of longer texts the first `letters`, and of an allele how many it has."""
    if not numbers:
        return []
    asked = (
        "SELECT * REPLACE (left(ref, $letters) AS ref, left(alt, $letters) AS alt), length(ref) AS ref_letters, "
        "length(alt) AS alt_letters FROM read_parquet($path) WHERE n >= $first AND n <= $last "
        "AND n IN (SELECT unnest($numbers)) ORDER BY n"
    )
    bounds = {"path": path, "letters": letters, "first": numbers[0], "last": numbers[-1], "numbers": list(numbers)}
    rows = connection.records(asked, bounds)
    for allele in ("ref", "alt"):
        for row in rows:
            length = row.pop(f"{allele}_letters")
            row[allele] += f"… ({length:,} letters)" if length > letters else ""
    told = [_told(part, [row[f"r{number}"] for row in rows], letters) for number, part in enumerate(parts)]
    return [
        {name: value for name, value in row.items() if not _is_rid(name)}
        | {"told": [said.get(row[f"r{number}"]) for number, said in enumerate(told)]}
        for row in rows
    ]


def _is_rid(name: str) -> bool:
    return name[:1] == "r" and name[1:].isdigit()


def _told(part: Part, rids: Sequence[int | None], letters: int) -> dict[int | None, dict[str, Any]]:
    """What a result says of its rows, by row number; without a row number nothing."""
    wanted = [rid for rid in rids if rid is not None]
    if not wanted:
        return {}
    cells = ", ".join(
        f"left(CAST({identifier(column)} AS VARCHAR), $letters) AS {name}" if column else f"NULL AS {name}"
        for column, name in zip(part.columns, DIFFERING, strict=True)
    )
    asked = (
        f"SELECT rid, {cells} FROM read_parquet($path) WHERE rid >= $first AND rid <= $last "
        "AND rid IN (SELECT unnest($rids))"
    )
    bounds = {"path": part.path, "first": min(wanted), "last": max(wanted), "rids": wanted}
    found = connection.records(asked, bounds | {"letters": letters})
    return {row.pop("rid"): row for row in found}
