"""What values of a filter become in SQL: of the column's type, terms of a cell, contigs under each of their names."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pipeline.results.filters.model import Region
from pipeline.results.filters.reading import FilterError
from pipeline.results.filters.table import Table

MOST_INTEGER = 2**63 - 1
SEPARATORS = "/;|,"  # of terms, beside &: ClinVar's and other sources' ways to say more than one thing


def typed(value: str, table: Table, column: str) -> str | int | float:
    """A value as the column holds it. FilterError where it holds none like it."""
    kind = table.kind(column)
    try:
        if kind == "text":
            return value
        number = int(value) if kind == "integer" else float(value)
    except ValueError as error:
        raise FilterError(f"The column {column} holds numbers; {value!r} is none.") from error
    if not math.isfinite(number) or (kind == "integer" and abs(number) > MOST_INTEGER):
        raise FilterError(f"The column {column} holds no number like {value!r}.")
    return number


def whole(number: int) -> int:
    """The number, or the nearest one that a column of whole numbers can hold."""
    return max(-MOST_INTEGER, min(MOST_INTEGER, number))


def terms_of(text: str) -> str:
    """SQL of the terms of a cell: split at `&`, and at what sources put between theirs."""
    return f"string_split(translate(replace({text}, '; ', '&'), '{SEPARATORS}', '{'&' * len(SEPARATORS)}'), '&')"


def namings(contig: str) -> tuple[str, ...]:
    """The contig's name with and without `chr`, and the other names of the mitochondrial genome: the file has one."""
    plain = contig.removeprefix("chr")
    same = ("MT", "M") if plain in ("MT", "M") else (plain,)
    return tuple(dict.fromkeys((contig, *(f"{prefix}{name}" for name in same for prefix in ("", "chr") if name))))


def disjoint(regions: Sequence[Region]) -> list[tuple[str, int, int]]:
    """The same stretches, under every naming of their contigs, with those that overlap made one."""
    found: list[tuple[str, int, int]] = []
    for name, start, end in sorted((n, r.start, r.end) for r in regions for n in namings(r.contig)):
        if found and found[-1][0] == name and found[-1][2] >= start - 1:
            found[-1] = (name, found[-1][1], max(found[-1][2], end))
        else:
            found.append((name, start, end))
    return found
