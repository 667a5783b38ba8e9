"""Where a bundle's coding sequences lie, arranged to find the alleles that can change one protein together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.annotation.columnar import IntArray
from pipeline.reference.gene_model import ContigTranscripts, GeneModel

# An indel in a repeat can be written up to so many bases from where left-alignment puts it.
INDEL_REACH = 30


@dataclass(frozen=True)
class CodingTranscript:
    """The coding parts of a transcript in rising order, 1-based and inclusive; `before` are the coding bases ahead."""

    starts: IntArray
    ends: IntArray
    before: IntArray
    forward: bool

    def places(self, first: IntArray, last: IntArray, reach: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Which spans (1-based, inclusive) lie in the coding sequence, or within `reach` bases of a part of it, and
        the 0-based coding coordinates of their ends, counted along the contig whatever the strand."""
        part = np.searchsorted(self.starts, last + reach, side="right") - 1
        inside = np.flatnonzero((part >= 0) & (first - reach <= self.ends[np.maximum(part, 0)]))
        at = part[inside]
        low, high = self.starts[at], self.ends[at]
        begin = self.before[at] + np.clip(first[inside], low, high) - low
        end = self.before[at] + np.clip(last[inside], low, high) - low
        return inside, begin, end


class ContigCoding:
    """Coding sequence of a contig: its parts, and the loci (transcripts whose coding regions overlap)."""

    def __init__(self, transcripts: ContigTranscripts) -> None:
        own = transcripts
        coding = np.flatnonzero((own.coding_end > 0) & (own.coding_end >= own.coding_start))
        self._rows = coding[np.argsort(own.coding_start[coding], kind="stable")]
        self._own = own
        begin, end = own.coding_start[self._rows], own.coding_end[self._rows]
        heads = breaks(begin, end)
        self._edges = np.append(heads, len(self._rows))
        self.locus_starts = begin[heads]
        self.locus_ends = np.maximum.accumulate(end)[self._edges[1:] - 1]
        of = np.repeat(np.arange(len(own)), own.exon_count)
        starts = np.maximum(own.exon_start, own.coding_start[of])
        ends = np.minimum(own.exon_end, own.coding_end[of])
        parts = np.flatnonzero(starts <= ends)
        parts = parts[np.argsort(starts[parts], kind="stable")]
        starts, ends = starts[parts], ends[parts]
        first = breaks(starts, ends)
        self._part_starts = starts[first]
        self._part_ends = np.maximum.accumulate(ends)[np.append(first[1:], len(starts)) - 1]

    def holds(self, first: IntArray, last: IntArray) -> IntArray:
        """Indexes of the spans (1-based, inclusive) that come within reach of a coding part."""
        part = np.searchsorted(self._part_starts, last + INDEL_REACH, side="right") - 1
        return np.flatnonzero((part >= 0) & (first - INDEL_REACH <= self._part_ends[np.maximum(part, 0)]))

    def transcripts_of(self, locus: int) -> list[CodingTranscript]:
        """The transcripts of a locus."""
        return [self._transcript(row) for row in self._rows[self._edges[locus] : self._edges[locus + 1]].tolist()]

    def _transcript(self, row: int) -> CodingTranscript:
        own = self._own
        exons = slice(int(own.exon_first[row]), int(own.exon_first[row] + own.exon_count[row]))
        starts = np.maximum(own.exon_start[exons], own.coding_start[row])
        ends = np.minimum(own.exon_end[exons], own.coding_end[row])
        coding = starts <= ends
        starts, ends = starts[coding], ends[coding]
        before = np.concatenate(([0], np.cumsum(ends - starts + 1)))[:-1]
        return CodingTranscript(starts, ends, before, bool(own.forward[row]))


def contig_coding(model: GeneModel, contig: str) -> ContigCoding | None:
    """The coding sequence of a contig; None where it has none."""
    transcripts = model.transcripts_of(contig)
    return ContigCoding(transcripts) if transcripts is not None and (transcripts.coding_end > 0).any() else None


def breaks(starts: IntArray, ends: IntArray) -> IntArray:
    """Where a run of intervals, sorted by start, that come within reach of each other begins."""
    reach = np.maximum.accumulate(ends)
    return np.flatnonzero(np.concatenate(([True], starts[1:] > reach[:-1] + 2 * INDEL_REACH)))
