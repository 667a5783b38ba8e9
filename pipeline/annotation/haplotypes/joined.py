"""What alleles do to one transcript together: described as the one edit from the first changed base to the last."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from pipeline.annotation.haplotypes.judge import Place
from pipeline.annotation.transcripts.changes import Changes, changes_of
from pipeline.annotation.transcripts.codon_edits import CodonEdit
from pipeline.annotation.transcripts.context import ContigContext
from pipeline.annotation.transcripts.edits import edit_columns
from pipeline.annotation.transcripts.genetic_codes import reverse_complement


@dataclass(frozen=True)
class JoinedEffect:
    """In the words of the columns of consequences.parquet; None where an allele reaches out of the exons."""

    amino_acids: str | None = None
    codons: str | None = None
    protein_position: int | None = None
    cds_position: int | None = None
    hgvs_p: str | None = None


@dataclass(frozen=True)
class _Edit:
    """`start` … `end` of the spliced transcript (1-based, `end` = `start` − 1 for an insertion) become `added`."""

    start: int
    end: int
    added: str


def joined_effect(members: tuple[Place, ...], transcript: int, context: ContigContext) -> JoinedEffect:
    """The effect of alleles in their normal form on a transcript of their contig."""
    changes = changes_of(
        np.array([place.pos for place in members], np.int64),
        pa.array([place.ref for place in members]),
        pa.array([place.alt for place in members]),
    )
    edits = [_edit(changes, index, transcript, context) for index in range(len(members))]
    known = sorted((edit for edit in edits if edit is not None), key=lambda edit: edit.start)
    if len(known) < len(edits) or any(after.start <= before.end for before, after in pairwise(known)):
        return JoinedEffect()
    reading = context.readings.of(transcript)
    whole = _joined(known, reading.spliced)
    gain = len(whole.added) - (whole.end - whole.start + 1)
    edit = CodonEdit(reading, whole.start, whole.end, whole.added, gain > 0, gain < 0)
    _, amino_acids, codons, protein_position, cds_position, hgvs_p = edit_columns(
        edit, context.protein_prefix[transcript].as_py()
    )
    return JoinedEffect(amino_acids, codons, protein_position, cds_position, hgvs_p)


def _joined(edits: list[_Edit], spliced: str) -> _Edit:
    added, reached = edits[0].added, edits[0].end
    for edit in edits[1:]:
        added += spliced[reached : edit.start - 1] + edit.added
        reached = edit.end
    return _Edit(edits[0].start, reached, added)


def _edit(changes: Changes, index: int, transcript: int, context: ContigContext) -> _Edit | None:
    start, end = int(changes.start[index]), int(changes.end[index])
    added = changes.added[index].as_py()
    forward = bool(context.own.forward[transcript])
    # Of an insertion `start` is the base behind it and `end` the one before it.
    first, last = (_spliced(transcript, base, context) for base in ((start, end) if forward else (end, start)))
    own = added if forward else reverse_complement(added)
    if end < start:
        if first is None and last is None:
            return None
        begin = first if first is not None else (last or 0) + 1
        return _Edit(begin, begin - 1, own)
    return None if first is None or last is None else _Edit(first, last, own)


def _spliced(transcript: int, position: int, context: ContigContext) -> int | None:
    """1-based position in the spliced transcript; None in an intron or beyond the ends."""
    at, exon = np.array([transcript]), context.exon_at(np.array([transcript]), np.array([position]))
    if int(exon[0]) < int(context.own.exon_first[transcript]) or position > int(context.own.exon_end[exon[0]]):
        return None
    return int(context.spliced_position(at, exon, np.array([position]))[0])
