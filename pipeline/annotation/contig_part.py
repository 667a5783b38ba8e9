"""What is known of the alleles of one contig by place and change alone: genes, neighbours, sources, tracks."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import IntArray, mask, to_numpy
from pipeline.annotation.consequence_terms import SEVERITY, severity_rank
from pipeline.annotation.gene_context import Neighbour, neighbours
from pipeline.annotation.reference_bases import ReferenceBases
from pipeline.annotation.sources.allele_source import ARROW_TYPES, AlleleSource
from pipeline.annotation.sources.track import Track
from pipeline.annotation.transcripts.context import ContigContext
from pipeline.annotation.transcripts.table import ContigRows, contig_rows, described, regulatory_rows, regulatory_term
from pipeline.reference.bundle import Bundle, Contig
from pipeline.reference.gene_model import load_gene_model

HELD_CONTIGS = 2  # a sorted file goes from one contig to the next
REGULATORY_TRACKS = "regulatory"  # how the ids of tracks begin that hold regulatory features


@dataclass(frozen=True)
class ContigPart:
    """Columns for the alleles `index` of a block; `rows` where the gene model says what happens to transcripts."""

    index: IntArray
    columns: dict[str, pa.Array]
    rows: ContigRows | None


class ContigParts:
    """Looks up alleles contig by contig."""

    def __init__(self, bundle: Bundle, bases: ReferenceBases) -> None:
        self.model = load_gene_model(bundle.gff3)
        self._bases = bases
        self._beside = ThreadPoolExecutor(1, "sources")  # sources are asked while the gene model is
        self._contexts: OrderedDict[str, ContigContext] = OrderedDict()
        self.sources = [
            AlleleSource(source, bundle.path(source.file)) for source in bundle.sources if source.kind == "alleles"
        ]
        self.tracks = [Track(source, bundle.path(source.file)) for source in bundle.sources if source.kind == "track"]

    def close(self) -> None:
        """End the thread that asks the sources."""
        self._beside.shutdown()

    def part(
        self,
        contig: Contig,
        index: IntArray,
        pos: IntArray,
        ref: pa.StringArray,
        alt: pa.StringArray,
        inside: pa.BooleanArray | None,
    ) -> ContigPart:
        """What is known of normalised alleles. `inside` says which of them an engine has put into genes; where it is
        None, the gene model does that."""
        context = self._context(contig)
        length = to_numpy(pc.binary_length(ref)).astype(np.int64)
        told = self._beside.submit(self._by_sources, contig.name, pos, ref, alt, length)
        rows = contig_rows(pos, ref, alt, context) if inside is None else None
        if rows is not None:
            outside = pa.array(rows.best < 0)
            columns = {"hgvs_g": rows.hgvs_g, "most_severe": rows.most_severe}
        else:
            outside = pc.invert(inside)
            columns = {"hgvs_g": described(pos, ref, alt, context), "most_severe": pa.nulls(len(pos), pa.string())}
        columns |= told.result()
        near = neighbours(pos, length, context.genes, context.circumference)
        regulatory, kinds = regulatory_rows(pos, length, context)
        nearby = self._nearby(near, regulatory, kinds, columns)
        columns |= {
            "nearby": pc.if_else(outside, nearby, "sequence_variant"),
            "nearest_gene": pc.if_else(outside, near.gene, None),
            "distance": pc.if_else(outside, near.distance, None),
        }
        if rows is not None and len(regulatory):
            rows = rows.with_regulatory(regulatory, kinds)
        return ContigPart(index, columns, rows)

    def _by_sources(
        self, contig: str, pos: IntArray, ref: pa.StringArray, alt: pa.StringArray, length: IntArray
    ) -> dict[str, pa.Array]:
        columns: dict[str, pa.Array] = {}
        for source in self.sources:
            columns |= source.lookup(contig, pos, ref, alt)
        for track in self.tracks:
            columns |= track.lookup(contig, pos, length)
        return columns

    def _nearby(
        self, near: Neighbour, regulatory: IntArray, kinds: pa.StringArray, columns: dict[str, pa.Array]
    ) -> pa.StringArray:
        """The term for what lies outside genes: upstream and downstream before regulatory, that before intergenic."""
        rank = to_numpy(severity_rank(near.consequence)).astype(np.int64)
        np.minimum.at(rank, regulatory, to_numpy(severity_rank(regulatory_term(kinds))).astype(np.int64))
        for track in self.tracks:
            if track.source.id.startswith(REGULATORY_TRACKS):
                hit = mask(pc.is_valid(columns[track.source.columns[0].name]))
                rank = np.where(hit, np.minimum(rank, SEVERITY["regulatory_region_variant"]), rank)
        return pa.array(list(SEVERITY), pa.string()).take(pa.array(rank))

    def _context(self, contig: Contig) -> ContigContext:
        if contig.name not in self._contexts:
            self._contexts[contig.name] = ContigContext(contig, self.model, self._bases.of(contig.name))
            if len(self._contexts) > HELD_CONTIGS:
                self._contexts.popitem(last=False)
        return self._contexts[contig.name]

    def scattered(self, parts: list[ContigPart], count: int) -> dict[str, pa.Array]:
        """The columns of all parts, one row for each allele of the block; null where no part has it."""
        types = {name: pa.string() for name in ("nearby", "nearest_gene", "hgvs_g", "most_severe")}
        types["distance"] = pa.int64()
        declared = [item.source for item in self.sources] + [item.source for item in self.tracks]
        for source in declared:
            types |= {column.name: ARROW_TYPES[column.type] for column in source.columns}
        where = np.full(count, -1, np.int64)
        start = 0
        for part in parts:
            where[part.index] = np.arange(start, start + len(part.index))
            start += len(part.index)
        take = pa.array(where, mask=where < 0)
        return {
            name: pa.concat_arrays([part.columns[name] for part in parts]).take(take)
            if parts
            else pa.nulls(count, type_)
            for name, type_ in types.items()
        }
