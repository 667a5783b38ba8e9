"""Named intervals of one contig in memory, and the names of all that overlap each of many ranges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import IntArray

SEPARATOR = "; "
MAX_NAMES = 50  # names told of one allele; how many more there are is told too
MAX_CUT = 250_000  # intervals of a contig that is cut into stretches; four times as many stretches may they cover
BLOCK = 100_000  # ranges searched at a time
MAX_PAIRS = 4_000_000  # allele-interval pairs in memory at a time


@dataclass(frozen=True)
class Stretches:
    """`texts[i]` holds between `edges[i - 1]` and `edges[i]` (0-based)."""

    edges: IntArray
    texts: pa.DictionaryArray


class Intervals:
    """Intervals by level of length: those of a level are at most twice as long as each other, so that all of them that
    overlap a stretch lie next to each other, with few others among them (Kent's binning, without the bins)."""

    def __init__(self, table: pa.Table) -> None:
        names = table["name"].combine_chunks()
        self._names = names.dictionary
        self._which = names.indices.to_numpy()
        self._start = table["start"].to_numpy()
        self._end = table["end"].to_numpy()
        level = np.ceil(np.log2(self._end.astype(np.int64) - self._start)).astype(np.int8)
        self._asked = 0
        self._stretches: Stretches | None = None
        self._levels: list[tuple[int, npt.NDArray[np.intp], npt.NDArray[np.int32]]] = []
        for step in np.unique(level).tolist():
            rows = np.flatnonzero(level == step)
            self._levels.append((2**step, rows, self._start[rows]))

    def names(self, first: IntArray, end: IntArray) -> pa.StringArray:
        """Joined names of what overlaps each half-open range; null where nothing does.

        When more is asked than the contig has intervals, it is cut into stretches at every edge of an interval:
        ranges within one stretch, nearly all, are looked up at once.
        """
        self._asked += len(first)
        if self._stretches is None and self._asked > len(self._start):
            self._stretches = self._cut()
        if self._stretches is None or not len(self._stretches.texts):
            return self._searched(first, end)
        edges, texts = self._stretches.edges, self._stretches.texts
        at = np.searchsorted(edges, first, side="right")
        across = np.flatnonzero(at != np.searchsorted(edges, end - 1, side="right"))
        found = texts.take(pa.array(at)).dictionary_decode()
        if not len(across):
            return found
        source = np.arange(len(first))
        source[across] = len(first) + np.arange(len(across))
        return pa.concat_arrays([found, self._searched(first[across], end[across])]).take(pa.array(source))

    def _cut(self) -> Stretches:
        """The stretches; none where intervals are nested so deep that their texts would take too much memory."""
        if len(self._start) > MAX_CUT:
            return Stretches(np.zeros(0, np.int64), pa.nulls(0, pa.string()))
        edges = np.unique(np.concatenate([self._start, self._end])).astype(np.int64)
        if np.searchsorted(edges, self._end).sum() - np.searchsorted(edges, self._start).sum() > 4 * MAX_CUT:
            return Stretches(edges, pa.nulls(0, pa.string()))
        outside = pa.nulls(1, pa.string())
        texts = pa.concat_arrays([outside, self._searched(edges[:-1], edges[:-1] + 1), outside])
        return Stretches(edges, texts.dictionary_encode())

    def _ranges(self, first: IntArray, end: IntArray) -> list[tuple[IntArray, IntArray]]:
        """Of each level, where the intervals begin and end that may overlap each range."""
        return [
            (np.searchsorted(starts, first - longest, side="right"), np.searchsorted(starts, end, side="left"))
            for longest, _, starts in self._levels
        ]

    def _searched(self, first: IntArray, end: IntArray) -> pa.StringArray:
        """Like `names`, interval by interval."""
        parts: list[pa.StringArray] = []
        for start in range(0, len(first), BLOCK):
            some, ends = first[start : start + BLOCK], end[start : start + BLOCK]
            ranges = self._ranges(some, ends)
            total = np.cumsum(sum(np.maximum(high - low, 0) for low, high in ranges))
            at = 0
            while at < len(some):
                before = int(total[at - 1]) if at else 0
                stop = max(at + 1, int(np.searchsorted(total, before + MAX_PAIRS, side="right")))
                parts.append(self._joined(some, ends, ranges, at, stop))
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
