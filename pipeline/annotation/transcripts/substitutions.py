"""Substitutions of single bases in codons: whole columns at once, no row of them in Python."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import IntArray, mask
from pipeline.annotation.transcripts.coding import CodonEffects
from pipeline.annotation.transcripts.context import ContigContext
from pipeline.annotation.transcripts.genetic_codes import (
    AMBIGUOUS_CODON,
    BASES,
    CODE_OF_BASE,
    THREE_LETTERS,
    UNKNOWN,
    amino_acid_codes,
)
from pipeline.annotation.transcripts.terms import where

METHIONINE_CODON = 16 * BASES.index("A") + 4 * BASES.index("T") + BASES.index("G")
SELENOCYSTEINE_CODON = 16 * BASES.index("T") + 4 * BASES.index("G") + BASES.index("A")
STOP, SELENOCYSTEINE, ANY = ord("*"), ord("U"), ord("X")
LETTERS = "ACDEFGHIKLMNPQRSTUVWXY*"
LETTER_NUMBER = np.zeros(256, np.int64)
for _number, _letter in enumerate(LETTERS):
    LETTER_NUMBER[ord(_letter)] = _number
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Codons:
    """Of each row: the codon before and after, which of its bases changes, and where it lies."""

    before: IntArray
    after: IntArray
    third: IntArray  # 0, 1, 2
    offset: IntArray  # of the base in the coding sequence with its pad, from 0
    last: Bools


def substitution_effects(
    transcript: IntArray, exon: IntArray, position: IntArray, added: npt.NDArray[np.uint8], context: ContigContext
) -> CodonEffects:
    """Effects of single bases in coding sequence. `position` is on the contig, `added` the new letters there."""
    codons = _codons(transcript, exon, position, added, context)
    acids = amino_acid_codes(context.contig.genetic_code)
    before, after = acids[codons.before], acids[codons.after]
    if context.contig.genetic_code == 1:
        # A TGA inside a coding sequence is read as selenocysteine (25 human genes); csq and tables call it a stop.
        inside = (codons.before == SELENOCYSTEINE_CODON) & ~codons.last
        before = np.where(inside & mask(_protein_coding(context).take(pa.array(transcript))), SELENOCYSTEINE, before)
    start_lost = _start_lost(transcript, codons, before, after, context)
    terms = _terms(before, after, start_lost)
    residue = codons.offset // 3 + 1
    shown = pa.array(LETTER_NUMBER[before] * len(LETTERS) + LETTER_NUMBER[after])
    return CodonEffects(
        terms=terms,
        amino_acids=_pairs().take(shown),
        codons=_codon_texts(codons),
        protein_position=pa.array(residue),
        cds_position=pa.array(codons.offset + 1),
        hgvs_p=_described(transcript, before, after, residue, start_lost, context),
    )


def in_whole_codon(transcript: IntArray, exon: IntArray, position: IntArray, context: ContigContext) -> Bools:
    """Whether coding bases lie in codons that the transcript holds whole: not in the first one of an incomplete 5′
    end, nor in what is left behind the last one."""
    frame = context.frame
    spliced = context.spliced_position(transcript, exon, position)
    codon = (spliced - frame.first[transcript] + frame.pad[transcript]) // 3
    return (3 * codon >= frame.pad[transcript]) & (3 * codon + 3 <= frame.length[transcript])


def _protein_coding(context: ContigContext) -> pa.BooleanArray:
    return pc.equal(context.own.biotype, "protein_coding")


def _codons(
    transcript: IntArray, exon: IntArray, position: IntArray, added: npt.NDArray[np.uint8], context: ContigContext
) -> _Codons:
    own, frame = context.own, context.frame
    spliced = context.spliced_position(transcript, exon, position)
    offset = spliced - frame.first[transcript] + frame.pad[transcript]
    third = offset % 3
    begin = offset - third
    forward = own.forward[transcript]
    direction = np.where(forward, 1, -1)
    before = np.zeros(len(offset), np.int64)
    after = np.zeros(len(offset), np.int64)
    unknown = np.zeros(len(offset), bool)
    new = _codes(added, forward)
    for at in range(3):
        step = at - third
        place = position + step * direction
        outside = (place < own.exon_start[exon]) | (place > own.exon_end[exon])
        crossing = np.flatnonzero(outside)
        if len(crossing):
            place[crossing] = _over_introns(transcript[crossing], spliced[crossing] + step[crossing], context)
        code = _codes(context.bases.at(place), forward)
        unknown |= (code == UNKNOWN) & (step != 0)
        weight = (16, 4, 1)[at]
        before += weight * code
        after += weight * np.where(step == 0, new, code)
        unknown |= (step == 0) & ((code == UNKNOWN) | (new == UNKNOWN))
    before[unknown] = after[unknown] = AMBIGUOUS_CODON
    return _Codons(before, after, third, offset, begin + 3 >= frame.length[transcript])


def _codes(letters: npt.NDArray[np.uint8], forward: Bools) -> IntArray:
    """Codes of bases as the transcript reads them."""
    code = CODE_OF_BASE[letters].astype(np.int64)
    return np.where(forward | (code == UNKNOWN), code, 3 - code)


def _over_introns(transcript: IntArray, spliced: IntArray, context: ContigContext) -> IntArray:
    """Contig position of a position in the spliced transcript; 0 off its ends."""
    own = context.own
    along = np.where(own.forward[transcript], spliced, own.bases[transcript] + 1 - spliced)
    inside = (along >= 1) & (along <= own.bases[transcript])
    along = np.where(inside, along, 1)
    keys = context.exon_offsets
    exon = np.searchsorted(keys, (transcript << 32) + along - 1, side="right") - 1
    return np.where(inside, own.exon_start[exon] + along - 1 - own.exon_before[exon], 0)


def _start_lost(
    transcript: IntArray,
    codons: _Codons,
    before: npt.NDArray[np.uint8],
    after: npt.NDArray[np.uint8],
    context: ContigContext,
) -> Bools:
    """VEP: behind a 5′ UTR the first codon must stay ATG; without one its amino acid must stay."""
    known = (codons.offset < 3) & ~context.start_unknown[transcript]
    leader = context.frame.first[transcript] > 1
    # Ensembl knows which transcripts begin inside their coding sequence; its GFF3 tells only where the frame is broken.
    cut = ~leader & (context.contig.genetic_code == 1) & (codons.before != METHIONINE_CODON)
    gone = leader & (codons.before == METHIONINE_CODON) & (codons.after != METHIONINE_CODON)
    return known & ~cut & (gone | (before != after))


def _terms(before: npt.NDArray[np.uint8], after: npt.NDArray[np.uint8], start_lost: Bools) -> IntArray:
    unknown = (before == ANY) | (after == ANY)
    same = before == after
    was, becomes = before == STOP, after == STOP
    changed = ~unknown & ~same
    return (
        where(start_lost, "start_lost")
        | where(changed & becomes, "stop_gained")
        | where(changed & was, "stop_lost")
        | where(changed & ~was & ~becomes & ~start_lost, "missense_variant")
        | where(~unknown & same & was, "stop_retained_variant")
        | where(~unknown & same & ~was, "synonymous_variant")
        | where(unknown, "coding_sequence_variant")
    )


@lru_cache(maxsize=1)
def _pairs() -> pa.StringArray:
    """`R/W`, or `R` where nothing changes, by the numbers of the letters."""
    return pa.array([a if a == b else f"{a}/{b}" for a in LETTERS for b in LETTERS])


@lru_cache(maxsize=1)
def _codon_changes() -> pa.StringArray:
    """`aTg/aCg` by codon, changed base (0, 1, 2) and new base."""
    texts = []
    for first in BASES:
        for second in BASES:
            for third in BASES:
                old = first + second + third
                for at in range(3):
                    for new in BASES:
                        texts.append("/".join(_marked(old[:at] + base + old[at + 1 :], at) for base in (old[at], new)))
    return pa.array(texts)


def _marked(codon: str, at: int) -> str:
    return codon[:at].lower() + codon[at] + codon[at + 1 :].lower()


def _codon_texts(codons: _Codons) -> pa.StringArray:
    new = codons.after >> np.array([4, 2, 0])[codons.third] & 3
    known = codons.before != AMBIGUOUS_CODON
    index = (codons.before * 3 + codons.third) * 4 + new
    return _codon_changes().take(pa.array(np.where(known, index, 0), mask=~known))


def _described(
    transcript: IntArray,
    before: npt.NDArray[np.uint8],
    after: npt.NDArray[np.uint8],
    residue: IntArray,
    start_lost: Bools,
    context: ContigContext,
) -> pa.StringArray:
    """HGVS of the protein; null where it cannot be told from the codon: unknown residues, and a lost stop, whose new
    end lies in the 3′ UTR."""
    names = pa.array([THREE_LETTERS[letter] for letter in LETTERS])
    endings = pa.array([*names.to_pylist(), "=", "?"])
    same = before == after
    ending = np.where(start_lost, len(LETTERS) + 1, np.where(same, len(LETTERS), LETTER_NUMBER[after]))
    text = pc.binary_join_element_wise(
        context.protein_prefix.take(pa.array(transcript)),
        names.take(pa.array(LETTER_NUMBER[before])),
        pa.array(residue).cast(pa.string()),
        endings.take(pa.array(ending)),
        "",
    )
    untold = (before == ANY) | (after == ANY) | ((before == STOP) & ~same)
    return pc.if_else(untold, None, text)
