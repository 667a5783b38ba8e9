"""Rows of consequences.parquet from the gene model: what each allele does to every transcript within 5,000 bases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.annotation.columnar import IntArray, first_letters, packed
from pipeline.annotation.hgvs.transcript import transcript_descriptions
from pipeline.annotation.hgvs.wording import Wording
from pipeline.annotation.transcripts.changes import SUBSTITUTION, Changes
from pipeline.annotation.transcripts.coding import CodonEffects
from pipeline.annotation.transcripts.context import NEAR_BASES, ContigContext
from pipeline.annotation.transcripts.edits import edit_effects
from pipeline.annotation.transcripts.placement import ABLATION, Placement, ablated, place
from pipeline.annotation.transcripts.substitutions import in_whole_codon, substitution_effects
from pipeline.annotation.transcripts.terms import bits, where

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class TranscriptRows:
    """One row for each pair, in order of the changes. `distance` is −1 inside the transcript."""

    change: IntArray
    transcript: IntArray
    terms: IntArray
    distance: IntArray
    codons: CodonEffects
    codon_row: IntArray  # row of `codons` for each pair; -1 for none
    hgvs_c: pa.StringArray
    described: IntArray  # row of `hgvs_c` for each pair; -1 for none
    exon: pa.DictionaryArray
    intron: pa.DictionaryArray


def transcript_rows(changes: Changes, wording: Wording, context: ContigContext) -> TranscriptRows:
    """All pairs of a change and a transcript that it touches or comes near."""
    change, transcript, distance, before = _pairs(changes, context)
    inside = np.flatnonzero(distance < 0)
    placed = place(changes.take(change[inside]), change[inside], transcript[inside], context)
    codons, codon_row = _codons(placed, wording, context)
    terms = np.zeros(len(change), np.int64)
    terms[inside] = _inside_terms(placed, codons, codon_row, context)
    upstream = before == context.own.forward[transcript]
    flank = distance >= 0
    terms |= where(flank & upstream, "upstream_gene_variant") | where(flank & ~upstream, "downstream_gene_variant")
    exon, intron = exon_numbers(placed, context)
    return TranscriptRows(
        change=change,
        transcript=transcript,
        terms=terms,
        distance=distance,
        codons=codons,
        codon_row=_spread(inside, codon_row, len(change)),
        hgvs_c=transcript_descriptions(placed, wording, context),
        described=_spread(inside, np.arange(len(inside)), len(change)),
        exon=exon,
        intron=intron,
    )


def _spread(index: IntArray, values: IntArray, count: int) -> IntArray:
    whole = np.full(count, -1, np.int64)
    whole[index] = values
    return whole


def _pairs(changes: Changes, context: ContigContext) -> tuple[IntArray, IntArray, IntArray, Bools]:
    """Change, transcript, distance, and whether the change lies before the transcript on the contig."""
    change, transcript = context.index.near(changes.low, changes.high)
    distance, before = _distances(changes.start[change], changes.end[change], transcript, context)
    if context.circumference is None:
        keep = distance <= NEAR_BASES
        return change[keep], transcript[keep], distance[keep], before[keep]
    found = [(change, transcript, distance, before)]
    for turn in (context.circumference, -context.circumference):
        over = np.flatnonzero((changes.low <= NEAR_BASES) if turn > 0 else (changes.high > -turn - NEAR_BASES))
        pair, other = context.index.near(changes.low[over] + turn, changes.high[over] + turn)
        gap, ahead = _distances(changes.start[over][pair] + turn, changes.end[over][pair] + turn, other, context)
        found.append((over[pair], other, gap, ahead))
    change, transcript, distance, before = (np.concatenate(column) for column in zip(*found, strict=True))
    nearest = np.lexsort((distance, transcript, change))
    nearest = nearest[distance[nearest] <= NEAR_BASES]
    key = change[nearest] * len(context.own) + transcript[nearest]
    once = nearest[np.concatenate(([True], key[1:] != key[:-1]))] if len(key) else nearest
    return change[once], transcript[once], distance[once], before[once]


def _distances(start: IntArray, end: IntArray, transcript: IntArray, context: ContigContext) -> tuple[IntArray, Bools]:
    """Bases between a change (`end` is `start` − 1 for an insertion) and a transcript; −1 where it touches it. As VEP
    counts them, an insertion right beside a transcript is 0 bases away."""
    own = context.own
    before, after = own.start[transcript] > end, start > own.end[transcript]
    ahead = own.start[transcript] - np.maximum(start, end)
    behind = np.minimum(start, end) - own.end[transcript]
    return np.where(before, ahead, np.where(after, behind, -1)), before


def _codons(placed: Placement, wording: Wording, context: ContigContext) -> tuple[CodonEffects, IntArray]:
    single = placed.changes.kind == SUBSTITUTION
    whole = np.zeros(len(single), bool)
    at = np.flatnonzero(placed.coding & single & placed.low_in_exon)
    whole[at] = in_whole_codon(placed.transcript[at], placed.exon_low[at], placed.changes.start[at], context)
    easy, hard = np.flatnonzero(whole), np.flatnonzero(placed.coding & ~whole)
    parts = [
        substitution_effects(
            placed.transcript[easy],
            placed.exon_low[easy],
            placed.changes.start[easy],
            first_letters(placed.changes.added.take(pa.array(easy))),
            context,
        ),
        edit_effects(placed, hard, wording, context),
    ]
    effects = _with_lost_stops(CodonEffects.stacked(parts), placed, easy, context)
    row = np.full(len(placed.transcript), -1, np.int64)
    row[easy] = np.arange(len(easy))
    row[hard] = len(easy) + np.arange(len(hard))
    return effects, row


def _with_lost_stops(effects: CodonEffects, placed: Placement, easy: IntArray, context: ContigContext) -> CodonEffects:
    """Substitutions that lose the stop: the new end lies in the 3′ UTR, so that these few are read one by one."""
    lost = np.flatnonzero(effects.terms[: len(easy)] & bits("stop_lost"))
    if not len(lost):
        return effects
    single = edit_effects(placed, easy[lost], None, context)
    source = np.arange(len(effects.terms))
    source[lost] = len(source) + np.arange(len(lost))
    told = pa.concat_arrays([effects.hgvs_p, single.hgvs_p]).take(pa.array(source))
    return CodonEffects(
        effects.terms, effects.amino_acids, effects.codons, effects.protein_position, effects.cds_position, told
    )


def _inside_terms(placed: Placement, codons: CodonEffects, codon_row: IntArray, context: ContigContext) -> IntArray:
    terms = placed.terms.copy()
    coded = np.flatnonzero(codon_row >= 0)
    terms[coded] |= codons.terms[codon_row[coded]]
    silent = (terms & ~bits("NMD_transcript_variant")) == 0
    terms |= where(silent & context.translated[placed.transcript], "coding_transcript_variant")
    return np.where(ablated(placed, context), ABLATION, terms)


def exon_numbers(placed: Placement, context: ContigContext) -> tuple[pa.DictionaryArray, pa.DictionaryArray]:
    """`3/12` for exon and intron, counted in the transcript's direction; `3-4/12` over several; null for none."""
    own, transcript = context.own, placed.transcript
    first, count = own.exon_first[transcript], own.exon_count[transcript]
    forward = own.forward[transcript]
    low, high = placed.exon_low - first, placed.exon_high - first
    insertion = placed.changes.start > placed.changes.end
    apart = insertion & (placed.low_in_exon != placed.high_in_exon)  # between an exon and an intron: in neither
    exon_low, exon_high = np.where(placed.low_in_exon, low, low + 1), high
    intron_low, intron_high = np.where(placed.low_in_exon, low, low), np.where(placed.high_in_exon, high - 1, high)
    return (
        _numbers(exon_low, exon_high, count, forward, ~apart),
        _numbers(np.maximum(intron_low, 0), np.minimum(intron_high, count - 2), count - 1, forward, ~apart),
    )


def _numbers(low: IntArray, high: IntArray, count: IntArray, forward: Bools, valid: Bools) -> pa.DictionaryArray:
    valid = valid & (low <= high) & (low >= 0)
    first = np.where(forward, low + 1, count - high)
    last = np.where(forward, high + 1, count - low)
    code = np.where(valid, (first << 40) | (last << 20) | count, -1)
    encoded = pa.array(code, mask=~valid).dictionary_encode()
    texts = [_number_text(value) for value in encoded.dictionary.to_pylist()]
    return packed(encoded.indices, pa.array(texts, pa.string()))


def _number_text(code: int) -> str:
    first, last, count = code >> 40, code >> 20 & 0xFFFFF, code & 0xFFFFF
    return f"{first}/{count}" if first == last else f"{first}-{last}/{count}"
