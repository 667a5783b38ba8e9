"""A track: named intervals (BED, 0-based half-open), matched by overlap."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipeline.annotation.columnar import IntArray
from pipeline.reference.manifest import Source

SEPARATOR = "; "


class Track:
    """Intervals cut into stretches that do not overlap, each with the names of the intervals that cover it."""

    def __init__(self, source: Source, path: Path) -> None:
        self.source = source
        intervals: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        with path.open(encoding="utf-8") as handle:
            for line in handle:
                if line.strip() and not line.startswith(("#", "track", "browser")):
                    contig, start, end, name, *_ = line.rstrip("\n").split("\t")
                    intervals[contig].append((int(start), int(end), name))
        self._stretches = {contig: _stretches(rows) for contig, rows in intervals.items()}

    def lookup(self, contig: str, pos: IntArray, length: IntArray) -> dict[str, pa.Array]:
        """The names at the first base of each allele, else at its last. `pos` 1-based, `length` of REF in bases."""
        column = self.source.columns[0].name
        if contig not in self._stretches:
            return {column: pa.nulls(len(pos), pa.string())}
        edges, names = self._stretches[contig]
        first = np.searchsorted(edges, pos - 1, side="right")
        last = np.searchsorted(edges, pos + length - 2, side="right")
        named = np.array([name is not None for name in names.to_pylist()])
        return {column: names.take(pa.array(np.where(named[first], first, last)))}


def _stretches(rows: list[tuple[int, int, str]]) -> tuple[IntArray, pa.StringArray]:
    """Edges (0-based, sorted), and the joined names of the stretch before each edge and after the last."""
    edges = sorted({edge for start, end, _ in rows for edge in (start, end)})
    names: list[str | None] = [None]
    for left in edges:
        covering = [name for start, end, name in sorted(rows) if start <= left < end]
        names.append(SEPARATOR.join(dict.fromkeys(covering)) or None)
    return np.array(edges, np.int64), pa.array(names, pa.string())
