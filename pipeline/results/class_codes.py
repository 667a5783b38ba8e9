"""The class of each row of a result, for classes that plots count: a number of one or two bytes, mapped into memory.

Which class a row is in, no filter changes. So a plot's SQL is asked of the whole result once; after that a filter's
rows are looked up in these numbers and counted, which is ten to thirty times less work than grouping them anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.jobs.model import Job
from pipeline.results import beside, cache, connection, plot_columns
from pipeline.results.columns import ROW_NUMBER
from pipeline.results.table_schema import types_of

LAYOUT = "class-codes-1"
MOST_CLASSES = 65_535  # two bytes; a question with more classes is asked in SQL each time
NO_CLASS = 0  # rows that the condition leaves out
AT_ONCE = 65_536  # rows that are counted at once: their numbers stay in the processor's own memory
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Classing:
    """Classes in SQL: one for each combination of `keys` (expressions over `v`) among the rows that meet `condition`.
    `values` are the parameters of both."""

    keys: tuple[str, ...]
    condition: str
    values: Mapping[str, Any]

    @property
    def sql(self) -> str:
        """What to select: each key by the name that it has in the answer."""
        return ", ".join(f"{key} AS k{number}" for number, key in enumerate(self.keys))

    def question(self, relation: str) -> str:
        """The keys of each class, and how many rows it has, of what follows FROM."""
        return f"SELECT {self.sql}, count(*) AS n FROM {relation} WHERE {self.condition} GROUP BY ALL"

    @property
    def names(self) -> Sequence[str]:
        """The keys' names in the answer."""
        return [f"k{number}" for number in range(len(self.keys))]

    @property
    def layout(self) -> str:
        """Names the classes, and the rule by which rows are told apart."""
        told = json.dumps([self.keys, self.condition, self.values], sort_keys=True)
        return f"{LAYOUT}:{hashlib.sha256(told.encode()).hexdigest()}"


class ClassCodes:
    """The classes of a result and the number of each row's class, in the order of the rows."""

    def __init__(self, stored: pa.DictionaryArray) -> None:
        self._stored = stored
        self.codes: npt.NDArray[Any] = stored.indices.to_numpy()

    @cached_property
    def values(self) -> list[tuple[Any, ...]]:
        """The keys of each class but `NO_CLASS`, which comes first."""
        columns = [column.to_pylist() for column in self._stored.dictionary.flatten()[:-1]]
        return list(zip(*columns, strict=True))

    @cached_property
    def totals(self) -> Counts:
        """Rows of the whole result by class."""
        return np.asarray(self._stored.dictionary.flatten()[-1].to_numpy(), np.int64)

    def counts(self, rids: npt.NDArray[Any]) -> Counts:
        """Rows with these numbers by class. `rids` in ascending order."""
        found = np.zeros(len(self.values), np.int64)
        for first in range(0, len(rids), AT_ONCE):
            found += np.bincount(self.codes[rids[first : first + AT_ONCE]], minlength=len(found))
        return found


def of(job: Job, rows: int, classing: Classing) -> ClassCodes | None:
    """The classes of a job's result of so many rows; None until they are made, which asking for them begins."""
    if rows < plot_columns.least_rows():
        return None
    path = cache.derived_path([job], classing.layout)
    try:
        os.utime(path)  # the clean-up takes what nobody uses
        return _mapped(path)
    except FileNotFoundError:
        beside.make_soon(path, lambda: make(job, rows, classing), rank=0)
        return None


@lru_cache(maxsize=512)
def _mapped(path: Path) -> ClassCodes | None:
    """None where there are too many classes. A file that the clean-up takes away lives on for whom it is mapped."""
    with pa.memory_map(str(path)) as mapped:
        table = pa.ipc.open_file(mapped).read_all()
    return ClassCodes(table["class"].chunk(0)) if table.num_columns else None


def make(job: Job, rows: int, classing: Classing) -> None:
    """Make the file now, unless it is there."""
    with (
        cache.opened(job, "variants") as source,
        cache.derived([job], classing.layout, lambda target: _write(job, source, rows, classing, target)),
    ):
        pass


def _write(job: Job, source: Path, rows: int, classing: Classing, target: Path) -> None:
    classes = _classes(str(source), rows, classing)
    if len(classes) > MOST_CLASSES:
        _store(pa.table({}), target)
        return
    told = f"{ROW_NUMBER} {classing.sql} {classing.condition}"
    relation, parameters = plot_columns.relation(job, str(source), types_of(str(source)), told)
    same = " AND ".join(f"v.{name} IS NOT DISTINCT FROM c.{name}" for name in classing.names)
    asked = f"""
        SELECT v.rid, c.code FROM classes c
        JOIN (SELECT v.rid::UINTEGER AS rid, {classing.sql} FROM {relation} WHERE {classing.condition}) v ON {same}
    """
    codes = np.full(rows, NO_CLASS, np.uint8 if len(classes) <= 256 else np.uint16)
    numbered = classes.slice(1).append_column("code", pa.array(np.arange(1, len(classes), dtype=np.uint16)))
    own = {"classes": connection.Held(numbered)}
    for batch in connection.batches(asked, parameters | dict(classing.values) | own):
        codes[batch["rid"].to_numpy()] = batch["code"].to_numpy()
    values = pa.StructArray.from_arrays([column.combine_chunks() for column in classes.columns], classes.column_names)
    _store(pa.table({"class": pa.DictionaryArray.from_arrays(pa.array(codes), values)}), target)


def _classes(path: str, rows: int, classing: Classing) -> pa.Table:
    """The classes and how many rows each has, behind the one of the rows that the condition leaves out."""
    # What the page asks when a result is opened, so that the answer is at hand.
    asked = classing.question("read_parquet($path) v")
    found = connection.rows(asked, {"path": path} | dict(classing.values))
    schema = connection.arrow_table(f"{asked} LIMIT 0", {"path": path} | dict(classing.values)).schema
    columns = list(zip(*found, strict=True)) or [()] * len(schema)
    left_out = rows - sum(columns[-1])
    arrays = [
        pa.array([left_out if field.name == "n" else None, *column], field.type)
        for field, column in zip(schema, columns, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _store(table: pa.Table, target: Path) -> None:
    with pa.ipc.new_file(str(target), table.schema) as writer:
        writer.write_table(table)
