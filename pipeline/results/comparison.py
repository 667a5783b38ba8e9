"""What changed between two results of the same file: counts by column, and the values before and after (C45)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipeline.errors import InputError, LimitError, RetryableError
from pipeline.jobs.model import Job
from pipeline.results import cache, connection
from pipeline.results.comparison_table import LAYOUT, write_table
from pipeline.results.table_schema import row_count
from pipeline.settings import get_settings

_KIND = "CASE WHEN before IS NULL THEN 'added' WHEN after IS NULL THEN 'removed' ELSE 'changed' END"


@dataclass(frozen=True)
class ColumnChanges:
    """Alleles whose value in one column differs: another one, a new one, or none any more."""

    column: str
    changed: int
    added: int
    removed: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.changed + self.added + self.removed


@dataclass(frozen=True)
class Comparison:
    """`alleles` of the file, `changed_alleles` with at least one difference, and the columns that have any."""

    alleles: int
    changed_alleles: int
    columns: list[ColumnChanges]

    @property
    def changes(self) -> int:
        """Differing values in all."""
        return sum(column.total for column in self.columns)


@dataclass(frozen=True)
class ChangeBlock:
    """Consecutive rows of the table of changes and how many it has in all."""

    rows: list[dict[str, Any]]
    total: int


@contextmanager
def _table(old: Job, new: Job) -> Iterator[tuple[Path, int]]:
    """The table of changes and the number of alleles, both kept in place while the block runs."""
    with (
        cache.opened(old, "variants") as before,
        cache.opened(new, "variants") as after,
        cache.derived((old, new), LAYOUT, lambda target: write_table(before, after, target)) as path,
    ):
        yield path, row_count(str(after))


def compare(old: Job, new: Job) -> Comparison:
    """What changed from `old` to `new`, by column. Raises InputError (`different_input`), ConflictError (no result)."""
    sql = f"SELECT what, {_KIND} AS kind, count(*) FROM read_parquet($path) GROUP BY ALL"
    with _table(old, new) as (path, alleles):
        counts: dict[int, dict[str, int]] = {}
        for what, kind, count in connection.rows(sql, {"path": str(path)}):
            counts.setdefault(what, {})[kind] = count
        changed = connection.rows("SELECT count(DISTINCT rid) FROM read_parquet($path)", {"path": str(path)})
        names = _columns(path)
    columns = [
        ColumnChanges(names[what], *(counts[what].get(kind, 0) for kind in ("changed", "added", "removed")))
        for what in sorted(counts)
    ]
    return Comparison(alleles, changed[0][0], columns)


def read(old: Job, new: Job, start: int, count: int, column: str | None = None) -> ChangeBlock:
    """Rows `start` (0-based) to `start + count` of the changes, of one column or of all; at most `table_block_rows`."""
    if start < 0 or not 0 < count <= get_settings().table_block_rows:
        raise InputError(
            f"Ask for 1 to {get_settings().table_block_rows:,} rows (table_block_rows) from row 0 on.", code="bad_block"
        )
    with _table(old, new) as (path, _):
        rows, total = _rows(path, start, count, column, get_settings().table_cell_letters)
    return ChangeBlock(rows, total)


def all_rows(old: Job, new: Job, column: str | None = None) -> Iterator[list[dict[str, Any]]]:
    """Every row with its values whole, block by block. Raises LimitError over `compare_download_rows`, at the start."""
    limit, at_once = get_settings().compare_download_rows, 50 * get_settings().table_block_rows
    with _table(old, new) as (path, _):
        _, total = _rows(path, 0, 1, column, 0)
    if total > limit:
        raise LimitError(
            f"{total:,} values differ; one download holds at most {limit:,} (compare_download_rows). "
            "Choose one kind of change, or download both tables of variants.",
            code="too_many_rows",
        )
    return _blocks(old, new, column, total, at_once)


def _blocks(old: Job, new: Job, column: str | None, total: int, at_once: int) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, total, at_once):
        with _table(old, new) as (path, _):
            yield _rows(path, start, at_once, column, 0)[0]


def _columns(path: Path) -> list[str]:
    """Names of the compared columns: the table holds their numbers."""
    metadata = pq.read_schema(path).metadata or {}
    if b"columns" not in metadata:
        raise RetryableError("The comparison could not be read. Try again.", code="result_unreadable")
    return [str(name) for name in json.loads(metadata[b"columns"])]


def _rows(path: Path, start: int, count: int, column: str | None, letters: int) -> tuple[list[dict[str, Any]], int]:
    """Rows by their running number, which costs the same at any depth; `letters` 0 leaves long values whole."""
    names = _columns(path)
    if column is not None and column not in names:
        raise InputError("The comparison has no such column.", code="bad_column")
    number, chosen = ("n", "true") if column is None else ("m", "what = $what")
    sql = (
        f"SELECT n, chrom, pos, {_cut('ref')}, {_cut('alt')}, gene, what, {_KIND} AS kind, "
        f"{_cut('before')}, {_cut('after')} FROM read_parquet($path) "
        f"WHERE {chosen} AND {number} >= $start AND {number} < $stop ORDER BY n"
    )
    parameters: dict[str, Any] = {"path": str(path), "start": start, "stop": start + count, "letters": letters}
    total_sql = f"SELECT count(*) FROM read_parquet($path) WHERE {chosen}"
    of_column = {} if column is None else {"what": names.index(column)}
    total = connection.rows(total_sql, {"path": str(path)} | of_column)[0][0]
    rows = connection.records(sql, parameters | of_column)
    return [row | {"what": names[row["what"]]} for row in rows], total


def _cut(name: str) -> str:
    """The SQL of a text cell: a long one is cut, with a note of its length (C44)."""
    note = f"'… (' || format('{{:,}}', length({name})) || ' letters)'"
    return (
        f"CASE WHEN $letters > 0 AND length({name}) > $letters THEN left({name}, $letters) || {note} "
        f"ELSE {name} END AS {name}"
    )
