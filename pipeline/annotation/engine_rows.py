"""Consequence rows of an engine that names every transcript itself (VEP): completed, and the one that speaks for each
allele, by the same rule as for the rows of the gene model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import IntArray, mask, to_numpy
from pipeline.annotation.consequence_terms import SEVERITY, impact_of, severity_rank
from pipeline.annotation.engines.base import Engine
from pipeline.annotation.gene_context import complete, merged_by_transcript
from pipeline.annotation.transcripts.picking import Candidates, picked, tag_places
from pipeline.reference.gene_model import GeneModel
from pipeline.reference.gene_model_tables import CANONICAL, MANE_PLUS_CLINICAL, MANE_SELECT

# Columns by which an engine tells what a transcript is, where the gene model does not.
TOLD = {"vep_mane_select": MANE_SELECT, "vep_mane_plus_clinical": MANE_PLUS_CLINICAL, "vep_canonical": CANONICAL}
FLANK_RANK = SEVERITY["upstream_gene_variant"]  # this term and all after it: the allele lies beside the transcript


@dataclass(frozen=True)
class OwnRows:
    """The rows of an engine with their impact; `best` is the row that speaks for each allele (-1: none)."""

    table: pa.Table
    best: IntArray

    def of(self, alleles: IntArray) -> tuple[pa.Table, IntArray, pa.StringArray]:
        """The rows of some alleles, the row among them that speaks for each, and the worst term of each."""
        wanted = np.zeros(len(self.best), bool)
        wanted[alleles] = True
        keep = wanted[to_numpy(self.table["row"])] if len(self.table) else np.zeros(0, bool)
        place = np.cumsum(keep) - 1
        best = np.where(wanted & (self.best >= 0), place[self.best] if len(place) else -1, -1)
        table = self.table.filter(pa.array(keep))
        return table, best, most_severe_of(table, len(best))

    def with_extra(self, rows: pa.Table, engine: Engine) -> pa.Table:
        """Rows of the gene model with what only the engine says of their alleles."""
        at = self.best[to_numpy(rows["row"])] if len(rows) else np.zeros(0, np.int64)
        take = pa.array(at, mask=at < 0)
        for column in engine.extra_columns:
            rows = rows.append_column(column.name, self.table[column.name].combine_chunks().take(take))
        return rows


def engine_rows(engine: Engine, raw: pa.StringArray, model: GeneModel) -> OwnRows:
    """The engine's texts as rows."""
    rows = merged_by_transcript(complete(engine.parse(raw), model))
    rows = rows.append_column("impact", impact_of(rows["consequence"].combine_chunks()))
    return OwnRows(rows, picked(candidates_of(rows, model), len(raw)))


def most_severe_of(rows: pa.Table, alleles: int) -> pa.StringArray:
    """The worst term over all rows of each allele; null where it has none."""
    worst = np.full(alleles, len(SEVERITY), np.int64)
    np.minimum.at(worst, to_numpy(rows["row"]), to_numpy(severity_rank(rows["consequence"].combine_chunks())))
    return pa.array(list(SEVERITY), pa.string()).take(pa.array(worst, mask=worst == len(SEVERITY)))


def candidates_of(rows: pa.Table, model: GeneModel) -> Candidates:
    """What decides among consequence rows."""
    severity = to_numpy(severity_rank(rows["consequence"].combine_chunks())).astype(np.int64)
    gene = pc.fill_null(pc.coalesce(rows["gene_id"], rows["gene"]), "").combine_chunks().dictionary_encode().indices
    name = pc.rank(pc.fill_null(rows["transcript"], "").combine_chunks(), tiebreaker="dense")
    return Candidates(
        allele=to_numpy(rows["row"]).astype(np.int64),
        gene=gene.to_numpy().astype(np.int64),
        outside=severity >= FLANK_RANK,
        tag=tag_places(_flags(rows, model)),
        severity=severity,
        protein_coding=mask(pc.equal(rows["biotype"], "protein_coding")),
        name=to_numpy(name).astype(np.int64),
    )


def _flags(rows: pa.Table, model: GeneModel) -> np.ndarray:
    known = model.tables.transcripts
    at = pc.index_in(rows["transcript"], value_set=known["id"])
    flags = pc.fill_null(known["flags"].take(at), 0).to_numpy().astype(np.int8)
    for name, flag in TOLD.items():
        if name in rows.column_names:
            flags |= np.where(mask(pc.is_valid(rows[name])), flag, 0).astype(np.int8)
    return flags
