"""Brings an engine's rows, which come sorted by normalised position, back to the alleles of each block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pipeline.annotation.alleles import ANNOTATED, Alleles
from pipeline.annotation.engine_stream import EngineRows, RunEnd, stacked
from pipeline.annotation.engines.base import OutOfOrderError

USUAL_MOVE_BASES = 1000  # by left-alignment; farther ones make the job start over, with alleles sorted again


class EngineJoin:
    """Holds rows that came early: left-alignment moves an allele forward in the order, never back.

    Once a row beyond an allele's own position has come, the allele's row has come too, or never will: the engine
    left it out.
    """

    def __init__(self, batches: Iterator[EngineRows | RunEnd]) -> None:
        self._batches = batches
        self._answered = -1  # running number of the last allele of the runs that have ended
        self._asked = -1  # running number of the last allele that an engine was asked about
        self._released = (-1, -1)  # the last safe place that was told
        self._pending: list[EngineRows] = []
        self._reached = (-1, -1)
        self._ended = False

    def rows_for(self, found: Alleles) -> EngineRows | None:
        """The rows of these alleles, in their order; None where the engine was asked nothing or says nothing.

        A change that stands in the block several times has a row for each.
        """
        sent = np.flatnonzero(found.sent)
        if not len(sent):
            return None
        last = sent[-1]
        self._asked = found.first_key + int(last)
        self._read_past((int(found.contig_order[last]), int(found.pos[last])))
        if not self._pending:
            return None
        rows = stacked(self._pending)
        mine = rows.key < found.first_key + len(found)
        self._pending = [] if mine.all() else [rows.take(np.flatnonzero(~mine))]
        chosen = np.flatnonzero(mine)
        if not len(chosen):
            return None
        own = rows.take(chosen[np.argsort(rows.key[chosen], kind="stable")])
        wanted = np.flatnonzero(found.skip == ANNOTATED)
        speaker = found.first_key + found.same_as[wanted]
        at = np.minimum(np.searchsorted(own.key, speaker), len(own) - 1)
        answered = own.key[at] == speaker
        spread = own.take(at[answered])
        return replace(spread, key=found.first_key + wanted[answered])

    def end(self) -> None:
        """All alleles have been asked for: what went wrong with the engine after its last answer is raised now."""
        for _ in self._batches:
            pass
        self._ended = True

    def safe_place(self, last: tuple[int, int], *, held: bool) -> tuple[int, int]:
        """The place (contig order, 1-based position) that no later row can come before, after a block that ended
        at `last`; `held` says whether the bundle holds that contig, so that alleles of it can still move."""
        self._released = max(self._released, self._safe_place(last, held))
        return self._released

    def _safe_place(self, last: tuple[int, int], held: bool) -> tuple[int, int]:
        if not held or (self._ended and not self._pending):
            return last
        if self._answered >= self._asked and not self._pending:  # all is answered; what is asked next may move a little
            return (last[0], last[1] - USUAL_MOVE_BASES)
        waiting = [(int(rows.contig_order[0]), int(rows.pos[0])) for rows in self._pending if len(rows)]
        ahead = [] if self._ended else [self._reached]
        if last[0] > self._reached[0] and not waiting:  # nothing was sent of this contig yet
            return (last[0], 0)
        return min([last, *waiting, *ahead])

    def _read_past(self, place: tuple[int, int]) -> None:
        while not self._ended and self._reached <= place and self._answered < self._asked:
            rows = next(self._batches, None)
            if rows is None:
                self._ended = True
            elif isinstance(rows, RunEnd):
                self._answered = rows.last_key
            elif len(rows):
                if (int(rows.contig_order[0]), int(rows.pos[0])) < self._released:
                    raise OutOfOrderError
                self._pending.append(rows)
                self._reached = (int(rows.contig_order[-1]), int(rows.pos[-1]))
