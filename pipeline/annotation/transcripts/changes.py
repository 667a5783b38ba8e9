"""Alleles as changes: the bases that go and those that come, without the base that VCF puts before an indel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import IntArray, to_numpy

SUBSTITUTION, MULTIPLE, INSERTION, DELETION, REPLACEMENT = range(5)


@dataclass(frozen=True)
class Changes:
    """`start` and `end` of the bases that go, 1-based and inclusive; `start` is `end` + 1 for an insertion."""

    start: IntArray
    end: IntArray
    removed: pa.StringArray
    added: pa.StringArray
    kind: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.start)

    @property
    def low(self) -> IntArray:
        """The leftmost base concerned; of an insertion the base before it."""
        return np.minimum(self.start, self.end)

    @property
    def high(self) -> IntArray:
        """The rightmost base concerned; of an insertion the base after it."""
        return np.maximum(self.start, self.end)

    def take(self, index: IntArray) -> Changes:
        """Some of them."""
        where = pa.array(index)
        return Changes(
            self.start[index], self.end[index], self.removed.take(where), self.added.take(where), self.kind[index]
        )


def changes_of(pos: IntArray, ref: pa.StringArray, alt: pa.StringArray) -> Changes:
    """Changes of normalised alleles (`pos` is 1-based)."""
    ref_length, alt_length = (to_numpy(pc.binary_length(side)).astype(np.int64) for side in (ref, alt))
    kind = np.where(ref_length == 1, SUBSTITUTION, MULTIPLE).astype(np.int8)
    start = pos.copy()
    uneven = np.flatnonzero(ref_length != alt_length)
    if len(uneven):
        ref, alt, start = _without_anchor(uneven, ref, alt, start)
        ref_length, alt_length = (to_numpy(pc.binary_length(side)).astype(np.int64) for side in (ref, alt))
        kind[uneven] = np.where(ref_length == 0, INSERTION, np.where(alt_length == 0, DELETION, REPLACEMENT))[uneven]
    return Changes(start, start + ref_length - 1, ref, alt, kind)


def _without_anchor(
    uneven: IntArray, ref: pa.StringArray, alt: pa.StringArray, start: IntArray
) -> tuple[pa.StringArray, pa.StringArray, IntArray]:
    """Drop the base that both sides share: the first one, or the last one at the start of a contig."""
    where = pa.array(uneven)
    some_ref, some_alt = ref.take(where), alt.take(where)
    first = to_numpy(pc.equal(pc.utf8_slice_codeunits(some_ref, 0, 1), pc.utf8_slice_codeunits(some_alt, 0, 1)))
    last = ~first & to_numpy(pc.equal(pc.utf8_slice_codeunits(some_ref, -1), pc.utf8_slice_codeunits(some_alt, -1)))
    start[uneven[first]] += 1
    source = np.arange(len(ref))
    source[uneven] = len(ref) + np.arange(len(uneven))
    take = pa.array(source)
    sides = []
    for whole, some in ((ref, some_ref), (alt, some_alt)):
        trimmed = pc.if_else(
            first, pc.utf8_slice_codeunits(some, 1), pc.if_else(last, pc.utf8_slice_codeunits(some, 0, -1), some)
        )
        sides.append(pa.concat_arrays([whole, trimmed]).take(take))
    return sides[0], sides[1], start
