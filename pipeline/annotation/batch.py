"""Everything that is known of the alleles of one block: normal form, consequences, sources, counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pysam

from pipeline.annotation.alleles import ANNOTATED, CODE, SKIP_REASONS, Alleles
from pipeline.annotation.columnar import IntArray, mask, to_numpy
from pipeline.annotation.consequence_terms import impact_of, most_severe_term, severity_rank
from pipeline.annotation.contig_plan import ContigPlan
from pipeline.annotation.engine_stream import EngineRows
from pipeline.annotation.engines.base import Engine
from pipeline.annotation.gene_context import complete, merged_by_transcript, neighbours
from pipeline.annotation.sources.allele_source import ARROW_TYPES, AlleleSource
from pipeline.annotation.sources.track import Track
from pipeline.reference.bundle import Bundle
from pipeline.reference.gene_model import load_gene_model

BEST_COLUMNS = ("gene", "gene_id", "transcript", "biotype", "strand", "amino_acids", "protein_position", "dna_change")


@dataclass(frozen=True)
class NormalForm:
    """Left-aligned, parsimonious alleles (where annotated; else as uploaded, in upper case) and the engine's text."""

    pos: IntArray
    ref: pa.StringArray
    alt: pa.StringArray
    raw: pa.StringArray


@dataclass(frozen=True)
class Annotated:
    """Columns for each allele, and the consequence rows (with `row`, the index of the allele in the block)."""

    normal: NormalForm
    columns: dict[str, pa.Array]
    consequences: pa.Table


class Annotator:
    """Annotates the alleles of a file against one bundle."""

    def __init__(self, bundle: Bundle, engine: Engine, plan: ContigPlan) -> None:
        self.engine = engine
        self.plan = plan
        self.model = load_gene_model(bundle.gff3)
        self.fasta = pysam.FastaFile(str(bundle.fasta))
        self.sources = [
            AlleleSource(source, bundle.path(source.file)) for source in bundle.sources if source.kind == "alleles"
        ]
        self.tracks = [Track(source, bundle.path(source.file)) for source in bundle.sources if source.kind == "track"]

    def close(self) -> None:
        """Close the reference."""
        self.fasta.close()

    def annotate(self, found: Alleles, rows: EngineRows | None) -> Annotated:
        """Put together what engine, gene model and sources say. Alleles that the engine left out get their reason."""
        normal = self._normal_form(found, rows)
        consequences = self._consequences(normal)
        best = _most_severe(consequences, len(found))
        columns = {
            name: consequences[name].combine_chunks().take(best)
            for name in (*BEST_COLUMNS, *(column.name for column in self.engine.extra_columns))
        }
        columns["consequence"] = most_severe_term(consequences["consequence"].combine_chunks().take(best))
        columns |= self._by_contig(found, normal)
        columns["consequence"] = pc.coalesce(columns["consequence"], columns.pop("nearby"))
        columns["impact"] = impact_of(columns["consequence"])
        columns["type"] = variant_types(found, normal)
        columns["skipped"] = pa.array(SKIP_REASONS).take(pa.array(found.skip, mask=found.skip == ANNOTATED))
        return Annotated(normal, columns, consequences)

    def _normal_form(self, found: Alleles, rows: EngineRows | None) -> NormalForm:
        pos = found.pos.copy()
        ref, alt = pc.utf8_upper(found.ref), pc.utf8_upper(found.alt)
        raw = pa.nulls(len(found), pa.string())
        returned = np.zeros(len(found), bool)
        if rows is not None:
            at = rows.key - found.first_key
            returned[at] = True
            pos[at] = rows.pos
            source = np.arange(len(found))
            source[at] = len(found) + np.arange(len(rows))
            index = pa.array(source)
            ref = pa.concat_arrays([ref, rows.ref]).take(index)
            alt = pa.concat_arrays([alt, rows.alt]).take(index)
            raw = pa.concat_arrays([raw, rows.raw]).take(index)
        self._explain_left_out(found, np.flatnonzero((found.skip == ANNOTATED) & ~returned))
        return NormalForm(pos, ref, alt, raw)

    def _explain_left_out(self, found: Alleles, left_out: IntArray) -> None:
        """The engine leaves out what contradicts the reference; where that is masked, nothing can be said."""
        for index in left_out.tolist():
            target = self.plan.contigs[found.chrom[index].as_py()].target
            ref = found.ref[index].as_py()
            start = int(found.pos[index]) - 1
            known = self.fasta.fetch(target.name, start, start + len(ref)).upper() if target else ""
            found.skip[index] = CODE["reference_unknown" if "N" in known else "reference_mismatch"]

    def _consequences(self, normal: NormalForm) -> pa.Table:
        rows = merged_by_transcript(complete(self.engine.parse(normal.raw), self.model))
        return rows.append_column("impact", impact_of(rows["consequence"].combine_chunks()))

    def _by_contig(self, found: Alleles, normal: NormalForm) -> dict[str, pa.Array]:
        """What depends on the place alone or on the allele alone: neighbours, sources, tracks."""
        parts: list[tuple[IntArray, dict[str, pa.Array]]] = []
        for order in np.unique(found.contig_order[found.skip == ANNOTATED]).tolist():
            index = np.flatnonzero((found.skip == ANNOTATED) & (found.contig_order == order))
            target = self.plan.contigs[found.chrom[int(index[0])].as_py()].target
            if target is not None:
                parts.append((index, self._on_contig(target.name, index, normal)))
        return self._scattered(parts, len(found))

    def _on_contig(self, contig: str, index: IntArray, normal: NormalForm) -> dict[str, pa.Array]:
        where = pa.array(index)
        pos, ref, alt = normal.pos[index], normal.ref.take(where), normal.alt.take(where)
        length = to_numpy(pc.binary_length(ref)).astype(np.int64)
        near = neighbours(pos, length, self.model.genes.get(contig))
        outside = pc.is_null(normal.raw.take(where))
        columns = {
            "nearby": pc.if_else(outside, near.consequence, "sequence_variant"),
            "nearest_gene": pc.if_else(outside, near.gene, None),
            "distance": pc.if_else(outside, near.distance, None),
        }
        for source in self.sources:
            columns |= source.lookup(contig, pos, ref, alt)
        for track in self.tracks:
            columns |= track.lookup(contig, pos, length)
        return columns

    def _scattered(self, parts: list[tuple[IntArray, dict[str, pa.Array]]], count: int) -> dict[str, pa.Array]:
        types = {"nearby": pa.string(), "nearest_gene": pa.string(), "distance": pa.int64()}
        declared = [item.source for item in self.sources] + [item.source for item in self.tracks]
        for source in declared:
            types |= {column.name: ARROW_TYPES[column.type] for column in source.columns}
        where = np.full(count, -1, np.int64)
        start = 0
        for index, _ in parts:
            where[index] = np.arange(start, start + len(index))
            start += len(index)
        take = pa.array(where, mask=where < 0)
        return {
            name: pa.concat_arrays([columns[name] for _, columns in parts]).take(take)
            if parts
            else pa.nulls(count, type_)
            for name, type_ in types.items()
        }


def _most_severe(consequences: pa.Table, alleles: int) -> pa.Int64Array:
    """Index of the row that speaks for each allele (null: none): the most severe, protein-coding first, then by id."""
    count = len(consequences)
    if not count:
        return pa.nulls(alleles, pa.int64())
    row = to_numpy(consequences["row"])
    rank = to_numpy(severity_rank(consequences["consequence"].combine_chunks()))
    coding = mask(pc.equal(consequences["biotype"], "protein_coding"))
    name = to_numpy(pc.rank(pc.fill_null(consequences["transcript"], "").combine_chunks(), tiebreaker="dense"))
    order = np.lexsort((name, ~coding, rank, row))
    first = np.ones(count, bool)
    first[1:] = row[order][1:] != row[order][:-1]
    best = np.full(alleles, -1, np.int64)
    best[row[order][first]] = order[first]
    return pa.array(best, mask=best < 0)


def variant_types(found: Alleles, normal: NormalForm) -> pa.StringArray:
    """SNV, MNV, insertion, deletion, indel; or what kind of allele it is that has no bases."""
    ref, alt = to_numpy(pc.binary_length(normal.ref)), to_numpy(pc.binary_length(normal.alt))
    kinds = np.select(
        [(ref == 1) & (alt == 1), ref == alt, ref == 1, alt == 1], ["SNV", "MNV", "insertion", "deletion"], "indel"
    ).astype(object)
    for reason in ("symbolic_allele", "breakend", "spanning_deletion", "invalid_allele", "missing_allele"):
        kinds[found.skip == CODE[reason]] = reason.removesuffix("_allele")
    unplaced = np.isin(found.skip, [CODE["unknown_contig"], CODE["beyond_contig_end"]])
    bases = mask(pc.match_substring_regex(normal.alt, r"^[A-Z]+$"))
    kinds[unplaced & ~bases] = "other"
    return pa.array(kinds, pa.string())
