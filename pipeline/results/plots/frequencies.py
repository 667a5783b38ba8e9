"""How frequent the alleles are, in bins of equal width on the logarithmic scale."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pipeline.jobs.model import Job
from pipeline.results import cache, connection
from pipeline.results.counted import counts
from pipeline.results.filters.presets import frequency_column
from pipeline.results.filters.table import Table
from pipeline.results.matches import Source
from pipeline.results.table_schema import identifier

OWN = "af"  # of the file itself
BINS_A_DECADE = 4
LOWEST = -8 * BINS_A_DECADE  # whatever is rarer than 10⁻⁸ is in this bin
_FREQUENCY = re.compile(r"(^|_)af($|_)", re.IGNORECASE)


@dataclass(frozen=True)
class FrequencyBin:
    """Variants whose frequency is at least `least`, and less than `most` (the last one: up to 1, included)."""

    least: float
    most: float
    variants: int


@dataclass(frozen=True)
class Frequencies:
    """Variants by a frequency. `zero`: the source knows the allele, nobody has it; `above_one`: no frequency."""

    column: str
    bins: list[FrequencyBin]
    unknown: int
    zero: int
    above_one: int


def frequency_columns(table: Table) -> list[str]:
    """The columns that hold a frequency: the one that presets use first, the file's own last."""
    names = [name for name in table.types if _FREQUENCY.search(name) and table.kind(name) == "decimal"]
    preferred = frequency_column(table)
    return sorted(names, key=lambda name: (name == OWN, name != preferred, names.index(name)))


def frequency_choices(table: Table, job: Job) -> list[str]:
    """The same without those that are empty throughout the result (a source of other contigs), unless all are."""
    names = frequency_columns(table)
    with cache.opened(job, "variants") as path:
        return [name for name in names if _has_values(str(path), name)] or names


@lru_cache(maxsize=256)  # a cached table never changes
def _has_values(path: str, column: str) -> bool:
    sql = f"SELECT 1 FROM read_parquet($path) WHERE {identifier(column)} IS NOT NULL LIMIT 1"
    return bool(connection.rows(sql, {"path": path}))


def frequencies(source: Source, column: str) -> Frequencies:
    """Variants by the frequency in a column (one of `frequency_columns`). FilterError where there is no such column."""
    value = source.table.column(column)
    number = f"""
        CASE WHEN {value} IS NULL OR NOT isfinite({value}) THEN NULL
            WHEN {value} > 1 THEN 1 WHEN {value} = 1 THEN -1 WHEN {value} <= 0 THEN 0
            ELSE greatest(floor(log10({value}) * {BINS_A_DECADE}), {LOWEST})::INTEGER END
    """
    found = dict(counts(source, number))
    negative = [each for each in found if each is not None and each < 0]
    bins = [FrequencyBin(edge(each), edge(each + 1), found.get(each, 0)) for each in range(min(negative, default=0), 0)]
    return Frequencies(column, bins, found.get(None, 0), found.get(0, 0), found.get(1, 0))


def edge(number: int) -> float:
    """The lower edge of a bin; 0 is 1, `-BINS_A_DECADE` is 0.1."""
    return float(10 ** (number / BINS_A_DECADE))
