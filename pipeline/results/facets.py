"""What a filter can be built of: the values of a text column with their counts, the extremes of a column of numbers."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import InputError
from pipeline.jobs.model import Job
from pipeline.results import connection
from pipeline.results.filters.model import MOST_TEXT, NOTHING, Group
from pipeline.results.filters.reading import FilterError
from pipeline.results.filters.values import terms_of
from pipeline.results.matches import Source, matching
from pipeline.results.result_table import Tagged

MOST_VALUES = 500  # of one answer: a list that somebody looks through
MOST_COUNTED = 200_000  # distinct values; those of a column with more are found by a text, and not counted


@dataclass(frozen=True)
class Value:
    """One value (None: an empty cell) and the variants that have it; None where there are too many to be counted."""

    value: str | None
    variants: int | None


@dataclass(frozen=True)
class Values:
    """The most frequent values first; `distinct` is how many fit the search in all, None where nobody counted."""

    values: list[Value]
    distinct: int | None

    @property
    def are_all(self) -> bool:
        """True if there are no others."""
        return self.distinct is not None and len(self.values) == self.distinct


@dataclass(frozen=True)
class Extent:
    """The least and the greatest number of a column (None: it has no number), and how many cells show none."""

    least: float | None
    greatest: float | None
    unknown: int


def values(
    job: Job,
    column: str,
    search: str = "",
    *,
    terms: bool = False,
    most: int = 100,
    group: Group = NOTHING,
    tagged: Tagged | None = None,
) -> Values:
    """Values of a column that hold the text `search` (in capitals or not), among the variants that the filter `group`
    lets through. With `terms` the terms of the cells, as `OneOf.terms` has them.

    Raises `FilterError` where there is no such column, `InputError` (`bad_facet`) for more than `MOST_VALUES`.
    """
    if not 0 < most <= MOST_VALUES or len(search) > MOST_TEXT:
        raise InputError(
            f"Ask for 1 to {MOST_VALUES:,} values with a text of at most {MOST_TEXT:,} letters.", code="bad_facet"
        )
    with matching(job, group, tagged) as source:
        text = f"CAST({source.table.column(column)} AS VARCHAR)"
        if _distinct(source, column) > MOST_COUNTED:
            return _uncounted(source, text, search, most)
        return _counted(source, text, search, terms, most)


def _distinct(source: Source, column: str) -> int:
    """About how many values the column of the whole result has."""
    asked = f"SELECT approx_count_distinct({source.table.column(column)}) FROM read_parquet($path) v"
    return int(connection.rows(asked, source.parameters)[0][0])


def _counted(source: Source, text: str, search: str, terms: bool, most: int) -> Values:
    by_cell = f"SELECT {text} AS cell, count(*) AS n FROM {source.quick} GROUP BY cell"
    of_cells = f"SELECT unnest(list_distinct({terms_of('cell')})) AS value, n FROM ({by_cell}) WHERE cell IS NOT NULL"
    empty = f"SELECT NULL, n FROM ({by_cell}) WHERE cell IS NULL"
    found = f"{of_cells} UNION ALL {empty}" if terms else f"SELECT cell AS value, n FROM ({by_cell})"
    sql = f"""
        SELECT value, sum(n)::BIGINT AS n, count(*) OVER () FROM ({found})
        WHERE $search = '' OR contains(lower(value), lower($search)) GROUP BY value ORDER BY n DESC, value LIMIT $most
    """
    rows = connection.rows(sql, source.parameters | {"search": search, "most": most})
    return Values([Value(value, n) for value, n, _ in rows], rows[0][2] if rows else 0)


def _uncounted(source: Source, text: str, search: str, most: int) -> Values:
    """Those that are found first: of a column with hardly any value twice, counts would say nothing."""
    if not search:
        return Values([], None)
    sql = f"""
        SELECT DISTINCT value FROM (
            SELECT {text} AS value FROM {source.sql} WHERE contains(lower({text}), lower($search)) LIMIT $most
        ) ORDER BY value
    """
    return Values(
        [Value(v, None) for (v,) in connection.rows(sql, source.parameters | {"search": search, "most": most})], None
    )


def extent(job: Job, column: str, group: Group = NOTHING, tagged: Tagged | None = None) -> Extent:
    """The extremes of a column of numbers among the variants that the filter lets through.

    Raises `FilterError` where there is no such column, or it holds text.
    """
    with matching(job, group, tagged) as source:
        number = source.table.column(column)
        if source.table.kind(column) == "text":
            raise FilterError(f"The column {column} holds text: it has no extremes.")
        if source.table.kind(column) == "decimal":
            number = f"CASE WHEN isfinite({number}) THEN {number} END"
        sql = f"SELECT min({number}), max({number}), count(*) - count({number}) FROM {source.quick}"
        return Extent(*connection.rows(sql, source.parameters)[0])
