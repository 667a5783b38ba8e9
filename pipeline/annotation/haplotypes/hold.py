"""Holds the coding alleles of a contig until the genes that they lie in are complete."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.annotation.columnar import IntArray
from pipeline.annotation.haplotypes.coding import INDEL_REACH, ContigCoding
from pipeline.annotation.haplotypes.locus import CodingAlleles, Joint, joint_alleles, stacked


class ContigHold:
    """The coding alleles of one contig that wait for the end of their locus."""

    def __init__(self, coding: ContigCoding, samples: int) -> None:
        self._coding = coding
        self._samples = samples
        self._parts: list[CodingAlleles] = []
        self.nbytes = 0

    def add(self, alleles: CodingAlleles, reached: int) -> Iterator[Joint]:
        """Add alleles; yields what the loci that end before position `reached` have."""
        if len(alleles):
            self._parts.append(alleles)
            self.nbytes += alleles.nbytes
        if self._parts and reached > self._end_of(int(self._parts[0].pos[0])):
            yield from self._release(reached)

    def finish(self) -> Iterator[Joint]:
        """What the last loci have."""
        if self._parts:
            yield from self._release(np.iinfo(np.int64).max)

    def _locus_of(self, pos: IntArray) -> IntArray:
        starts = self._coding.locus_starts - INDEL_REACH
        return np.maximum(np.searchsorted(starts, pos, side="right") - 1, 0)

    def _end_of(self, pos: int) -> int:
        return int(self._coding.locus_ends[self._locus_of(np.array([pos]))[0]]) + INDEL_REACH

    def _release(self, reached: int) -> Iterator[Joint]:
        held = stacked(self._parts)
        locus = self._locus_of(held.pos)
        waits = self._coding.locus_ends[locus] + INDEL_REACH >= reached
        rest = held.take(np.flatnonzero(waits))
        self._parts = [rest] if len(rest) else []
        self.nbytes = rest.nbytes
        done = np.flatnonzero(~waits)
        heads = np.flatnonzero(np.diff(locus[done], prepend=-1))
        for first, last in zip(heads, np.append(heads[1:], len(done)), strict=True):
            if last - first > 1:
                joint = joint_alleles(held.take(done[first:last]), self._coding, int(locus[done[first]]), self._samples)
                if joint is not None:
                    yield joint
