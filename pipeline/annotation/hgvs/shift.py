"""How far an insertion or deletion can move to the right without changing the sequence that it makes.

HGVS wants the most 3' of all places (rule of the 3' end); alleles come left-aligned, so that for transcripts on the
reverse strand they lie there already.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pipeline.annotation.columnar import IntArray
from pipeline.annotation.reference_bases import ContigBases
from pipeline.annotation.transcripts.changes import DELETION, INSERTION, Changes

STEPS = (4, 32, 256)  # bases compared at once: most indels move by few


def right_shift(changes: Changes, bases: ContigBases) -> IntArray:
    """Bases by which each change can move to the right; 0 for everything but plain insertions and deletions."""
    shift = np.zeros(len(changes), np.int64)
    active = np.flatnonzero((changes.kind == INSERTION) | (changes.kind == DELETION))
    if not len(active):
        return shift
    texts = _moving(changes, active)
    letters = np.frombuffer(texts.buffers()[2], np.uint8)
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    begin, length = offsets[:-1], np.diff(offsets)
    following = changes.high[active] + (changes.kind[active] == DELETION)  # the first base behind the change
    moved = np.zeros(len(active), np.int64)
    going = np.arange(len(active))
    turn = 0
    while len(going):
        width = np.arange(STEPS[min(turn, len(STEPS) - 1)])
        turn += 1
        ahead = moved[going][:, None] + width
        own = letters[begin[going][:, None] + ahead % length[going][:, None]]
        next_bases = bases.at((following[going][:, None] + ahead).ravel()).reshape(ahead.shape)
        differs = (own != next_bases) | (next_bases == ord("N"))
        stops = differs.any(axis=1)
        moved[going] += np.where(stops, differs.argmax(axis=1), len(width))
        going = going[~stops]
    shift[active] = moved
    return shift


def _moving(changes: Changes, active: IntArray) -> pa.StringArray:
    where = pa.array(active)
    inserted = changes.kind[active] == INSERTION
    added, removed = changes.added.take(where), changes.removed.take(where)
    own = np.arange(len(active))
    return pa.concat_arrays([added, removed]).take(pa.array(np.where(inserted, own, own + len(active))))
