"""Rows of the gene model as columns of consequences.parquet, and what is told of the allele as a whole."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import IntArray, mask, packed, plain
from pipeline.annotation.consequence_terms import IMPACT
from pipeline.annotation.engines.base import CONSEQUENCE_SCHEMA
from pipeline.annotation.hgvs.genomic import genomic_descriptions
from pipeline.annotation.hgvs.shift import right_shift
from pipeline.annotation.hgvs.wording import wording_of
from pipeline.annotation.transcripts.changes import changes_of
from pipeline.annotation.transcripts.context import ContigContext
from pipeline.annotation.transcripts.picking import Candidates, picked
from pipeline.annotation.transcripts.rows import TranscriptRows, transcript_rows
from pipeline.annotation.transcripts.terms import TERMS, as_texts, lowest_rank

IMPACTS = pa.array([IMPACT[term] for term in TERMS])
TERM_NAMES = pa.array(TERMS)


@dataclass(frozen=True)
class ContigRows:
    """Rows of CONSEQUENCE_SCHEMA and `impact` for alleles of one contig; `row` counts these alleles. `best` is the
    row that speaks for each (-1: none touches a transcript), `most_severe` the worst term over all its transcripts."""

    table: pa.Table
    best: IntArray
    most_severe: pa.StringArray
    hgvs_g: pa.StringArray

    def with_regulatory(self, allele: IntArray, kinds: pa.StringArray) -> ContigRows:
        """The same with rows for regulatory features, which have no transcript; their type is the biotype."""
        term = regulatory_term(kinds)
        own = plain(self.table)
        columns = {field.name: pa.nulls(len(allele), field.type) for field in own.schema}
        columns |= {"row": pa.array(allele), "consequence": term, "biotype": kinds}
        columns["impact"] = pa.array(["MODIFIER"] * len(allele), pa.string())
        more = pa.table(columns, schema=own.schema)
        return replace(self, table=pa.concat_tables([own, more]))


def described(pos: IntArray, ref: pa.StringArray, alt: pa.StringArray, context: ContigContext) -> pa.StringArray:
    """HGVS of normalised alleles on the contig, without their transcripts."""
    changes = changes_of(pos, ref, alt)
    wording = wording_of(changes, right_shift(changes, context.bases))
    return genomic_descriptions(context.contig, changes, wording)


def contig_rows(pos: IntArray, ref: pa.StringArray, alt: pa.StringArray, context: ContigContext) -> ContigRows:
    """What the gene model says of normalised alleles (`pos` is 1-based)."""
    changes = changes_of(pos, ref, alt)
    wording = wording_of(changes, right_shift(changes, context.bases))
    on_contig = genomic_descriptions(context.contig, changes, wording)
    if context.transcripts is None:
        nothing = np.full(len(pos), -1, np.int64)
        empty = CONSEQUENCE_SCHEMA.empty_table().append_column("impact", pa.array([], pa.string()))
        return ContigRows(empty, nothing, pa.nulls(len(pos), pa.string()), on_contig)
    rows = transcript_rows(changes, wording, context)
    severity = lowest_rank(rows.terms)
    worst = np.full(len(pos), len(TERMS), np.int64)
    np.minimum.at(worst, rows.change, severity)
    return ContigRows(
        table=_table(rows, severity, pos, ref, alt, context),
        best=_picked(rows, severity, len(pos), context),
        most_severe=TERM_NAMES.take(pa.array(worst, mask=worst == len(TERMS))),
        hgvs_g=on_contig,
    )


def _picked(rows: TranscriptRows, severity: IntArray, alleles: int, context: ContigContext) -> IntArray:
    inside = np.flatnonzero(rows.distance < 0)
    transcript = rows.transcript[inside]
    candidates = Candidates(
        allele=rows.change[inside],
        gene=context.gene_places[transcript],
        outside=np.zeros(len(inside), bool),
        tag=context.tags[transcript],
        severity=severity[inside],
        protein_coding=context.protein_coding[transcript],
        name=context.name_ranks[transcript],
    )
    best = picked(candidates, alleles)
    return np.where(best >= 0, inside[best], -1) if len(inside) else best


def _table(
    rows: TranscriptRows, severity: IntArray, pos: IntArray, ref: pa.StringArray, alt: pa.StringArray,
    context: ContigContext,
) -> pa.Table:  # fmt: skip
    transcript = pa.array(rows.transcript)
    coded = pa.array(rows.codon_row, mask=rows.codon_row < 0)
    described = pa.array(rows.described, mask=rows.described < 0)
    codons = rows.codons
    columns: dict[str, pa.Array] = {
        "row": pa.array(rows.change),
        "consequence": as_texts(rows.terms),
        **{name: texts.take(transcript) for name, texts in context.texts.items()},
        "amino_acids": codons.amino_acids.take(coded),
        "protein_position": codons.protein_position.take(coded),
        "dna_change": _dna_changes(rows, pos, ref, alt),
        "hgvs_c": rows.hgvs_c.take(described),
        "hgvs_p": codons.hgvs_p.take(coded),
        "codons": codons.codons.take(coded),
        "cds_position": codons.cds_position.take(coded),
        "exon": rows.exon.take(described),
        "intron": rows.intron.take(described),
        "distance": pa.array(rows.distance, mask=rows.distance < 0),
    }
    ordered = {name: columns[name] for name in CONSEQUENCE_SCHEMA.names}
    return pa.table(ordered | {"impact": packed(pa.array(severity), IMPACTS)})


def _dna_changes(rows: TranscriptRows, pos: IntArray, ref: pa.StringArray, alt: pa.StringArray) -> pa.StringArray:
    """`3308T>C`, as bcftools writes it, for changes in coding sequence."""
    coded = np.flatnonzero(rows.codon_row >= 0)
    of = rows.change[coded]
    where = pa.array(of)
    text = pc.binary_join_element_wise(pa.array(pos[of]).cast(pa.string()), ref.take(where), "", "")
    text = pc.binary_join_element_wise(text, alt.take(where), ">")
    source = np.full(len(rows.change), -1, np.int64)
    source[coded] = np.arange(len(coded))
    return text.take(pa.array(source, mask=source < 0))


def regulatory_rows(pos: IntArray, length: IntArray, context: ContigContext) -> tuple[IntArray, pa.StringArray]:
    """Alleles that overlap a regulatory feature of the GFF3, one row for each feature, and the features' types."""
    if context.regions is None:
        return np.zeros(0, np.int64), pa.array([], pa.string())
    allele, region = context.region_index.near(pos, pos + np.maximum(length, 1) - 1)
    return allele, context.regions.kind.take(pa.array(region))


def regulatory_term(kind: pa.StringArray) -> pa.StringArray:
    """The term for a regulatory feature of this type."""
    motif = mask(pc.equal(kind, "TF_binding_site"))
    return pa.array(np.where(motif, "TF_binding_site_variant", "regulatory_region_variant"), pa.string())
