"""The joined consequences of a file as rows for its alleles, and which of the alleles' own rows they replace."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import IntArray, mask, to_numpy
from pipeline.annotation.consequence_terms import impact_of, sequence_ontology
from pipeline.annotation.engine_rows import candidates_of, most_severe_of
from pipeline.annotation.engines.base import CONSEQUENCE_SCHEMA
from pipeline.annotation.haplotypes.column import HAPLOTYPE
from pipeline.annotation.haplotypes.judge import Judged, Place
from pipeline.annotation.haplotypes.locus import Joint
from pipeline.annotation.haplotypes.members import Member, members_of
from pipeline.annotation.haplotypes.rows import rows_on
from pipeline.annotation.reference_bases import ReferenceBases
from pipeline.annotation.transcripts.picking import picked
from pipeline.reference.bundle import Bundle
from pipeline.reference.gene_model import GeneModel

SCHEMA = pa.schema(
    [
        *(column for column in CONSEQUENCE_SCHEMA if column.name != "row"),
        ("impact", pa.string()),
        (HAPLOTYPE.name, pa.string()),
    ]
)


@dataclass(frozen=True)
class Entry:
    """A row for an allele: its index, its transcript, and whether the allele's own row of that transcript goes, since
    no copy has the allele without these partners."""

    row: int
    transcript: str
    replaces: bool


@dataclass(frozen=True)
class Told:
    """Rows of a block (`row` is the index of the allele), the one that speaks for each allele (-1: none), and the
    worst term of those whose rows were touched (null: not touched)."""

    rows: pa.Table
    best: IntArray
    worst: pa.StringArray


@dataclass
class Compounds:
    """Rows for alleles in their normal form."""

    rows: pa.Table
    model: GeneModel
    by_place: dict[Place, list[Entry]] = field(default_factory=dict)
    positions: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))

    def applied(self, told: Told, contigs: pa.StringArray, pos: IntArray, ref: pa.Array, alt: pa.Array) -> Told:
        """The rows of a block with the joined ones added and what they replace gone. `contigs` are the bundle's names
        (null for none), the alleles in their normal form."""
        wanted: list[tuple[int, Entry]] = []
        for index in np.flatnonzero(np.isin(pos, self.positions)).tolist():
            place = Place(contigs[index].as_py(), int(pos[index]), ref[index].as_py(), alt[index].as_py())
            wanted += [(index, entry) for entry in self.by_place.get(place, [])]
        if not wanted:
            return told
        touched = np.unique([index for index, _ in wanted])
        near = np.flatnonzero(np.isin(to_numpy(told.rows["row"]), touched))
        gone = {(index, entry.transcript) for index, entry in wanted if entry.replaces}
        beside = zip(*(told.rows[name].take(pa.array(near)).to_pylist() for name in ("row", "transcript")), strict=True)
        keep = np.ones(len(told.rows), bool)
        keep[near] = [key not in gone for key in beside]
        moved = np.cumsum(keep) - 1  # the other alleles' speakers stay, further ahead
        added = self.rows.take(pa.array([entry.row for _, entry in wanted]))
        added = added.add_column(0, "row", pa.array([index for index, _ in wanted], pa.int64()))
        rows = pa.concat_tables([told.rows.filter(pa.array(keep)), added.select(told.rows.column_names)])
        best = np.where(told.best >= 0, moved[told.best], -1)
        return self._spoken(Told(rows.combine_chunks(), best, told.worst), touched)

    def _spoken(self, told: Told, touched: IntArray) -> Told:
        """Choose anew, by the rule for all rows, who speaks for the touched alleles."""
        mine = np.flatnonzero(np.isin(to_numpy(told.rows["row"]), touched))
        some = told.rows.take(pa.array(mine))
        worst = pc.coalesce(most_severe_of(some, len(told.best)), told.worst)
        inside = np.flatnonzero(mask(pc.and_(pc.is_null(some["distance"]), pc.is_valid(some["transcript"]))))
        chosen = picked(candidates_of(some.take(pa.array(inside)), self.model), len(told.best))
        best = told.best.copy()
        best[touched] = np.where(chosen[touched] >= 0, mine[inside[chosen[touched]]], -1)
        return Told(told.rows, best, worst)


def compounds_of(
    judged: list[tuple[Judged, list[tuple[str, Joint]]]], bundle: Bundle, model: GeneModel
) -> Compounds | None:
    """Put together what csq said of all loci; None where it joined nothing."""
    members: dict[str, list[Member]] = defaultdict(list)
    for one, loci in judged:
        for member in members_of(one, loci):
            members[member.place.contig].append(member)
    rows: list[dict[str, Any]] = []
    by_place: dict[Place, list[Entry]] = defaultdict(list)
    with ReferenceBases(bundle.fasta) as bases:
        for contig, mine in members.items():
            for member, row in rows_on(bundle.contigs[contig], mine, model, bases.of(contig)):
                by_place[member.place].append(Entry(len(rows), member.transcript, member.always))
                rows.append(row)
    if not rows:
        return None
    table = pa.Table.from_pylist(rows, SCHEMA)
    terms = sequence_ontology(table["consequence"].combine_chunks())
    for name, values in (("consequence", terms), ("impact", impact_of(terms))):
        table = table.set_column(table.schema.get_field_index(name), name, values)
    return Compounds(table, model, dict(by_place), np.unique([place.pos for place in by_place]))
