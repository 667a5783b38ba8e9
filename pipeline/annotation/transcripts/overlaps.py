"""Which transcripts lie near which alleles: bins of the contig, each with the transcripts that reach into it."""

from __future__ import annotations

import numpy as np

from pipeline.annotation.columnar import IntArray

BIN_BITS = 13  # bins of 8,192 bases: most transcripts lie in a few, and few of a bin's transcripts miss an allele in it


class TranscriptIndex:
    """Finds the transcripts within `distance` bases of alleles on one contig."""

    def __init__(self, starts: IntArray, ends: IntArray, distance: int) -> None:
        self._starts = starts - distance
        self._ends = ends + distance
        first = np.maximum(self._starts, 0) >> BIN_BITS
        count = (self._ends >> BIN_BITS) - first + 1
        transcript = np.repeat(np.arange(len(starts)), count)
        bins = np.repeat(first, count) + _counting(count)
        self._first_bin = first
        self._members = transcript[np.argsort(bins, kind="stable")]
        self._offsets = np.concatenate(([0], np.cumsum(np.bincount(bins)))) if len(bins) else np.zeros(1, np.int64)

    def near(self, starts: IntArray, ends: IntArray) -> tuple[IntArray, IntArray]:
        """Pairs (allele, transcript) in order of the alleles. `starts` ≤ `ends` are 1-based and inclusive."""
        last = len(self._offsets) - 2
        if last < 0:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        low, high = np.clip(starts >> BIN_BITS, 0, last), np.clip(ends >> BIN_BITS, 0, last)
        if (low == high).all():
            allele, bins = np.arange(len(starts)), low
        else:
            spans = high - low + 1
            allele = np.repeat(np.arange(len(starts)), spans)
            bins = low[allele] + _counting(spans)
        count = self._offsets[bins + 1] - self._offsets[bins]
        pair_bin = np.repeat(bins, count)
        transcript = self._members[np.repeat(self._offsets[bins], count) + _counting(count)]
        pair = np.repeat(allele, count)
        wanted = (self._starts[transcript] <= ends[pair]) & (self._ends[transcript] >= starts[pair])
        wanted &= np.maximum(self._first_bin[transcript], low[pair]) == pair_bin  # once, not in every bin they share
        return pair[wanted], transcript[wanted]


def _counting(counts: IntArray) -> IntArray:
    """0 … n-1 for each n of `counts`, one after the other."""
    total = int(counts.sum())
    begins = np.cumsum(counts) - counts
    return np.arange(total) - np.repeat(begins, counts)
