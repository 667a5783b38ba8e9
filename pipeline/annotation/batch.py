"""Everything that is known of the alleles of one block: normal form, consequences, sources, counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.alleles import ANNOTATED, CODE, SKIP_REASONS, Alleles
from pipeline.annotation.columnar import IntArray, mask, plain, stacked_tables, to_numpy
from pipeline.annotation.consequence_terms import impact_of, most_severe_term, translate
from pipeline.annotation.contig_part import ContigPart, ContigParts
from pipeline.annotation.contig_plan import ContigPlan
from pipeline.annotation.engine_rows import OwnRows, engine_rows
from pipeline.annotation.engine_stream import EngineRows
from pipeline.annotation.engines.base import CONSEQUENCE_SCHEMA, Engine
from pipeline.annotation.engines.csq import CsqEngine
from pipeline.annotation.haplotypes.compounds import Compounds, Told
from pipeline.annotation.reference_bases import ReferenceBases
from pipeline.annotation.sources.allele_source import ARROW_TYPES
from pipeline.errors import PermanentError
from pipeline.reference.bundle import Bundle, Contig

BEST_COLUMNS = (
    "gene", "gene_id", "transcript", "biotype", "strand", "amino_acids", "protein_position", "dna_change",
    "hgvs_c", "hgvs_p", "codons", "cds_position", "exon", "intron",
)  # fmt: skip
STANDARD_CODE = 1
TYPES = ("SNV", "MNV", "insertion", "deletion", "indel", "other")
SNV, MNV, INSERTION, DELETION, INDEL, OTHER = range(len(TYPES))
WITHOUT_BASES = ("symbolic_allele", "breakend", "spanning_deletion", "invalid_allele", "missing_allele")


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

    def __init__(
        self,
        bundle: Bundle,
        bases: ReferenceBases,
        engine: Engine,
        plan: ContigPlan,
        compounds: Compounds | None = None,
    ) -> None:
        self.engine = engine
        self.compounds = compounds
        self.plan = plan
        self._parts = ContigParts(bundle, bases)
        self.sources, self.tracks = self._parts.sources, self._parts.tracks

    def close(self) -> None:
        """End what runs beside."""
        self._parts.close()

    def annotate(self, found: Alleles, rows: EngineRows | None) -> Annotated:
        """Put together what engine, gene model and sources say. Raises PermanentError where the engine left out an
        allele: whatever contradicts the reference was marked before it was asked."""
        normal = self._normal_form(found, rows)
        parts = self._by_contig(found, normal)
        consequences, best, worst = self._with_compounds(found, normal, *self._consequences(normal, parts))
        columns = {
            name: consequences[name].combine_chunks().take(best)
            for name in (*BEST_COLUMNS, "consequence", *(column.name for column in self.engine.extra_columns))
        }
        places = self._parts.scattered(parts, len(found))
        columns["consequence"] = pc.coalesce(most_severe_term(columns["consequence"]), places.pop("nearby"))
        columns |= places
        columns["most_severe"] = pc.coalesce(worst, places["most_severe"], columns["consequence"])
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
            raw = pa.concat_arrays([raw, rows.raw]).take(pa.array(source[found.worded_as]))
        if ((found.skip == ANNOTATED) & ~returned & ~found.plain[found.same_as]).any():
            raise PermanentError("The annotation engine left out alleles that fit the reference.", code="engine_failed")
        return NormalForm(pos, ref, alt, raw)

    def _by_contig(self, found: Alleles, normal: NormalForm) -> list[ContigPart]:
        """What depends on the place and the allele alone, contig by contig."""
        parts: list[ContigPart] = []
        for order in np.unique(found.contig_order[found.skip == ANNOTATED]).tolist():
            index = np.flatnonzero((found.skip == ANNOTATED) & (found.contig_order == order))
            target = self.plan.contigs[found.chrom[int(index[0])].as_py()].target
            if target is None:
                continue
            where = pa.array(index)
            inside = None if self._by_model(target) else pc.is_valid(normal.raw.take(where))
            place = normal.pos[index], normal.ref.take(where), normal.alt.take(where)
            parts.append(self._parts.part(target, index, *place, inside))
        return parts

    def _by_model(self, contig: Contig) -> bool:
        """Whether the gene model says what happens to transcripts: csq leaves most of them unnamed, and vepyr knows
        the standard genetic code only."""
        return isinstance(self.engine, CsqEngine) or contig.genetic_code != STANDARD_CODE

    def _with_compounds(
        self, found: Alleles, normal: NormalForm, rows: pa.Table, best: IntArray, worst: pa.StringArray
    ) -> tuple[pa.Table, pa.Int64Array, pa.StringArray]:
        """The rows with those of alleles that act together on one chromosome copy."""
        if self.compounds is not None:
            rows = plain(rows)
            targets = translate(found.chrom, self._target_name)
            told = Told(rows, best, worst)
            told = self.compounds.applied(told, targets, normal.pos, normal.ref, normal.alt)
            rows, best, worst = told.rows, told.best, told.worst
        return rows, pa.array(best, mask=best < 0), worst

    def _target_name(self, name: str) -> str | None:
        target = self.plan.contigs[name].target
        return target.name if target is not None else None

    def _consequences(self, normal: NormalForm, parts: list[ContigPart]) -> tuple[pa.Table, IntArray, pa.StringArray]:
        """All rows; for each allele the one that speaks for it, and the worst term of an engine's own rows (null:
        none)."""
        best = np.full(len(normal.pos), -1, np.int64)
        worst = pa.nulls(len(best), pa.string())
        own: OwnRows | None = None
        if not isinstance(self.engine, CsqEngine):
            own = engine_rows(self.engine, normal.raw, self._parts.model)
        tables: list[pa.Table] = []
        by_engine = [part.index for part in parts if part.rows is None]
        if own is not None and by_engine:
            table, best, worst = own.of(np.concatenate(by_engine))
            tables.append(table)
        start = sum(len(table) for table in tables)
        for part in parts:
            if part.rows is not None:
                best[part.index] = np.where(part.rows.best >= 0, part.rows.best + start, -1)
                row = pa.array(part.index).take(part.rows.table["row"].combine_chunks())
                table = part.rows.table.set_column(0, "row", row)
                tables.append(
                    with_nulls(table, self.engine) if own is None else own.with_extra(plain(table), self.engine)
                )
                start += len(table)
        empty = empty_rows(self.engine)
        return stacked_tables(tables or [empty]).select(empty.column_names), best, worst


def empty_rows(engine: Engine) -> pa.Table:
    """No consequence rows, with all columns that they have."""
    extra = [(column.name, ARROW_TYPES[column.type]) for column in engine.extra_columns]
    return pa.schema([*CONSEQUENCE_SCHEMA, *extra, ("impact", pa.string())]).empty_table()


def with_nulls(rows: pa.Table, engine: Engine) -> pa.Table:
    """Rows of the gene model with the columns that only the engine could fill."""
    for column in engine.extra_columns:
        rows = rows.append_column(column.name, pa.nulls(len(rows), ARROW_TYPES[column.type]))
    return rows


def variant_types(found: Alleles, normal: NormalForm) -> pa.StringArray:
    """SNV, MNV, insertion, deletion, indel; or what kind of allele it is that has no bases."""
    ref, alt = to_numpy(pc.binary_length(normal.ref)), to_numpy(pc.binary_length(normal.alt))
    kinds = np.select([(ref == 1) & (alt == 1), ref == alt, ref == 1, alt == 1], [SNV, MNV, INSERTION, DELETION], INDEL)
    for at, reason in enumerate(WITHOUT_BASES, len(TYPES)):
        kinds[found.skip == CODE[reason]] = at
    unplaced = np.flatnonzero(np.isin(found.skip, [CODE["unknown_contig"], CODE["beyond_contig_end"]]))
    if len(unplaced):
        bases = mask(pc.match_substring_regex(normal.alt.take(pa.array(unplaced)), r"^[A-Z]+$"))
        kinds[unplaced[~bases]] = OTHER
    names = [*TYPES, *(reason.removesuffix("_allele") for reason in WITHOUT_BASES)]
    return pa.array(names, pa.string()).take(pa.array(kinds))
