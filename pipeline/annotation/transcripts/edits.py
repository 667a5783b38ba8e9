"""Effects of all other changes in coding sequence, pair by pair: few, as indels in coding sequence are rare."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import IntArray
from pipeline.annotation.hgvs.protein import describe_edit
from pipeline.annotation.hgvs.wording import Wording
from pipeline.annotation.transcripts.changes import INSERTION
from pipeline.annotation.transcripts.coding import CodonEffects
from pipeline.annotation.transcripts.codon_edits import CodonEdit
from pipeline.annotation.transcripts.context import ContigContext
from pipeline.annotation.transcripts.genetic_codes import reverse_complement
from pipeline.annotation.transcripts.placement import Placement


def edit_effects(placed: Placement, chosen: IntArray, wording: Wording | None, context: ContigContext) -> CodonEffects:
    """Effects of the chosen pairs."""
    starts, ends = _spliced_ends(placed, chosen, context)
    where = pa.array(chosen)
    added = placed.changes.added.take(where).to_pylist()
    removed = pc.binary_length(placed.changes.removed.take(where)).to_pylist()
    forward = context.own.forward[placed.transcript[chosen]].tolist()
    rows = []
    for transcript, start, end, bases, gone, ahead in zip(
        placed.transcript[chosen].tolist(), starts, ends, added, removed, forward, strict=True
    ):
        own = bases if ahead else reverse_complement(bases)
        edit = CodonEdit(context.readings.of(transcript), start, end, own, len(own) > gone, len(own) < gone)
        rows.append(edit_columns(edit, context.protein_prefix[transcript].as_py()))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 6
    return CodonEffects(
        terms=np.array(columns[0], np.int64),
        amino_acids=pa.array(columns[1], pa.string()),
        codons=pa.array(columns[2], pa.string()),
        protein_position=pa.array(columns[3], pa.int64()),
        cds_position=pa.array(columns[4], pa.int64()),
        hgvs_p=pa.array(columns[5], pa.string()),
    )


def _spliced_ends(
    placed: Placement, chosen: IntArray, context: ContigContext
) -> tuple[list[int | None], list[int | None]]:
    """First and last base in the spliced transcript; None for an end in an intron. An insertion beside a splice site
    takes its place from the base of the exon."""
    transcript = placed.transcript[chosen]
    forward = context.own.forward[transcript]
    low_in, high_in = placed.low_in_exon[chosen], placed.high_in_exon[chosen]
    low = context.spliced_position(transcript, np.maximum(placed.exon_low[chosen], 0), placed.changes.low[chosen])
    high = context.spliced_position(transcript, np.maximum(placed.exon_high[chosen], 0), placed.changes.high[chosen])
    inserted = placed.changes.kind[chosen] == INSERTION
    first, last = np.where(forward, low, high), np.where(forward, high, low)
    first_in, last_in = np.where(forward, low_in, high_in), np.where(forward, high_in, low_in)
    # Of an insertion, `first` and `last` are the bases beside it: it begins behind the one and ends before the other.
    left = np.where(first_in, first, last - 1)
    start = np.where(inserted, left + 1, first)
    end = np.where(inserted, left, last)
    known = inserted & (first_in | last_in)
    # What reaches beyond the transcript ends one base off it.
    own, changes = context.own, placed.changes
    off_low = changes.low[chosen] < own.start[transcript]
    off_high = changes.high[chosen] > own.end[transcript]
    off_start, off_end = np.where(forward, off_low, off_high), np.where(forward, off_high, off_low)
    start = np.where(off_start, 0, start)
    end = np.where(off_end, own.bases[transcript] + 1, end)
    return (
        _where_known(start, first_in | known | off_start),
        _where_known(end, last_in | known | off_end),
    )


def _where_known(positions: IntArray, known: np.ndarray) -> list[int | None]:
    return [value if ok else None for value, ok in zip(positions.tolist(), known.tolist(), strict=True)]


def edit_columns(
    edit: CodonEdit, prefix: str
) -> tuple[int, str | None, str | None, int | None, int | None, str | None]:
    """Terms, amino acids, codons, protein position, position in the coding sequence, and HGVS of the protein."""
    terms = edit.terms()
    if edit.coding is None or edit.window is None or edit.peptides is None:
        position = edit.coding_start
        return terms, None, None, None if position is None else (position + 2) // 3, position, None
    start, end = edit.coding
    before, after = edit.peptides
    if edit.shifts_frame and after == "*X":  # a stop right away; what is left of a codon behind it says nothing
        after = "*"
    shown = before if before == after else f"{before or '-'}/{after or '-'}"
    told = describe_edit(edit.reading, start, end, edit.added, start_lost=edit.start_lost)
    return (
        terms,
        shown or None,
        _codon_text(edit, start, end),
        (min(start, end) + 2) // 3 if start > end else (start + 2) // 3,
        min(start, end),
        None if told is None else prefix + told,
    )


def _codon_text(edit: CodonEdit, start: int, end: int) -> str:
    """VEP's form: what changes in upper case, `-` for nothing."""
    at = (start - 1) % 3
    before, after = edit.window or ("", "")
    return "/".join(
        (text[:at].lower() + text[at : at + size].upper() + text[at + size :].lower()) or "-"
        for text, size in ((before, end - start + 1), (after, len(edit.added)))
    )
