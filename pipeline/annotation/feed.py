"""The way of the blocks: cleaned and split into alleles, sent to the engine, and handed on to be annotated.

Usually one reading of the file serves both. Blocks wait here until the engine has answered for their alleles; as it
keeps only a few records to itself, few blocks wait. Where it is asked so seldom that it keeps its few answers for many
blocks, its run is ended, and it answers.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from pipeline.annotation.alleles import Alleles, alleles_of
from pipeline.annotation.columnar import IntArray
from pipeline.annotation.contig_plan import ContigPlan
from pipeline.annotation.engine_need import EngineNeed
from pipeline.annotation.engines.base import Engine
from pipeline.annotation.prepare.blocks import Block
from pipeline.annotation.reference_bases import ReferenceBases
from pipeline.annotation.reference_check import ReferenceCheck
from pipeline.reference.bundle import Bundle

WAITING_BLOCKS = 2
MOST_WAITING_BLOCKS = 16  # then the engine's run is ended
LOOK_UP_S = 0.05
Blocks = Iterator[tuple[Block, IntArray, int]]


@dataclass(frozen=True)
class Fed:
    """A block of the file with its alleles, and the bytes of the file that had been read with it."""

    block: Block
    alleles: Alleles
    bytes_read: int


class BlockFeed(Protocol):
    """What the engine's thread iterates over (None: end the run), and what the annotating thread takes from."""

    def __iter__(self) -> Iterator[Alleles | None]: ...
    def take(self, stopped: Callable[[], None]) -> Fed | None:
        """The next block, or None after the last. `stopped` is called while waiting and raises if there is no more."""

    def hungry(self, value: bool) -> None:
        """Whether the taker waits for the engine."""

    def let_go(self) -> None:
        """Nobody takes blocks any more."""


class AlleleReader:
    """Blocks with their alleles, each marked with whether and why no engine is asked about it."""

    def __init__(self, blocks: Blocks, plan: ContigPlan, engine: Engine, bundle: Bundle, bases: ReferenceBases) -> None:
        self._blocks = blocks
        self._plan = plan
        self._reference = ReferenceCheck(bases, plan)
        self._need = EngineNeed(engine, bundle, plan)

    def __iter__(self) -> Iterator[Fed]:
        next_key = 0
        for block, numbers, bytes_read in self._blocks:
            found = alleles_of(block, numbers, next_key, self._plan)
            next_key += len(found)
            self._reference.mark(found)
            self._need.mark(found)
            yield Fed(block, found, bytes_read)


class Feed:
    """One reading for both: the engine's thread reads, and leaves the blocks for the other one."""

    def __init__(self, reader: AlleleReader, check: Callable[[], None]) -> None:
        self._reader = reader
        self._check = check
        self._waiting: deque[Fed] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._hungry = False
        self._let_go = False

    def __iter__(self) -> Iterator[Alleles | None]:
        for fed in self._reader:
            self._hand_on(fed)
            yield fed.alleles
            if len(self._waiting) >= MOST_WAITING_BLOCKS:
                yield None
                self._wait_until(WAITING_BLOCKS)
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _hand_on(self, fed: Fed) -> None:
        """Wait while enough blocks wait, unless the taker itself waits for the engine, which may need more to eat."""
        with self._changed:
            while len(self._waiting) >= WAITING_BLOCKS and not self._hungry and not self._let_go:
                self._changed.wait(LOOK_UP_S)
                self._check()
            self._waiting.append(fed)
            self._changed.notify_all()

    def _wait_until(self, blocks: int) -> None:
        """Wait until no more than so many blocks wait: the engine has answered, so that all can be taken."""
        with self._changed:
            while len(self._waiting) > blocks and not self._let_go:
                self._changed.wait(LOOK_UP_S)
                self._check()

    def take(self, stopped: Callable[[], None]) -> Fed | None:
        """The next block, or None after the last."""
        with self._changed:
            while not self._waiting:
                if self._ended:
                    return None
                self._changed.wait(LOOK_UP_S)
                stopped()
            fed = self._waiting.popleft()
            self._changed.notify_all()
            return fed

    def hungry(self, value: bool) -> None:
        """Whether the taker waits for the engine."""
        with self._changed:
            self._hungry = value
            self._changed.notify_all()

    def let_go(self) -> None:
        """Nobody takes blocks any more: the reading thread must not wait for that."""
        with self._changed:
            self._let_go = True
            self._changed.notify_all()


class SeparateFeed:
    """Two readings, for an engine that answers only after the last allele of a contig: nothing waits in memory."""

    def __init__(self, for_engine: AlleleReader, for_taker: AlleleReader) -> None:
        self._for_engine = for_engine
        self._blocks = iter(for_taker)

    def __iter__(self) -> Iterator[Alleles | None]:
        for fed in self._for_engine:
            yield fed.alleles

    def take(self, stopped: Callable[[], None]) -> Fed | None:
        """The next block, or None after the last."""
        stopped()
        return next(self._blocks, None)

    def hungry(self, value: bool) -> None:
        """Nothing depends on it: the engine is fed by the other reading."""

    def let_go(self) -> None:
        """Nobody waits."""
