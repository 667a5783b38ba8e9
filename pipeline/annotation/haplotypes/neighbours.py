"""Which alleles of one chromosome copy can change a protein together: in one codon, or by shifting its frame and back.

The choice is generous, since bcftools decides; what is not chosen costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.annotation.columnar import IntArray
from pipeline.annotation.haplotypes.coding import INDEL_REACH, CodingTranscript

Bools = npt.NDArray[np.bool_]
CODON_REACH = 2  # bases between two substitutions of one codon


@dataclass(frozen=True)
class Changes:
    """Alleles of a locus, sorted by position: the first and last base of REF (1-based), and bases won or lost."""

    first: IntArray
    last: IntArray
    gain: IntArray
    substitution: Bools

    @property
    def reach(self) -> IntArray:
        """How far each may lie from the coding sequence and still be a part of it."""
        return np.where(self.substitution, 0, INDEL_REACH)


def may_meet(changes: Changes, transcripts: list[CodingTranscript]) -> bool:
    """Whether it is worth looking closer: two alleles side by side, or on both sides of introns, or two shifts."""
    if len(changes.first) < 2:
        return False
    if (changes.gain % 3 != 0).sum() > 1:
        return True
    indels = bool((~changes.substitution).any())
    gaps = changes.first[1:] - changes.last[:-1]
    if bool((gaps <= (INDEL_REACH if indels else CODON_REACH)).any()):
        return True
    reach = np.where(changes.substitution, CODON_REACH, INDEL_REACH)
    return any(_at_edges(changes, reach, transcript) > 1 for transcript in transcripts)


def _at_edges(changes: Changes, reach: IntArray, transcript: CodingTranscript) -> int:
    part = np.searchsorted(transcript.starts, changes.last + reach, side="right") - 1
    at = np.maximum(part, 0)
    before = np.minimum(np.abs(changes.first - transcript.starts[at]), np.abs(changes.last - transcript.starts[at]))
    after = np.minimum(np.abs(changes.first - transcript.ends[at]), np.abs(changes.last - transcript.ends[at]))
    return int(((part >= 0) & (np.minimum(before, after) <= reach)).sum())


def together(changes: Changes, carried: Bools, transcripts: list[CodingTranscript]) -> Bools:
    """For each allele and chromosome copy (`carried`): whether the copy has it with another one to be judged with."""
    result = np.zeros_like(carried)
    for transcript in transcripts:
        inside, begin, end = transcript.places(changes.first, changes.last, changes.reach)
        if len(inside) < 2:
            continue
        mine = carried[inside]
        near = _in_one_codon(begin, end, changes.substitution[inside], mine)
        shift = changes.gain[inside] % 3
        if shift.any():
            near = _with_frame(near, shift, mine, transcript.forward)
        result[inside] |= near & mine
    return result


def _in_one_codon(begin: IntArray, end: IntArray, substitution: Bools, carried: Bools) -> Bools:
    """Alleles so near to the one ahead of them on the same copy that they may share a codon, and those ones."""
    index = np.where(carried, np.arange(len(begin))[:, None], -1)
    ahead = np.full_like(index, -1)
    ahead[1:] = np.maximum.accumulate(index, axis=0)[:-1]
    known = np.maximum(ahead, 0)
    both = substitution[:, None] & substitution[known]
    gap = begin[:, None] - end[known]
    near = carried & (ahead >= 0) & (gap <= np.where(both, CODON_REACH, INDEL_REACH))
    row, column = np.nonzero(near)
    marked = near.copy()
    marked[ahead[row, column], column] = True
    return marked


def _with_frame(near: Bools, shift: IntArray, carried: Bools, forward: bool) -> Bools:
    """Add what lies between a shift and its repair. What lies behind a shift that lasts is no news, unless it could
    share a codon: then csq must see the shifts of that copy, to read the codons as they are."""
    step = 1 if forward else -1
    shifts = carried & (shift != 0)[:, None]
    frame = np.cumsum((carried * shift[:, None])[::step], axis=0) % 3
    shifted = frame != 0
    entered = np.zeros_like(shifted)
    entered[1:] = shifted[:-1]
    lost = np.logical_and.accumulate(shifted[::-1], axis=0)[::-1]
    repaired = ((shifted | entered) & ~lost)[::step]
    concerned = (near & carried & lost[::step]).any(axis=0)
    return near | repaired | (shifts & concerned)
