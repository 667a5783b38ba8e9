"""Which rows a filter lets through, by number, and what plots count of them: kept for the next question about them."""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.results import connection
from pipeline.results.columns import ROW_NUMBER
from pipeline.results.table_schema import identifier

_WORD = re.compile(r"\w+")
FEW_ROWS = 250_000
Numbers = npt.NDArray[np.uint32]


class Selection:
    """The rows that a filter lets through; `rids` are their numbers in ascending order, `key` names result and filter.

    As a parameter of a question (`connection.Rows`) it is a table whose columns (`names`) are taken when first named:
    from the unpacked ones of the whole result (`plot_columns`), the others from the table of variants, where `sql`
    gives the same rows.
    """

    def __init__(
        self, key: str, rids: Numbers, names: Collection[str], sql: str, parameters: Mapping[str, Any]
    ) -> None:
        self.key = key
        self.rids = rids
        self._names = names
        self._sql = sql
        self._parameters = dict(parameters)
        self._unpacked: pa.Table | None = None
        self._taken: dict[str, pa.ChunkedArray] = {}
        self._taken_bytes = 0
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Bytes that it holds."""
        return int(self.rids.nbytes) + self._taken_bytes

    def unpacked_from(self, columns: pa.Table) -> Selection:
        """The same, which takes columns from here."""
        self._unpacked = columns
        return self

    def table_for(self, sql: str) -> pa.Table:
        """The columns that occur in the SQL, and perhaps some more."""
        words = set(_WORD.findall(sql))
        with self._lock:
            for name in self._names:
                if name not in self._taken and (name in words or identifier(name) in sql):
                    self._taken[name] = self._take(name)
                    self._taken_bytes += self._taken[name].nbytes
            return pa.table(self._taken or {"rid": self.rids})

    def _take(self, name: str) -> pa.ChunkedArray:
        if name == ROW_NUMBER:
            return pa.chunked_array([pa.array(self.rids)])
        if self._unpacked is not None and name in self._unpacked.column_names:
            return _taken(self._unpacked[name], self.rids)
        asked = f"SELECT v.{identifier(name)} AS x FROM {self._sql} ORDER BY v.rid"
        return connection.arrow_table(asked, self._parameters)["x"]


def _taken(column: pa.ChunkedArray, rids: Numbers) -> pa.ChunkedArray:
    """The values at these places, chunk by chunk: places and chunks are in the same order."""
    ends = np.cumsum([len(chunk) for chunk in column.chunks])
    bounds = np.searchsorted(rids, np.append(0, ends))
    parts = [
        chunk.take(pa.array(rids[first:last] - np.uint32(end - len(chunk))))
        for chunk, end, first, last in zip(column.chunks, ends, bounds[:-1], bounds[1:], strict=True)
        if last > first
    ]
    taken = pa.chunked_array(parts, column.type)
    # Many pieces let several threads count them; of few rows the pieces would cost more than the rows.
    return taken if len(taken) > FEW_ROWS else pa.chunked_array([taken.combine_chunks()], column.type)
