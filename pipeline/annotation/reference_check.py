"""Compares REF with the reference before an engine sees the allele: what contradicts it is marked, and carried through.

Engines would leave these alleles out one by one, with a line of complaint for each; a file of another genome build,
or a reference that is masked for the most part, has millions of them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.alleles import ANNOTATED, CODE, Alleles
from pipeline.annotation.columnar import IntArray, concatenated, first_letters, to_numpy
from pipeline.annotation.contig_plan import ContigPlan
from pipeline.annotation.reference_bases import ReferenceBases

Bools = npt.NDArray[np.bool_]
IS_BASE = np.zeros(256, bool)
IS_BASE[list(b"ACGT")] = True


class ReferenceCheck:
    """Checks the alleles of a file block by block, in one thread."""

    def __init__(self, bases: ReferenceBases, plan: ContigPlan) -> None:
        self._bases = bases
        self._plan = plan

    def mark(self, found: Alleles) -> None:
        """Set the reason where REF is not what the reference has there, or the reference does not say (N, IUPAC)."""
        for order in np.unique(found.contig_order[found.skip == ANNOTATED]).tolist():
            index = np.flatnonzero((found.skip == ANNOTATED) & (found.contig_order == order))
            target = self._plan.by_order[order].target
            if target is None:
                continue
            ref = pc.utf8_upper(found.ref.take(pa.array(index)))
            unknown, differs = self._compared(target.name, found.pos[index], ref)
            found.skip[index[differs]] = CODE["reference_mismatch"]
            found.skip[index[unknown]] = CODE["reference_unknown"]

    def _compared(self, contig: str, pos: IntArray, ref: pa.StringArray) -> tuple[Bools, Bools]:
        """Where the reference does not say, and where REF differs from it. REF may hold N itself: norm takes an N only
        where the reference has one, and so do we."""
        length = to_numpy(pc.binary_length(ref)).astype(np.int64)
        known = self._bases.of(contig).at(pos)
        unknown, differs = ~IS_BASE[known], known != first_letters(ref)
        longer = np.flatnonzero(length > 1)
        if len(longer):
            more = self._whole(contig, pos[longer], ref.take(pa.array(longer)), length[longer])
            unknown[longer], differs[longer] = more
        return unknown, ~unknown & differs

    def _whole(self, contig: str, pos: IntArray, ref: pa.StringArray, length: IntArray) -> tuple[Bools, Bools]:
        """The same of REFs of several bases."""
        first = np.concatenate(([0], np.cumsum(length)[:-1]))
        places = np.repeat(pos - first, length) + np.arange(int(length.sum()))
        known = self._bases.of(contig).at(places)
        given = np.frombuffer(concatenated(ref), np.uint8)
        return np.logical_or.reduceat(~IS_BASE[known], first), np.logical_or.reduceat(known != given, first)
