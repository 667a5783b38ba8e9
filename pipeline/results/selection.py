"""Which rows a filter lets through, by number, and what plots count of them: kept for the next question about them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any, Protocol, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.results import connection
from pipeline.results.columns import ROW_NUMBER
from pipeline.results.table_schema import identifier
from pipeline.settings import get_settings

Numbers = npt.NDArray[np.uint32]


class Sized(Protocol):
    """What knows how many bytes it holds."""

    @property
    def nbytes(self) -> int:
        """Bytes."""
        ...


T = TypeVar("T", bound=Sized)


class Selection:
    """`rids`: numbers of the rows in ascending order. As a parameter of a question (`connection.Rows`) it is a table
    whose columns (`names`) are taken when first named: from the unpacked ones of the whole result (`plot_columns`),
    the others from the table of variants, where `sql` gives the same rows."""

    def __init__(self, rids: Numbers, names: Collection[str], sql: str, parameters: Mapping[str, Any]) -> None:
        self.rids = rids
        self._names = names
        self._sql = sql
        self._parameters = dict(parameters)
        self._unpacked: pa.Table | None = None
        self._taken: dict[str, pa.ChunkedArray] = {}
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Bytes that it holds."""
        return int(self.rids.nbytes) + sum(column.nbytes for column in list(self._taken.values()))

    def unpacked_from(self, columns: pa.Table) -> Selection:
        """The same, which takes columns from here."""
        self._unpacked = columns
        return self

    def table_for(self, sql: str) -> pa.Table:
        """The columns that occur in the SQL, and perhaps some more."""
        with self._lock:
            for name in self._names:
                if name not in self._taken and (name in sql or identifier(name) in sql):
                    self._taken[name] = self._take(name)
            return pa.table(self._taken or {"rid": self.rids})

    def _take(self, name: str) -> pa.ChunkedArray:
        if name == ROW_NUMBER:
            return pa.chunked_array([pa.array(self.rids)])
        if self._unpacked is not None and name in self._unpacked.column_names:
            return _taken(self._unpacked[name], self.rids)
        return connection.arrow_table(f"SELECT v.{identifier(name)} AS x FROM {self._sql}", self._parameters)["x"]


def _taken(column: pa.ChunkedArray, rids: Numbers) -> pa.ChunkedArray:
    """The values at these places, chunk by chunk: places and chunks are in the same order."""
    ends = np.cumsum([len(chunk) for chunk in column.chunks])
    bounds = np.searchsorted(rids, np.append(0, ends))
    parts = [
        chunk.take(pa.array(rids[first:last] - np.uint32(end - len(chunk))))
        for chunk, end, first, last in zip(column.chunks, ends, bounds[:-1], bounds[1:], strict=True)
        if last > first
    ]
    return pa.chunked_array(parts, column.type).combine_chunks() if parts else pa.chunked_array([], column.type)


class Kept:
    """Recent things by key, as many as fit into `query_selection_bytes` of a process."""

    def __init__(self) -> None:
        self._things: OrderedDict[Hashable, Sized] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The thing of this key, made if it is not there. What was not asked for longest goes first."""
        with self._lock:
            found = self._things.get(key)
            if found is not None:
                self._things.move_to_end(key)
                return cast("T", found)
        made = make()
        with self._lock:
            self._things[key] = made
            excess = sum(thing.nbytes for thing in self._things.values()) - get_settings().query_selection_bytes
            while excess > 0 and self._things:
                excess -= self._things.popitem(last=False)[1].nbytes
        return made


kept = Kept()
