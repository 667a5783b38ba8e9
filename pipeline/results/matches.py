"""The variants that a filter lets through: what plots, counts, blocks of rows and exports are asked of.

What ranges, sets and regions let through is found anew for each question, straight from the sorted table. What costs
more (text, genotypes, long lists) is found once and kept as row numbers, for every process of this machine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipeline.jobs.model import Job
from pipeline.results import cache, connection, plot_columns
from pipeline.results.columns import ROW_NUMBER
from pipeline.results.filters.conditions import FEW
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
from pipeline.results.filters.sql import where
from pipeline.results.filters.table import Table
from pipeline.results.kept import kept
from pipeline.results.result_table import Tagged, rows_of, table_at
from pipeline.results.selection import Numbers, Selection

LAYOUT = "matches-2"
MOST_SELECTED = 0.9  # of all rows; of more the columns are not taken, the table itself is asked
SELECTED = "selected_rows"  # as a table in SQL
JOINED = "(SELECT v.* FROM read_parquet($path) v SEMI JOIN read_parquet($matches) m ON v.rid = m.rid) v"


@dataclass(frozen=True)
class Source:
    """`FROM {sql}` gives the table `v`: the columns of variants.parquet, the rows that match, `count` of `total`.

    `key` names result and filter. `rids` are the numbers of the rows, ascending, where a filter leaves out any; `job`
    is the job whose result this is.
    """

    sql: str
    parameters: dict[str, Any]
    table: Table
    total: int
    count: int
    key: str
    rids: Numbers | None = None
    job: Job | None = None

    @property
    def quick(self) -> str:
        """The same as `sql` for questions that name their columns (no `v.*`): what plots are asked of."""
        return f"{SELECTED} v" if SELECTED in self.parameters else self.sql


@contextmanager
def matching(job: Job, group: Group, tagged: Tagged | None = None) -> Iterator[Source]:
    """What the filter lets through, kept in place while the block runs.

    Raises `FilterError` where the filter asks for what the result does not have, and what `cache.opened` raises.
    """
    with ExitStack() as held:
        path = str(held.enter_context(cache.opened(job, "variants")))
        table = table_at(job, path, tagged)
        found = where(group, table)
        total = rows_of(path)
        plot_columns.make_soon(job, total)
        if found.is_everything:
            yield Source("read_parquet($path) v", {"path": path}, table, total, total, path, job=job)
            return
        parameters = {"path": path} | found.parameters
        if found.needs_calls:
            parameters["genotypes"] = str(held.enter_context(cache.opened(job, "genotypes")))
        sql = f"(SELECT * FROM read_parquet($path) v WHERE {found.sql}) v"
        source = Source(sql, parameters, table, total, 0, _digest(sql, parameters), job=job)
        whole, own = plot_columns.relation(job, path, table.types, f"{ROW_NUMBER} {found.sql}")
        listed, values = f"{whole} WHERE {found.sql}", parameters | own
        if _is_expensive(group):
            asked, layout = f"SELECT v.rid FROM {listed}", f"{LAYOUT}:{source.key}"
            made = cache.derived([job], layout, lambda target: connection.copy_to(asked, values, target))
            values = {"path": path, "matches": str(held.enter_context(made))}
            source, listed = replace(source, sql=JOINED, parameters=values), "read_parquet($matches) v"
        yield _selected(source, listed, values)


def _selected(source: Source, listed: str, parameters: dict[str, Any]) -> Source:
    """With the rows that match, of which `listed` gives the numbers, their count, and where they are not nearly all of
    them their columns."""
    selection = kept.get(source.key, lambda: _find(source, listed, parameters))
    count = len(selection.rids)
    unpacked = plot_columns.table(source.job) if source.job and count <= source.total * MOST_SELECTED else None
    taken = {SELECTED: selection.unpacked_from(unpacked)} if unpacked is not None else {}
    return replace(source, count=count, parameters=source.parameters | taken, rids=selection.rids)


def _find(source: Source, listed: str, parameters: dict[str, Any]) -> Selection:
    """Tables never change and are named by their content, so that what was found holds for ever."""
    rids = connection.arrow_table(f"SELECT v.rid::UINTEGER AS rid FROM {listed}", parameters)["rid"].to_numpy()
    if np.any(rids[1:] < rids[:-1]):  # in its order already, where a single thread read the table
        rids = np.sort(rids)
    return Selection(source.key, rids, source.table.types, source.sql, source.parameters)


def _is_expensive(part: Part) -> bool:
    if isinstance(part, Group):
        return any(map(_is_expensive, part.parts))
    if isinstance(part, OneOf):
        return part.terms or len(part.values) > FEW
    if isinstance(part, InRegions):
        return len(part.regions) > FEW
    return isinstance(part, Contains | Carries | Inherited | PrivateTo)


def _digest(sql: str, parameters: dict[str, Any]) -> str:
    """The filter with all its values, such as the rows behind its tags, and the tables that it is asked of."""
    told = json.dumps([sql, parameters], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()
