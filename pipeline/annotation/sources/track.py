"""A track: named intervals, matched by overlap with REF.

They are a track table (pipeline/reference/track_tables.py) or, where a bundle is kept as text, a small BED file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.annotation.columnar import IntArray
from pipeline.reference.manifest import Source

SEPARATOR = "; "
MAX_NAMES = 50  # names told of one allele; how many more there are is told too
MAX_PAIRS = 4_000_000  # allele-interval pairs in memory at a time


class Track:
    """Reads the intervals of one contig at a time. An instance is for one thread."""

    def __init__(self, source: Source, path: Path) -> None:
        self.source = source
        self._tables = _TrackTable(path) if path.suffix == ".parquet" else _BedFile(path)
        self._contig: str | None = None
        self._held: _Intervals | None = None

    def lookup(self, contig: str, pos: IntArray, length: IntArray) -> dict[str, pa.Array]:
        """The names of all intervals that overlap REF, by start, each once. `pos` 1-based, `length` of REF in bases.

        An insertion is where its anchor base is.
        """
        column = self.source.columns[0].name
        if contig not in self._tables.contigs or not len(pos):
            return {column: pa.nulls(len(pos), pa.string())}
        if contig != self._contig:
            self._held = _Intervals(self._tables.read(contig))
            self._contig = contig
        assert self._held is not None  # noqa: S101 - set together with the contig
        return {column: self._held.names(pos - 1, pos - 1 + length)}


class _TrackTable:
    """A track table; one contig is read at a time."""

    def __init__(self, path: Path) -> None:
        self._file = pq.ParquetFile(path, read_dictionary=["name"])
        metadata = self._file.metadata
        self.contigs: dict[str, list[int]] = {}
        for number in range(metadata.num_row_groups):
            self.contigs.setdefault(metadata.row_group(number).column(0).statistics.min, []).append(number)

    def read(self, contig: str) -> pa.Table:
        """Start, end and name of the intervals of a contig, by start."""
        return self._file.read_row_groups(self.contigs[contig], columns=["start", "end", "name"])


class _BedFile:
    """A small BED file with names, in memory."""

    def __init__(self, path: Path) -> None:
        self.contigs: dict[str, list[tuple[int, int, str]]] = {}
        with path.open(encoding="utf-8") as handle:
            for line in handle:
                if line.strip() and not line.startswith(("#", "track", "browser")):
                    contig, start, end, name, *_ = line.rstrip("\r\n").split("\t")
                    self.contigs.setdefault(contig, []).append((int(start), int(end), name))

    def read(self, contig: str) -> pa.Table:
        """Start, end and name of the intervals of a contig, by start."""
        rows = sorted(self.contigs[contig])
        return pa.table(
            {
                "start": pa.array([row[0] for row in rows], pa.int32()),
                "end": pa.array([row[1] for row in rows], pa.int32()),
                "name": pa.array([row[2] for row in rows], pa.string()).dictionary_encode(),
            }
        )


class _Intervals:
    """Intervals by level of length: those of a level are at most twice as long as each other, so that all of them that
    overlap a stretch lie next to each other, with few others among them (Kent's binning, without the bins)."""

    def __init__(self, table: pa.Table) -> None:
        names = table["name"].combine_chunks()
        self._names = names.dictionary
        self._which = names.indices.to_numpy()
        self._start = table["start"].to_numpy()
        self._end = table["end"].to_numpy()
        level = np.ceil(np.log2(self._end.astype(np.int64) - self._start)).astype(np.int8)
        self._levels: list[tuple[int, npt.NDArray[np.intp], npt.NDArray[np.int32]]] = []
        for step in np.unique(level).tolist():
            rows = np.flatnonzero(level == step)
            self._levels.append((2**step, rows, self._start[rows]))

    def names(self, first: IntArray, end: IntArray) -> pa.StringArray:
        """Joined names of what overlaps each half-open stretch; null where nothing does."""
        ranges = [
            (np.searchsorted(starts, first - longest, side="right"), np.searchsorted(starts, end, side="left"))
            for longest, _, starts in self._levels
        ]
        total = np.cumsum(sum(np.maximum(high - low, 0) for low, high in ranges))
        parts: list[pa.StringArray] = []
        at = 0
        while at < len(first):
            before = int(total[at - 1]) if at else 0
            stop = max(at + 1, int(np.searchsorted(total, before + MAX_PAIRS, side="right")))
            parts.append(self._joined(first, end, ranges, at, stop))
            at = stop
        return pa.concat_arrays(parts)

    def _joined(
        self, first: IntArray, end: IntArray, ranges: list[tuple[IntArray, IntArray]], at: int, stop: int
    ) -> pa.StringArray:
        allele, row = self._overlaps(first, end, ranges, at, stop)
        count = stop - at
        if not len(allele):
            return pa.nulls(count, pa.string())
        which = self._which[row]
        # Each name once for an allele, where it comes first.
        order = np.lexsort((row, which, allele))
        new = np.ones(len(order), bool)
        new[1:] = (np.diff(allele[order]) != 0) | (np.diff(which[order]) != 0)
        chosen = np.sort(order[new])
        allele, which = allele[chosen], which[chosen]
        many = np.bincount(allele, minlength=count)
        edges = np.concatenate([[0], np.cumsum(many)])
        told = np.arange(len(allele)) - edges[allele] < MAX_NAMES
        shown = np.minimum(many, MAX_NAMES)
        texts = self._names.take(pa.array(which[told]))
        offsets = pa.array(np.concatenate([[0], np.cumsum(shown)]).astype(np.int32))
        joined = pc.binary_join(pa.ListArray.from_arrays(offsets, texts), SEPARATOR)
        if (many > MAX_NAMES).any():
            more = pc.binary_join_element_wise(joined, "and ", pa.array(many - shown).cast(pa.string()), " more", "")
            more = pc.replace_substring_regex(more, r"and (\d+) more$", rf"{SEPARATOR}and \1 more")
            joined = pc.if_else(pa.array(many > MAX_NAMES), more, joined)
        return pc.if_else(pa.array(many > 0), joined, None)

    def _overlaps(
        self, first: IntArray, end: IntArray, ranges: list[tuple[IntArray, IntArray]], at: int, stop: int
    ) -> tuple[IntArray, IntArray]:
        """Allele (from `at`) and interval of each overlap, sorted by both."""
        alleles, rows = [], []
        for (low, high), (_, members, _) in zip(ranges, self._levels, strict=True):
            many = np.maximum(high[at:stop] - low[at:stop], 0)
            if many.any():
                allele = np.repeat(np.arange(stop - at), many)
                within = np.arange(len(allele)) - np.repeat(np.cumsum(many) - many, many)
                row = members[low[at:stop][allele] + within]
                overlap = self._end[row] > first[at:stop][allele]
                alleles.append(allele[overlap])
                rows.append(row[overlap])
        if not alleles:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        allele, row = np.concatenate(alleles), np.concatenate(rows)
        order = np.lexsort((row, allele))
        return allele[order], row[order]
