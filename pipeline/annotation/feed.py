"""The one pass over the file: cleans its blocks, sends their alleles to the engine, and hands the blocks on.

Blocks wait here until the engine has answered for their alleles; an engine keeps only a few records to itself (those
within reach of a left-alignment), so only a few blocks wait.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.annotation.alleles import Alleles, alleles_of
from pipeline.annotation.columnar import IntArray
from pipeline.annotation.contig_plan import ContigPlan
from pipeline.annotation.engine_need import EngineNeed
from pipeline.annotation.prepare.blocks import Block
from pipeline.annotation.reference_check import ReferenceCheck

WAITING_BLOCKS = 2
LOOK_UP_S = 0.05


@dataclass(frozen=True)
class Fed:
    """A block of the file with its alleles, and the bytes of the file that had been read with it."""

    block: Block
    alleles: Alleles
    bytes_read: int


class Feed:
    """One thread iterates over it (for the engine), another one takes the blocks with `take`."""

    def __init__(
        self,
        blocks: Iterator[tuple[Block, IntArray, int]],
        plan: ContigPlan,
        reference: ReferenceCheck,
        need: EngineNeed,
        check: Callable[[], None],
    ) -> None:
        self._blocks = blocks
        self._plan = plan
        self._reference = reference
        self._need = need
        self._check = check
        self._waiting: deque[Fed] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._hungry = False

    def __iter__(self) -> Iterator[Alleles]:
        next_key = 0
        for block, numbers, bytes_read in self._blocks:
            found = alleles_of(block, numbers, next_key, self._plan)
            next_key += len(found)
            self._reference.mark(found)
            self._need.mark(found)
            self._hand_on(Fed(block, found, bytes_read))
            yield found
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _hand_on(self, fed: Fed) -> None:
        """Wait while enough blocks wait, unless the taker itself waits for the engine, which may need more to eat."""
        with self._changed:
            while len(self._waiting) >= WAITING_BLOCKS and not self._hungry:
                self._changed.wait(LOOK_UP_S)
                self._check()
            self._waiting.append(fed)
            self._changed.notify_all()

    def take(self, stopped: Callable[[], None]) -> Fed | None:
        """The next block, or None after the last. `stopped` is called while waiting and raises if there is no more."""
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
