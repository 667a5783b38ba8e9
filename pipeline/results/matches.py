"""The variants that a filter lets through: what plots, counts, blocks of rows and exports are asked of.

What ranges, sets and regions let through is found anew for each question, straight from the sorted table. What costs
more (text, genotypes, long lists) is found once and kept as row numbers, for every process of this machine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.jobs.model import Job
from pipeline.results import cache, connection, documents
from pipeline.results.filters.model import (
    Carries,
    Contains,
    Group,
    Inherited,
    InRegions,
    OneOf,
    Part,
    PrivateTo,
)
from pipeline.results.filters.reading import as_document
from pipeline.results.filters.sql import FEW, Where, where
from pipeline.results.filters.table import Table
from pipeline.results.table_schema import row_count, types_of

LAYOUT = "matches-1"
COUNTS_KEPT = 512  # of this process
Tagged = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Source:
    """`FROM {sql}` gives the table `v`: the columns of variants.parquet, the rows that match, `count` of `total`.

    `matches` is the file of their row numbers in ascending order, where there is one.
    """

    sql: str
    parameters: dict[str, Any]
    table: Table
    total: int
    count: int
    matches: Path | None = None


def table_of(job: Job, tagged: Tagged | None = None) -> Table:
    """Columns and samples of a job's result; `tagged` are the rows that were marked, by tag."""
    with cache.opened(job, "variants") as path:
        return _table(job, path, tagged)


def _table(job: Job, path: Path, tagged: Tagged | None) -> Table:
    return Table(_types(path), _samples(job), tagged or {})


@lru_cache(maxsize=64)
def _types(path: Path) -> Mapping[str, str]:
    return types_of(str(path))


def _samples(job: Job) -> Sequence[str]:
    if "genotypes" not in job.outputs or "summary" not in job.outputs:
        return ()
    stored = job.outputs["summary"]
    return _samples_of(job.job_id, stored["sha256"], _Hidden(job))


@dataclass(frozen=True, eq=False)
class _Hidden:
    """A job that does not count in the key of a cache."""

    job: Job

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hidden)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=64)
def _samples_of(_job_id: str, _sha256: str, hidden: _Hidden) -> Sequence[str]:
    return tuple(str(row["sample"]) for row in documents.document(hidden.job, "summary").get("genotypes") or [])


@contextmanager
def matching(job: Job, group: Group, tagged: Tagged | None = None) -> Iterator[Source]:
    """What the filter lets through, kept in place while the block runs.

    Raises `FilterError` where the filter asks for what the result does not have, and what `cache.opened` raises.
    """
    with ExitStack() as kept:
        path = kept.enter_context(cache.opened(job, "variants"))
        table = _table(job, path, tagged)
        found = where(group, table)
        parameters: dict[str, Any] = {"path": str(path)}
        if found.is_everything:
            total = row_count(str(path))
            yield Source("read_parquet($path) v", parameters, table, total, total)
            return
        if found.needs_calls:
            parameters["genotypes"] = str(kept.enter_context(cache.opened(job, "genotypes")))
        if _is_expensive(group):
            asked = f"SELECT v.rid FROM read_parquet($path) v WHERE {found.sql} ORDER BY v.rid"
            layout = f"{LAYOUT}:{_digest(group, found)}"
            values = parameters | found.parameters
            rids = kept.enter_context(
                cache.derived([job], layout, lambda target: connection.copy_to(asked, values, target))
            )
            joined = "(SELECT v.* FROM read_parquet($path) v SEMI JOIN read_parquet($matches) m ON v.rid = m.rid) v"
            parameters = {"path": str(path), "matches": str(rids)}
            yield Source(joined, parameters, table, row_count(str(path)), row_count(str(rids)), rids)
            return
        sql = f"(SELECT * FROM read_parquet($path) v WHERE {found.sql}) v"
        parameters |= found.parameters
        yield Source(sql, parameters, table, row_count(str(path)), _count(sql, _Values(parameters)))


def _is_expensive(part: Part) -> bool:
    if isinstance(part, Group):
        return any(map(_is_expensive, part.parts))
    if isinstance(part, OneOf):
        return part.terms or len(part.values) > FEW
    if isinstance(part, InRegions):
        return len(part.regions) > FEW
    return isinstance(part, Contains | Carries | Inherited | PrivateTo)


def _digest(group: Group, found: Where) -> str:
    """The filter, and the rows behind its tags, which are no part of the filter."""
    told = json.dumps([as_document(group), found.sql, found.parameters], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True, eq=False)
class _Values:
    """Parameters that count as their JSON text in the key of a cache."""

    values: dict[str, Any]

    @property
    def text(self) -> str:
        return json.dumps(self.values, sort_keys=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Values) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


@lru_cache(maxsize=COUNTS_KEPT)
def _count(sql: str, parameters: _Values) -> int:
    """Tables never change and are named by their content, so that a count holds for ever."""
    return int(connection.rows(f"SELECT count(*) FROM {sql}", parameters.values)[0][0])
