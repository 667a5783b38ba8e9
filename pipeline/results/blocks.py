"""Rows of the variant table, a block at a time: in file order by row number, or sorted by one column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.errors import InputError
from pipeline.jobs.model import Job
from pipeline.results import cache, connection
from pipeline.results.columns import ROW_NUMBER, Column, Descriptions, kind_of, placed
from pipeline.results.table_schema import identifier, row_count, types_of
from pipeline.settings import get_settings

# Severity first when sorted ascending; Ensembl's four classes.
_IMPACT_RANK = "list_position(['HIGH', 'MODERATE', 'LOW', 'MODIFIER'], impact)"
# Contigs are ordered as in the file, which is sorted by contig and position: its row number says it.
_SORT_KEYS = {"chrom": ROW_NUMBER, "impact": _IMPACT_RANK}


@dataclass(frozen=True)
class Sort:
    """Order by one column; empty cells come last either way."""

    column: str
    descending: bool = False


@dataclass(frozen=True)
class Block:
    """Consecutive rows (each with `rid`) and how many the table has in all."""

    rows: list[dict[str, Any]]
    total: int


def columns(job: Job, descriptions: Descriptions | None = None) -> list[Column]:
    """The columns of a job's variant table in the order of the page; `descriptions` are those of its sources."""
    with cache.opened(job, "variants") as path:
        return placed(types_of(str(path)), descriptions)


def total(job: Job) -> int:
    """How many rows (alternate alleles) the table has."""
    with cache.opened(job, "variants") as path:
        return row_count(str(path))


def read(job: Job, start: int, count: int, sort: Sort | None = None) -> Block:
    """Rows `start` (0-based) to `start + count` of a job's variant table; at most `table_block_rows` of them."""
    if start < 0 or not 0 < count <= get_settings().table_block_rows:
        raise InputError(
            f"Ask for 1 to {get_settings().table_block_rows:,} rows (table_block_rows) from row 0 on.", code="bad_block"
        )
    with cache.opened(job, "variants") as path:
        types = types_of(str(path))
        if sort is None:
            return Block(_rows_between(str(path), types, start, count), row_count(str(path)))
        return Block(_rows_sorted(str(path), types, start, count, sort), row_count(str(path)))


def _cell(column: Column) -> str:
    """The SQL of a cell: long text cut with a note of its length, no NaN or infinity (JSON has none)."""
    name = identifier(column.name)
    if column.kind == "decimal":
        return f"CASE WHEN isfinite({name}) THEN {name} END AS {name}"
    if column.kind == "integer":
        return name
    text = f"CAST({name} AS VARCHAR)"
    note = f"'… (' || format('{{:,}}', length({text})) || ' letters)'"
    return f"CASE WHEN length({text}) > $letters THEN left({text}, $letters) || {note} ELSE {text} END AS {name}"


def _select(types: dict[str, str]) -> str:
    return ", ".join([ROW_NUMBER, *(_cell(column) for column in placed(types))])


def _rows_between(path: str, types: dict[str, str], start: int, count: int) -> list[dict[str, Any]]:
    sql = f"SELECT {_select(types)} FROM read_parquet($path) WHERE rid >= $start AND rid < $stop ORDER BY rid"
    parameters = {"path": path, "start": start, "stop": start + count, "letters": get_settings().table_cell_letters}
    return connection.records(sql, parameters)


def _sort_key(name: str, duckdb_type: str) -> str:
    """What to order by; what the table shows as empty (NaN, infinity) counts as empty."""
    plain = _SORT_KEYS.get(name, identifier(name))
    return f"CASE WHEN isfinite({plain}) THEN {plain} END" if kind_of(duckdb_type) == "decimal" else plain


def _rows_sorted(path: str, types: dict[str, str], start: int, count: int, sort: Sort) -> list[dict[str, Any]]:
    """Sort row numbers only, then fetch the rows of the block: five times faster on millions of rows."""
    if sort.column not in types:
        raise InputError("The table has no such column to sort by.", code="bad_sort")
    key = _sort_key(sort.column, types[sort.column])
    direction = "DESC" if sort.descending else "ASC"
    order = connection.rows(
        f"SELECT rid FROM read_parquet($path) ORDER BY {key} {direction} NULLS LAST, rid LIMIT $count OFFSET $start",
        {"path": path, "start": start, "count": count},
    )
    numbers = [rid for (rid,) in order]
    sql = f"SELECT {_select(types)} FROM read_parquet($path) WHERE rid IN (SELECT unnest($rids))"
    found = connection.records(sql, {"path": path, "rids": numbers, "letters": get_settings().table_cell_letters})
    by_number = {row[ROW_NUMBER]: row for row in found}
    return [by_number[rid] for rid in numbers]
