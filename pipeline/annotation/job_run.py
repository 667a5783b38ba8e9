"""The pass that annotates: blocks of the file, rows of the engine, and the outputs meet here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.alleles import ANNOTATED, Alleles
from pipeline.annotation.batch import Annotated, Annotator
from pipeline.annotation.columnar import IntArray, mask
from pipeline.annotation.contig_plan import ContigPlan
from pipeline.annotation.engine_join import EngineJoin
from pipeline.annotation.engine_stream import EngineStream
from pipeline.annotation.feed import BlockFeed, Fed
from pipeline.annotation.genotypes import CALL_SCHEMA, Genotypes, counts_as_arrays, genotypes_of
from pipeline.annotation.info_fields import info_numbers
from pipeline.annotation.numbers import decimals
from pipeline.annotation.ordering import Ordering
from pipeline.annotation.outputs.known import add_known
from pipeline.annotation.outputs.summary import Summary, add_block, add_places, add_samples
from pipeline.annotation.outputs.tables import Tables, in_packed_form
from pipeline.annotation.outputs.vcf_header import OwnField
from pipeline.annotation.outputs.vcf_records import annotated_lines
from pipeline.annotation.outputs.vcf_writer import VcfWriter
from pipeline.annotation.prepare.blocks import Block
from pipeline.annotation.prepare.survey import Survey
from pipeline.annotation.result import ProgressMeter
from pipeline.annotation.stages import Stage


@dataclass(frozen=True)
class Done:
    """A block with everything that is known of it."""

    block: Block
    found: Alleles
    annotated: Annotated
    safe: tuple[int, int]  # the place that no later row of the tables can come before


class JobRun:
    """One pass over the file that writes the VCF and the tables and adds up the summary.

    The blocks pass through three threads: this one annotates, one writes the VCF, one writes the tables and counts.
    """

    def __init__(
        self,
        feed: BlockFeed,
        stream: EngineStream,
        survey: Survey,
        plan: ContigPlan,
        annotator: Annotator,
        fields: list[OwnField],
        writer: VcfWriter,
        tables: Tables,
        meter: ProgressMeter,
    ) -> None:
        self.feed = feed
        self.stream = stream
        self.survey = survey
        self.plan = plan
        self.annotator = annotator
        self.fields = fields
        self.writer = writer
        self.tables = tables
        self.meter = meter
        self.join = EngineJoin(stream.batches())
        self.total = Summary()
        self.ordering = Ordering()
        self.samples = pa.array(survey.header.samples, pa.string())
        self.sources = {item.source.id: [column.name for column in item.source.columns] for item in annotator.sources}

    def run(self) -> Summary:
        """Do it. Raises what the engine, the writer or the input raise."""
        records = 0
        with Stage("write-vcf", self._write_vcf) as to_vcf, Stage("write-tables", self._write_tables) as to_tables:
            while (fed := self.feed.take(self.stream.raise_if_failed)) is not None:
                done = self._annotated(fed)
                to_vcf.put(done)
                to_tables.put(done)
                records += len(fed.block)
                self.meter.at(fed.bytes_read, records)
            self.join.end()
        self.tables.add(self.ordering.finish())
        return self.total

    def _annotated(self, fed: Fed) -> Done:
        block, found = fed.block, fed.alleles
        self.feed.hungry(True)
        rows = self.join.rows_for(found)
        self.feed.hungry(False)
        annotated = self.annotator.annotate(found, rows)
        contig = self.plan.contig(block.chrom[-1].as_py())
        safe = self.join.safe_place((contig.order, int(block.pos[-1])), held=contig.target is not None)
        return Done(block, found, annotated, safe)

    def _write_vcf(self, done: Done) -> None:
        columns = done.annotated.columns | {"raw": done.annotated.normal.raw}
        self.writer.write(done.block.data, annotated_lines(done.block, done.found, columns, self.fields))

    def _write_tables(self, done: Done) -> None:
        found, annotated = done.found, done.annotated
        genotypes = genotypes_of(done.block, found, self.samples) if len(self.samples) else None
        variants = self._variants(done.block, found, annotated, genotypes)
        keys = pa.array(found.keys).take(annotated.consequences["row"].combine_chunks())
        consequences = in_packed_form(annotated.consequences).append_column("key", keys)
        calls = genotypes.calls if genotypes is not None else CALL_SCHEMA.empty_table()
        self.tables.add(self.ordering.add(variants, consequences, calls, done.safe))
        add_block(self.total, found, annotated)
        ids = done.block.column(2).take(pa.array(found.row))
        covered = {name: self._covered(name, found) for name in self.sources}
        add_known(self.total.known, ids, found.skip == ANNOTATED, annotated.columns, self.sources, covered)
        add_places(self.total, found.chrom, annotated.normal.pos, found.skip == ANNOTATED, self.plan)
        if genotypes is not None:
            add_samples(self.total, genotypes)

    def _covered(self, source: str, found: Alleles) -> npt.NDArray[np.bool_]:
        """Which alleles lie on a contig that the source holds records of."""
        held = next(item for item in self.annotator.sources if item.source.id == source)
        targets = [contig.target for contig in self.plan.by_order]
        known = np.array([target is not None and held.covers(target.name) for target in targets], bool)
        return known[found.contig_order]

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
        return in_packed_form(pa.table(columns | done.columns | self._frequencies(block, found, genotypes)))

    def _frequencies(self, block: Block, found: Alleles, genotypes: Genotypes | None) -> dict[str, pa.Array]:
        """AC, AN and AF as INFO says, else as the genotypes say; the genotype counts."""
        said = info_numbers(block, found)
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
