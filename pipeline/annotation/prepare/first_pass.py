"""The optimistic pass: a file that is in order is surveyed while it is annotated, and read only once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import numpy as np

from pipeline.annotation.columnar import IntArray
from pipeline.annotation.prepare.blocks import Block
from pipeline.annotation.prepare.cleaning import Cleaner
from pipeline.annotation.prepare.prepared import Prepared
from pipeline.annotation.prepare.survey import Survey, Surveyor
from pipeline.annotation.prepare.vcf_input import VcfInput
from pipeline.settings import Settings


class ReadAgainError(Exception):
    """The records hold something that must be known before the first of them is written; the reason is the text."""


class FirstPass:
    """Blocks of a file that nothing but the header is known of. `survey` grows with them."""

    def __init__(self, path: Path, settings: Settings, check: Callable[[], None]) -> None:
        self.prepared = Prepared(path, settings, check=check)  # the same records, for a look ahead
        self._vcf = VcfInput(path, settings)
        self._check = check
        self.header = self._vcf.read_header(check)
        self._surveyor = Surveyor(self.header)
        self._cleaner = Cleaner(self.header)
        self.survey = self._surveyor.found

    def blocks(self, own_keys: Collection[str]) -> Iterator[tuple[Block, IntArray, int]]:
        """Clean blocks, the 0-based numbers of their records, and the bytes of the file that were read.

        Raises ReadAgainError where records are out of order, hold values that the specification's type of their key
        forbids, or use an undeclared INFO key that is among `own_keys`.
        """
        for block in self._vcf.blocks(self._cleaner):
            self._check()
            start = self.survey.records
            self._surveyor.look(block)
            if not self.survey.in_order:
                raise ReadAgainError("records_out_of_order")
            if not self._surveyor.values_fit:
                raise ReadAgainError("values_of_another_type")
            if not set(own_keys).isdisjoint(self.survey.info_keys.keys() - self.header.info.keys()):
                raise ReadAgainError("own_key_in_use")
            yield block, np.arange(start, start + len(block), dtype=np.int64), self._vcf.source.bytes_read

    def finish(self) -> Survey:
        """What is known after the last block."""
        return self._surveyor.finish(self._vcf, self._cleaner)
