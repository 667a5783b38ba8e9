"""The part of a DNA description behind the position: `A>G`, `del`, `dup`, `insTA`, `delinsTA`, `inv` (HGVS 21.0)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import IntArray, first_letters, mask, to_numpy
from pipeline.annotation.consequence_terms import translate
from pipeline.annotation.transcripts.changes import DELETION, INSERTION, SUBSTITUTION, Changes
from pipeline.annotation.transcripts.genetic_codes import BASES, CODE_OF_BASE, reverse_complement

LETTERS = BASES + "N"
SUBSTITUTIONS = pa.array([f"{old}>{new}" for old in LETTERS for new in LETTERS])
OTHER_STRAND = np.array([3, 2, 1, 0, 4])


@dataclass(frozen=True)
class Wording:
    """Of each change: how it reads on the contig's strand and on the other one, and the bases that a duplication
    repeats (0: it is none). `shift` is how far the change can move to the right."""

    forward: pa.StringArray
    reverse: pa.StringArray
    repeated: IntArray
    shift: IntArray


def wording_of(changes: Changes, shift: IntArray, *, duplications: bool = True) -> Wording:
    """Words for each change; with `duplications`, insertions of what stands beside them are called so."""
    length = to_numpy(pc.binary_length(changes.added)).astype(np.int64)
    repeated = np.where((changes.kind == INSERTION) & (shift >= length) & duplications, length, 0)
    forward, reverse = _substitutions(changes)
    other = np.flatnonzero(changes.kind != SUBSTITUTION)
    if len(other):
        words = _others(changes.take(other), shift[other], repeated[other])
        source = np.arange(len(changes))
        source[other] = len(changes) + np.arange(len(other))
        take = pa.array(source)
        forward = pa.concat_arrays([forward, words[0]]).take(take)
        reverse = pa.concat_arrays([reverse, words[1]]).take(take)
    return Wording(forward, reverse, repeated, shift)


def _substitutions(changes: Changes) -> tuple[pa.StringArray, pa.StringArray]:
    old, new = (CODE_OF_BASE[first_letters(side)].astype(np.int64) for side in (changes.removed, changes.added))
    forward = SUBSTITUTIONS.take(pa.array(old * len(LETTERS) + new))
    return forward, SUBSTITUTIONS.take(pa.array(OTHER_STRAND[old] * len(LETTERS) + OTHER_STRAND[new]))


def _others(changes: Changes, shift: IntArray, repeated: IntArray) -> tuple[pa.StringArray, pa.StringArray]:
    kind = pa.array(
        np.select([changes.kind == DELETION, repeated > 0, changes.kind == INSERTION], ["del", "dup", "ins"], "delins"),
        pa.string(),
    )
    with_bases = pa.array((changes.kind != DELETION) & (repeated == 0))
    opposite = translate(changes.added, reverse_complement)
    inverted = mask(pc.equal(translate(changes.removed, reverse_complement), changes.added))
    inverted &= to_numpy(pc.binary_length(changes.added)) > 1
    kind = pc.if_else(pa.array(inverted), "inv", kind)
    with_bases = pc.and_not(with_bases, pa.array(inverted))
    words = []
    for bases in (_rotated(changes, shift, repeated), opposite):
        words.append(pc.binary_join_element_wise(kind, pc.if_else(with_bases, bases, ""), ""))
    return words[0], words[1]


def _rotated(changes: Changes, shift: IntArray, repeated: IntArray) -> pa.StringArray:
    """Inserted bases as they read at the rightmost place."""
    moved = np.flatnonzero((changes.kind == INSERTION) & (shift > 0) & (repeated == 0))
    if not len(moved):
        return changes.added
    texts = changes.added.take(pa.array(moved)).to_pylist()
    steps = shift[moved] % to_numpy(pc.binary_length(changes.added))[moved]
    turned = [text[step:] + text[:step] for text, step in zip(texts, steps.tolist(), strict=True)]
    source = np.arange(len(changes))
    source[moved] = len(changes) + np.arange(len(moved))
    return pa.concat_arrays([changes.added, pa.array(turned, pa.string())]).take(pa.array(source))
