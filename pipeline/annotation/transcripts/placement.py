"""Where changes lie in transcripts: exon, intron, splice sites, UTR, coding sequence; and the terms that follow.

Definitions: Ensembl's ensembl-variation (Utils/VariationEffect.pm, BaseTranscriptVariationAllele.pm, Apache-2.0) and
https://www.ensembl.org/info/genome/variation/prediction/predicted_data.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pipeline.annotation.columnar import IntArray
from pipeline.annotation.transcripts.changes import DELETION, INSERTION, Changes
from pipeline.annotation.transcripts.context import ContigContext
from pipeline.annotation.transcripts.terms import bits, where

SPLICE_REACH = 20  # bases from an exon's edge beyond which no splice term applies
FRAMESHIFT_INTRON = 12  # Ensembl takes an intron of up to 13 bases for a correction of the reading frame
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Placement:
    """Pairs of a change and a transcript that it touches; `exon_low` and `exon_high` are the last exons that begin
    at or before the change's lowest and highest base."""

    transcript: IntArray
    change: IntArray  # index into `changes`
    changes: Changes  # of these pairs, one each
    exon_low: IntArray
    exon_high: IntArray
    low_in_exon: Bools
    high_in_exon: Bools
    coding: Bools  # touches the coding sequence
    terms: IntArray  # sets of terms, but for what happens to codons


def place(changes: Changes, change: IntArray, transcript: IntArray, context: ContigContext) -> Placement:
    """Place each pair; `changes` are those of the pairs."""
    own = context.own
    low, high = changes.low, changes.high
    exon_low = context.exon_at(transcript, low)
    exon_high = exon_low
    wide = np.flatnonzero(high > low)
    if len(wide):
        exon_high = exon_low.copy()
        exon_high[wide] = context.exon_at(transcript[wide], high[wide])
    low_in = (exon_low >= own.exon_first[transcript]) & (low <= own.exon_end[exon_low])
    high_in = (exon_high >= own.exon_first[transcript]) & (high <= own.exon_end[exon_high])
    unknown = np.zeros(len(transcript), np.int64)
    pairs = Placement(transcript, change, changes, exon_low, exon_high, low_in, high_in, low_in, unknown)
    touches = low_in | high_in | (exon_high > exon_low)  # what begins and ends in introns may span an exon
    near = _near_an_edge(pairs, context)
    splice, small_intron, intronic = _splicing(pairs, near, context)
    coding = _coding(pairs, context) | (small_intron & _within_coding(pairs, context))
    terms = splice | where(intronic, "intron_variant")
    terms |= _untranslated(pairs, touches | small_intron, context)
    terms |= _non_coding(pairs, context)
    terms |= where(context.nonsense_mediated[transcript], "NMD_transcript_variant")
    return replace(pairs, coding=coding, terms=terms)


def _near_an_edge(pairs: Placement, context: ContigContext) -> Bools:
    """Whether an end of an exon lies so near that splice terms may apply."""
    own = context.own
    low, high = pairs.changes.low - SPLICE_REACH, pairs.changes.high + SPLICE_REACH
    exon = np.maximum(pairs.exon_low, own.exon_first[pairs.transcript])
    following = np.minimum(exon + 1, own.exon_first[pairs.transcript] + own.exon_count[pairs.transcript] - 1)
    near = pairs.exon_high > pairs.exon_low
    for edge in (own.exon_start[exon], own.exon_end[exon], own.exon_start[following]):
        near |= (low <= edge) & (edge <= high)
    return near


def _splicing(pairs: Placement, near: Bools, context: ContigContext) -> tuple[IntArray, Bools, Bools]:
    """Splice terms, whether the change lies in an intron of a few bases, and whether it reaches into an intron
    between its splice sites."""
    own = context.own
    intronic = ~near & ~pairs.low_in_exon
    small = np.zeros(len(near), bool)
    terms = np.zeros(len(near), np.int64)
    at = np.flatnonzero(near)
    if not len(at):
        return terms, small, intronic
    transcript = pairs.transcript[at]
    first, low, high = own.exon_first[transcript], pairs.exon_low[at], pairs.exon_high[at]
    last_intron = first + own.exon_count[transcript] - 2
    touches = (pairs.low_in_exon | pairs.high_in_exon)[at] & (pairs.changes.kind[at] != INSERTION) | (high > low)
    found = _IntronEffects(pairs.changes.start[at], pairs.changes.end[at], pairs.changes.kind[at] == INSERTION, touches)
    for step in range(-1, int((high - low).max()) + 1):
        exon = low + step
        valid = (exon >= first) & (exon <= last_intron) & (exon <= high)
        if valid.any():
            left = np.where(valid, exon, 0)
            found.add(valid, own.exon_end[left] + 1, own.exon_start[np.where(valid, exon + 1, 0)] - 1)
    terms[at] = found.terms(own.forward[transcript])
    small[at] = found.small
    intronic[at] = found.intronic
    return terms, small, intronic


class _IntronEffects:
    """What changes (`start` … `end`; `end` is `start` − 1 for insertions) do to introns, one intron after the other."""

    def __init__(self, start: IntArray, end: IntArray, insertion: Bools, exonic: Bools) -> None:
        self.start, self.end, self.insertion, self.exonic = start, end, insertion, exonic
        self.low, self.high = np.minimum(start, end), np.maximum(start, end)
        empty = np.zeros(len(start), bool)
        self.small, self.intronic, self.region = empty.copy(), empty.copy(), empty.copy()
        self.site, self.fifth, self.donor, self.tract = ([empty.copy(), empty.copy()] for _ in range(4))

    def add(self, valid: Bools, first: IntArray, last: IntArray) -> None:
        """Take an intron (`first` … `last`, rising along the contig) of each change into account."""
        small = valid & (last - first <= FRAMESHIFT_INTRON) & (last >= first)
        within = small & self._overlaps(first, last)
        self.small |= within
        valid = valid & ~within & (last >= first)
        inserted = valid & self.insertion
        self.intronic |= valid & self._overlaps(first + 2, last - 2)
        self.intronic |= inserted & ((self.start == first + 2) | (self.end == last - 2))
        left, right = valid & self._overlaps(first, first + 1), valid & self._overlaps(last - 1, last)
        self.site[0] |= left
        self.site[1] |= right
        self.fifth[0] |= valid & self._overlaps(first + 4, first + 4)
        self.fifth[1] |= valid & self._overlaps(last - 4, last - 4)
        self.donor[0] |= valid & self._overlaps(first + 2, first + 5)
        self.donor[1] |= valid & self._overlaps(last - 5, last - 2)
        # Of an insertion one base beside it is enough; what reaches into an exon has acceptor and exon terms instead.
        within = valid & ~self.exonic
        self.tract[0] |= within & (self.high >= first + 2) & (self.low <= first + 16)
        self.tract[1] |= within & (self.high >= last - 16) & (self.low <= last - 2)
        edges = (self.start == first) | (self.end == last) | (self.start == first + 2) | (self.end == last - 2)
        region = inserted & edges
        for begin, end in ((first - 3, first - 1), (first + 2, first + 7), (last - 7, last - 2), (last + 1, last + 3)):
            region |= valid & self._overlaps(begin, end)
        self.region |= region

    def terms(self, forward: Bools) -> IntArray:
        """Sets of terms, by the direction of the transcript."""
        donor_site = np.where(forward, *self.site)
        acceptor_site = np.where(forward, *self.site[::-1])
        fifth = np.where(forward, *self.fifth)
        donor = np.where(forward, *self.donor) & ~fifth
        tract = np.where(forward, *self.tract[::-1])
        region = self.region & ~donor_site & ~acceptor_site & ~fifth & ~donor
        return (
            where(donor_site, "splice_donor_variant")
            | where(acceptor_site, "splice_acceptor_variant")
            | where(fifth, "splice_donor_5th_base_variant")
            | where(donor, "splice_donor_region_variant")
            | where(tract, "splice_polypyrimidine_tract_variant")
            | where(region, "splice_region_variant")
        )

    def _overlaps(self, first: IntArray, last: IntArray) -> Bools:
        return (self.end >= first) & (self.start <= last)


def _coding(pairs: Placement, context: ContigContext) -> Bools:
    """Touches the coding sequence; an insertion must have coding sequence on both sides, or a splice site on one."""
    own, changes = context.own, pairs.changes
    first, last = own.coding_start[pairs.transcript], own.coding_end[pairs.transcript]
    low_in = pairs.low_in_exon & (changes.low >= first) & (changes.low <= last)
    high_in = pairs.high_in_exon & (changes.high >= first) & (changes.high <= last)
    spans = (changes.start <= first) & (first <= changes.end) | (changes.start <= last) & (last <= changes.end)
    touches = low_in | high_in | spans | (pairs.exon_high > pairs.exon_low)
    return touches & _within_coding(pairs, context)


def _within_coding(pairs: Placement, context: ContigContext) -> Bools:
    own, changes = context.own, pairs.changes
    overlap = (changes.end >= own.coding_start[pairs.transcript]) & (changes.start <= own.coding_end[pairs.transcript])
    return context.translated[pairs.transcript] & overlap


def _untranslated(pairs: Placement, touches: Bools, context: ContigContext) -> IntArray:
    own, changes = context.own, pairs.changes
    transcript = pairs.transcript
    first, last = own.coding_start[transcript], own.coding_end[transcript]
    insertion = changes.kind == INSERTION
    before = (changes.end >= own.start[transcript]) & (changes.start < first) | insertion & (changes.start == first)
    after = (changes.start <= own.end[transcript]) & (changes.end > last) | insertion & (changes.end == last)
    forward = own.forward[transcript]
    valid = context.translated[transcript] & touches
    return where(valid & np.where(forward, before, after), "5_prime_UTR_variant") | where(
        valid & np.where(forward, after, before), "3_prime_UTR_variant"
    )


def _non_coding(pairs: Placement, context: ContigContext) -> IntArray:
    """Exon or not, for transcripts without coding sequence; a deletion of a whole transcript is an ablation."""
    changes = pairs.changes
    valid = ~context.translated[pairs.transcript]
    insertion = changes.kind == INSERTION
    both = pairs.low_in_exon & pairs.high_in_exon & (pairs.exon_low == pairs.exon_high)
    exon = np.where(insertion, both, pairs.low_in_exon | pairs.high_in_exon | (pairs.exon_high > pairs.exon_low))
    terms = where(valid & exon, "non_coding_transcript_exon_variant")
    terms |= where(valid & ~exon, "non_coding_transcript_variant")
    return terms


def ablated(pairs: Placement, context: ContigContext) -> Bools:
    """Deletions of whole transcripts."""
    own, changes = context.own, pairs.changes
    whole = (changes.start <= own.start[pairs.transcript]) & (changes.end >= own.end[pairs.transcript])
    return whole & (changes.kind == DELETION)


ABLATION = bits("transcript_ablation")
