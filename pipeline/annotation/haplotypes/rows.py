"""Rows of consequences.parquet for alleles that act together: an allele's own row with what the alleles do jointly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.haplotypes.column import HAPLOTYPE
from pipeline.annotation.haplotypes.joined import joined_effect
from pipeline.annotation.haplotypes.judge import Place
from pipeline.annotation.haplotypes.members import Member
from pipeline.annotation.reference_bases import ContigBases
from pipeline.annotation.transcripts.context import ContigContext
from pipeline.annotation.transcripts.table import contig_rows
from pipeline.reference.bundle import Contig
from pipeline.reference.gene_model import GeneModel

SPLICE = ("splice_acceptor_variant", "splice_donor_variant", "splice_region_variant", "NMD_transcript_variant")
Row = dict[str, Any]


def rows_on(
    contig: Contig, members: list[Member], model: GeneModel, bases: ContigBases
) -> Iterator[tuple[Member, Row]]:
    """A row for each member, as far as the gene model, too, has the allele in that transcript."""
    context = ContigContext(contig, model, bases)
    numbers = {name: number for number, name in enumerate(context.own.id.to_pylist())}
    own = _own_rows(members, context)
    for member in members:
        mine = {place: own.get((place, member.transcript)) for place in member.partners}
        before = mine[member.place]
        if before is None:
            continue
        effect = joined_effect(member.partners, numbers[member.transcript], context)
        kept = [term for term in before["consequence"].split("&") if term.startswith(SPLICE)]
        yield (
            member,
            before
            | {
                "consequence": "&".join([member.terms, *kept]),
                "amino_acids": effect.amino_acids,
                "protein_position": effect.protein_position,
                "codons": effect.codons,
                "cds_position": effect.cds_position,
                "hgvs_p": effect.hgvs_p,
                "hgvs_c": in_cis([row["hgvs_c"] if row else None for row in mine.values()], before["strand"] == "-"),
                "dna_change": member.together,
                HAPLOTYPE.name: member.together,
            },
        )


def _own_rows(members: list[Member], context: ContigContext) -> dict[tuple[Place, str], Row]:
    """What each allele does by itself to each transcript in question."""
    places = sorted({place for member in members for place in member.partners}, key=lambda place: place.pos)
    rows = contig_rows(
        np.array([place.pos for place in places], np.int64),
        pa.array([place.ref for place in places], pa.string()),
        pa.array([place.alt for place in places], pa.string()),
        context,
    ).table
    concerned = pa.array(sorted({member.transcript for member in members}), pa.string())
    wanted = pc.and_(pc.is_in(rows["transcript"], value_set=concerned), pc.is_null(rows["distance"]))
    return {(places[row.pop("row")], row["transcript"]): row for row in rows.filter(wanted).to_pylist()}


def in_cis(descriptions: list[str | None], reverse: bool) -> str | None:
    """HGVS for changes on one copy of a transcript, in its direction: `ENST00000361390.2:c.[76A>C;78G>T]`."""
    texts = [text for text in descriptions if text is not None]
    if len(texts) < len(descriptions):
        return None
    split = [text.partition(":c.") for text in (reversed(texts) if reverse else texts)]
    return f"{split[0][0]}:c.[{';'.join(change for _, _, change in split)}]"
