"""Histograms of numbers: quality, depth, genotype quality. The bins are those of the whole file, under every filter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from pipeline.results import connection
from pipeline.results.counted import counts
from pipeline.results.matches import Source
from pipeline.results.table_schema import identifier

BINS = 50  # about
QUANTILE = 0.995  # what is greater shares the last bin


@dataclass(frozen=True)
class Bin:
    """Rows from `least` to less than `most`; the last one has no upper end (None)."""

    least: float
    most: float | None
    rows: int


@dataclass(frozen=True)
class Histogram:
    """Rows by the number in a column; `whole` tells that these are whole numbers."""

    column: str
    bins: list[Bin]
    unknown: int
    whole: bool


def histogram(source: Source, column: str) -> Histogram:
    """Of a column of numbers of the variants. FilterError where there is no such column."""
    source.table.column(column)
    whole = source.table.kind(column) == "integer"
    low, width, count = _bins(source.parameters["path"], column, whole)
    found = dict(counts(source, _number(identifier(column)), low=low, width=width, last=count - 1))
    return _histogram(column, found, (low, width, count), whole)


def of_calls(source: Source, calls: str, column: str) -> Histogram:
    """Of a column of the calls (`calls`: path of genotypes.parquet) of the variants that match."""
    low, width, count = _bins(calls, column, False)
    among = "" if source.count == source.total else f"SEMI JOIN (SELECT rid FROM {source.sql}) m ON g.rid = m.rid"
    sql = (
        f"SELECT {_number(f'g.{identifier(column)}')} AS bin, count(*) FROM read_parquet($calls) g {among} GROUP BY bin"
    )
    parameters = {"calls": calls, "low": low, "width": width, "last": count - 1}
    found = dict(connection.rows(sql, parameters | (source.parameters if among else {})))
    return _histogram(column, found, (low, width, count), False)


def _number(value: str) -> str:
    """The bin of a value; NULL where there is none."""
    floored = f"floor(({value} - $low) / $width)"
    return f"CASE WHEN isfinite({value}::DOUBLE) THEN least(greatest({floored}, 0), $last)::INTEGER END"


def _histogram(column: str, found: dict[int | None, int], bins: tuple[float, float, int], whole: bool) -> Histogram:
    low, width, count = bins
    made = [
        Bin(low + number * width, low + (number + 1) * width if number < count - 1 else None, found.get(number, 0))
        for number in range(count)
    ]
    return Histogram(column, made, found.get(None, 0), whole)


@lru_cache(maxsize=256)  # a cached table never changes
def _bins(path: str, column: str, whole: bool) -> tuple[float, float, int]:
    """Lowest edge, width and number of the bins, for the whole table."""
    value = f"CASE WHEN isfinite({identifier(column)}::DOUBLE) THEN {identifier(column)}::DOUBLE END"
    sql = f"SELECT min({value}), max({value}), approx_quantile({value}, {QUANTILE}) FROM read_parquet($path)"
    least, most, usual = connection.rows(sql, {"path": path})[0]
    if least is None:
        return 0.0, 1.0, 1
    low = min(0.0, least) if least < 0 or least < usual / 2 else least
    width = _round((usual - low) / BINS, whole) if usual > low else _round(max(abs(low), 1) / BINS, whole)
    low = math.floor(low / width) * width
    return low, width, max(1, min(math.floor((usual - low) / width), math.floor((most - low) / width)) + 1)


def _round(ideal: float, whole: bool) -> float:
    """The nearest round number (1, 2 or 5 times a power of ten) that is not less; whole numbers are in bins of whole
    numbers."""
    if whole and ideal <= 1:
        return 1.0
    power = 10 ** math.floor(math.log10(ideal)) if ideal > 0 else 1
    return float(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= ideal * 0.999999))
