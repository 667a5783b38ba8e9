"""The pass that annotates: blocks of the file, rows of the engine, and the outputs meet here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.alleles import ANNOTATED, Alleles, alleles_of
from pipeline.annotation.batch import Annotated, Annotator
from pipeline.annotation.columnar import IntArray, mask
from pipeline.annotation.contig_plan import ContigPlan
from pipeline.annotation.engine_join import EngineJoin
from pipeline.annotation.genotypes import CALL_SCHEMA, Genotypes, counts_as_arrays, genotypes_of
from pipeline.annotation.info_fields import info_numbers
from pipeline.annotation.numbers import decimals
from pipeline.annotation.ordering import Ordering
from pipeline.annotation.outputs.summary import Summary, add_block, add_places, add_samples
from pipeline.annotation.outputs.tables import Tables
from pipeline.annotation.outputs.vcf_header import OwnField
from pipeline.annotation.outputs.vcf_records import annotated_lines
from pipeline.annotation.outputs.vcf_writer import VcfWriter
from pipeline.annotation.prepare.blocks import Block
from pipeline.annotation.prepare.prepared import Prepared
from pipeline.annotation.prepare.survey import Survey
from pipeline.annotation.result import ProgressMeter


def alleles_in(prepared: Prepared, plan: ContigPlan) -> Iterator[Alleles]:
    """The alleles of the whole file, block by block: a pass of its own, for the engine."""
    next_key = 0
    for block, numbers in prepared.blocks():
        found = alleles_of(block, numbers, next_key, plan)
        next_key += len(found)
        yield found


@dataclass
class JobRun:
    """One pass over the file that writes the VCF and the tables and adds up the summary."""

    prepared: Prepared
    survey: Survey
    plan: ContigPlan
    annotator: Annotator
    join: EngineJoin
    fields: list[OwnField]
    writer: VcfWriter
    tables: Tables
    meter: ProgressMeter

    def run(self) -> Summary:
        """Do it. Raises what the engine, the writer or the input raise."""
        total = Summary()
        ordering = Ordering()
        samples = pa.array(self.survey.header.samples, pa.string())
        sources = {item.source.id: item.source.columns[0].name for item in self.annotator.sources}
        next_key = records = 0
        read = _Counter()
        for block, numbers in self.prepared.blocks(read.set):
            found = alleles_of(block, numbers, next_key, self.plan)
            next_key += len(found)
            records += len(block)
            done = self.annotator.annotate(found, self.join.rows_for(found))
            genotypes = genotypes_of(block, found, samples) if len(samples) else None
            self._write(block, found, done, genotypes, ordering)
            add_block(total, found, done, sources)
            add_places(total, found.chrom, done.normal.pos, found.skip == ANNOTATED, self.survey, self.plan)
            if genotypes is not None:
                add_samples(total, genotypes)
            self.meter.at(read.value, records)
        self.tables.add(ordering.finish())
        return total

    def _write(
        self, block: Block, found: Alleles, done: Annotated, genotypes: Genotypes | None, ordering: Ordering
    ) -> None:
        self.writer.write(annotated_lines(block, found, done.columns | {"raw": done.normal.raw}, self.fields))
        variants = self._variants(block, found, done, genotypes)
        keys = pa.array(found.keys).take(done.consequences["row"].combine_chunks())
        consequences = done.consequences.append_column("key", keys)
        calls = genotypes.calls if genotypes is not None else CALL_SCHEMA.empty_table()
        contig = self.plan.contigs[block.chrom[-1].as_py()]
        safe = self.join.safe_place((contig.order, int(block.pos[-1])), held=contig.target is not None)
        self.tables.add(ordering.add(variants, consequences, calls, safe))

    def _variants(self, block: Block, found: Alleles, done: Annotated, genotypes: Genotypes | None) -> pa.Table:
        row = pa.array(found.row)
        columns: dict[str, pa.Array] = {
            "key": pa.array(found.keys),
            "contig_order": pa.array(found.contig_order),
            "record": pa.array(found.record),
            "allele": pa.array(found.allele.astype(np.int32)),
            "input_pos": pa.array(found.pos),
            "input_ref": found.ref,
            "input_alt": found.alt,
            "chrom": found.chrom,
            "pos": pa.array(done.normal.pos),
            "id": without_dots(block.column(2)).take(row),
            "ref": done.normal.ref,
            "alt": done.normal.alt,
            "qual": decimals(block.column(5)).take(row),
            "filter": without_dots(block.column(6)).take(row),
        }
        return pa.table(columns | done.columns | self._frequencies(block, found, genotypes))

    def _frequencies(self, block: Block, found: Alleles, genotypes: Genotypes | None) -> dict[str, pa.Array]:
        """AC, AN and AF as INFO says, else as the genotypes say; the genotype counts."""
        said = info_numbers(block.info, found, set(self.survey.info_keys))
        ac, an = said.ac, said.an
        counts: dict[str, pa.Array] = dict.fromkeys(
            ("n_called", "n_het", "n_hom_alt", "n_missing"), pa.nulls(len(found), pa.int64())
        )
        if genotypes is not None:
            counts = counts_as_arrays(genotypes.counts)
            known = genotypes.counts.an > 0
            ac = _first(ac, genotypes.counts.ac, known)
            an = _first(an, genotypes.counts.an, known)
        return {"ac": ac, "an": an, "af": frequency(said.af, ac, an), "dp": said.dp, **counts}


class _Counter:
    """How many bytes of the file a pass has read."""

    value = 0

    def set(self, value: int) -> None:
        self.value = value


def without_dots(values: pa.StringArray) -> pa.StringArray:
    """VCF's `.` as null."""
    return pc.if_else(pc.equal(values, "."), None, values)


def _first(said: pa.Array, counted: IntArray, known: np.ndarray) -> pa.Array:
    return pc.coalesce(said, pa.array(counted, mask=~known))


def frequency(said: pa.Array, ac: pa.Array, an: pa.Array) -> pa.Array:
    """AF as INFO says, else AC ÷ AN; null where AN is 0 or unknown."""
    usable = mask(pc.greater(an, 0))
    safe = pc.if_else(pa.array(usable), an, None)
    return pc.coalesce(said, pc.divide(ac.cast(pa.float64()), safe.cast(pa.float64())))
