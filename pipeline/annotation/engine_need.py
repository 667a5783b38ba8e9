"""Which alleles an engine has to see: a single-base change is in its normal form as it stands. Outside all transcripts
an engine that knows genes only has nothing to say of it, and between two exons it says the same of each.

In a whole genome that is all but a tenth of the alleles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.alleles import ANNOTATED, Alleles
from pipeline.annotation.columnar import IntArray, mask, to_numpy
from pipeline.annotation.contig_plan import ContigPlan
from pipeline.annotation.engines.base import Engine
from pipeline.reference.bundle import Bundle
from pipeline.reference.gene_model import ContigTranscripts, load_gene_model

MARGIN_BASES = 100  # around transcripts and exons, to be on the safe side of any engine's own bounds
BASES = pa.array(["A", "C", "G", "T", "a", "c", "g", "t"])
FAR = 1 << 40  # beyond any position
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Stretches:
    """A contig cut at each end of a transcript or an exon: stretch `n` is `begin[n]` … `begin[n + 1]` − 1, 1-based.
    All positions of one lie in the same transcripts, and in exons of the same of them."""

    begin: IntArray
    in_transcript: Bools
    in_exon: Bools

    @staticmethod
    def of(own: ContigTranscripts | None) -> Stretches:
        """The stretches of a contig; a single one where the bundle holds no transcripts of it."""
        none = np.zeros(0, np.int64)
        features = (
            ((own.start, own.end), (own.exon_start, own.exon_end)) if own is not None else ((none, none), (none, none))
        )
        ends = [end for start, stop in features for end in (start, stop + 1)]
        begin = np.unique(np.concatenate([[-FAR], *ends, [FAR]]))
        inside = []
        for start, stop in features:
            opened = np.bincount(np.searchsorted(begin, start), minlength=len(begin))
            closed = np.bincount(np.searchsorted(begin, stop + 1), minlength=len(begin))
            inside.append(np.cumsum(opened - closed) > 0)
        return Stretches(begin, *inside)

    def holding(self, pos: IntArray) -> tuple[IntArray, Bools]:
        """The stretch of each 1-based position, and whether the position lies well inside it."""
        at = np.searchsorted(self.begin, pos, side="right") - 1
        return at, (pos - self.begin[at] >= MARGIN_BASES) & (self.begin[at + 1] - pos > MARGIN_BASES)


class EngineNeed:
    """Marks the alleles of a file block by block; REF must have been compared with the reference before."""

    def __init__(self, engine: Engine, bundle: Bundle, plan: ContigPlan) -> None:
        self._model = load_gene_model(bundle.gff3) if engine.silent_outside_genes else None
        self._plan = plan
        self._held: dict[str, Stretches] = {}

    def mark(self, found: Alleles) -> None:
        """Set `plain` for what no engine needs to see, and `worded_as` where it was asked of another allele. The last
        allele of a block is sent whatever it is: its answer tells how far the engine has come."""
        if self._model is None:
            return
        single = (to_numpy(pc.binary_length(found.ref)) == 1) & mask(pc.is_in(found.alt, value_set=BASES))
        candidates = np.flatnonzero(single & (found.skip == ANNOTATED))
        for order in np.unique(found.contig_order[candidates]).tolist():
            target = self._plan.by_order[order].target
            if target is not None:
                self._mark(found, candidates[found.contig_order[candidates] == order], self._stretches(target.name))
        annotated = np.flatnonzero(found.skip == ANNOTATED)
        if len(annotated):
            found.plain[found.same_as[annotated[-1]]] = False

    @staticmethod
    def _mark(found: Alleles, index: IntArray, stretches: Stretches) -> None:
        """Single-base changes of one contig, in the order of the file."""
        at, well_inside = stretches.holding(found.pos[index])
        found.plain[index[well_inside & ~stretches.in_transcript[at]]] = True
        introns = well_inside & stretches.in_transcript[at] & ~stretches.in_exon[at]
        index, at = index[introns], at[introns]
        _, first, group = np.unique(at, return_index=True, return_inverse=True)
        found.worded_as[index] = index[first][group]
        found.plain[index] = True
        found.plain[index[first]] = False  # one of each intron is asked

    def _stretches(self, contig: str) -> Stretches:
        if contig not in self._held:
            self._held[contig] = Stretches.of(self._model.transcripts_of(contig) if self._model is not None else None)
        return self._held[contig]
