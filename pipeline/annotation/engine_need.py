"""Which alleles an engine has to see: a single-base change is in its normal form as it stands, and outside all
transcripts an engine that knows genes only has nothing to say of it.

In a whole genome that is half of all alleles.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.alleles import ANNOTATED, Alleles
from pipeline.annotation.columnar import IntArray, mask, to_numpy
from pipeline.annotation.contig_plan import ContigPlan
from pipeline.annotation.engines.base import Engine
from pipeline.reference.bundle import Bundle
from pipeline.reference.gene_model import load_gene_model

NOTHING = np.zeros(0, np.int64)
MARGIN_BASES = 100  # around transcripts, to be on the safe side of any engine's own bounds
BASES = pa.array(["A", "C", "G", "T", "a", "c", "g", "t"])


class EngineNeed:
    """Marks the alleles of a file block by block; REF must have been compared with the reference before."""

    def __init__(self, engine: Engine, bundle: Bundle, plan: ContigPlan) -> None:
        self._model = load_gene_model(bundle.gff3) if engine.silent_outside_genes else None
        self._plan = plan
        self._held: dict[str, tuple[IntArray, IntArray]] = {}

    def mark(self, found: Alleles) -> None:
        """Set `plain` for what no engine needs to see. The last allele of a block is sent whatever it is: its answer
        tells how far the engine has come."""
        if self._model is None:
            return
        single = (to_numpy(pc.binary_length(found.ref)) == 1) & mask(pc.is_in(found.alt, value_set=BASES))
        candidates = np.flatnonzero(single & (found.skip == ANNOTATED))
        for order in np.unique(found.contig_order[candidates]).tolist():
            index = candidates[found.contig_order[candidates] == order]
            target = self._plan.by_order[order].target
            if target is not None:
                found.plain[index] = self._outside(target.name, found.pos[index])
        annotated = np.flatnonzero(found.skip == ANNOTATED)
        if len(annotated):
            found.plain[found.same_as[annotated[-1]]] = False

    def _outside(self, contig: str, pos: IntArray) -> npt.NDArray[np.bool_]:
        """Whether each 1-based position lies off all transcripts of the contig, by some bases at least."""
        starts, reach = self._stretches(contig)
        if not len(starts):
            return np.ones(len(pos), bool)
        last = np.searchsorted(starts, pos + MARGIN_BASES, side="right") - 1
        return (last < 0) | (reach[np.maximum(last, 0)] < pos - MARGIN_BASES)

    def _stretches(self, contig: str) -> tuple[IntArray, IntArray]:
        """Starts of the transcripts in order, and the farthest end of each and those before it."""
        if contig not in self._held:
            own = self._model.transcripts_of(contig) if self._model is not None else None
            order = np.argsort(own.start, kind="stable") if own is not None else NOTHING
            starts, ends = (own.start[order], own.end[order]) if own is not None else (NOTHING, NOTHING)
            self._held[contig] = (starts, np.maximum.accumulate(ends))
        return self._held[contig]
