"""Puts alleles into the order of variants.parquet (contig, normalised position) and numbers them: `rid`.

Left-alignment moves an allele to the left of where its record stood, so a row is held back until nothing can come
before it. Only a few rows wait at any time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipeline.annotation.columnar import IntArray, to_numpy


@dataclass(frozen=True)
class Ordered:
    """Rows that have their final number: tables with `rid` in place of `key`."""

    variants: pa.Table
    consequences: pa.Table
    calls: pa.Table


class Ordering:
    """Takes tables of alleles (`key`, `contig_order`, `pos` …) in file order, gives them back in final order."""

    def __init__(self) -> None:
        self._variants: list[pa.Table] = []
        self._attached: list[list[pa.Table]] = [[], []]
        self._next_rid = 0

    def add(self, variants: pa.Table, consequences: pa.Table, calls: pa.Table, safe: tuple[int, int]) -> Ordered | None:
        """Add a block. `safe` is a place (contig order, position) before which no later row can fall."""
        self._variants.append(variants)
        self._attached[0].append(consequences)
        self._attached[1].append(calls)
        return self._release(safe)

    def finish(self) -> Ordered | None:
        """What is left."""
        return self._release((np.iinfo(np.int64).max, 0))

    def _release(self, safe: tuple[int, int]) -> Ordered | None:
        if not self._variants:
            return None
        table = pa.concat_tables(self._variants).combine_chunks()
        contig, pos = to_numpy(table["contig_order"]), to_numpy(table["pos"])
        ready = (contig < safe[0]) | ((contig == safe[0]) & (pos < safe[1]))
        if not ready.any():
            self._variants = [table]
            return None
        chosen = np.flatnonzero(ready)
        order = chosen[np.lexsort((to_numpy(table["key"])[chosen], pos[chosen], contig[chosen]))]
        released = rows_at(table, order)
        self._variants = [rows_at(table, np.flatnonzero(~ready))] if not ready.all() else []
        rid = np.arange(self._next_rid, self._next_rid + len(released), dtype=np.int64)
        self._next_rid += len(released)
        keys = to_numpy(released["key"])
        consequences = self._numbered(0, keys, rid)
        calls = self._numbered(1, keys, rid)
        variants = released.drop_columns(["key", "contig_order"]).add_column(0, "rid", pa.array(rid))
        return Ordered(variants, consequences, calls)

    def _numbered(self, which: int, keys: IntArray, rid: IntArray) -> pa.Table:
        """Rows that hang on the released alleles `keys`, with the numbers `rid` of these, in their order."""
        table = pa.concat_tables(self._attached[which]).unify_dictionaries().combine_chunks()
        low, high = int(keys.min()), int(keys.max())
        number = np.full(high - low + 1, -1, np.int64)
        number[keys - low] = rid
        own = to_numpy(table["key"])
        inside = (own >= low) & (own <= high)
        numbers = np.where(inside, number[np.where(inside, own - low, 0)], -1)
        known = np.flatnonzero(numbers >= 0)
        self._attached[which] = [rows_at(table, np.flatnonzero(numbers < 0))]
        order = known[np.argsort(numbers[known], kind="stable")]
        return rows_at(table, order).drop_columns(["key"]).add_column(0, "rid", pa.array(numbers[order]))


def rows_at(table: pa.Table, index: IntArray) -> pa.Table:
    """Some rows of a table; a stretch of it, which is the usual case, is not copied."""
    if not len(index):
        return table.schema.empty_table()
    if int(index[-1]) - int(index[0]) == len(index) - 1 and (np.diff(index) == 1).all():
        return table.slice(int(index[0]), len(index))
    return table.take(pa.array(index))
