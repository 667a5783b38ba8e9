"""One pass over an uploaded VCF: its header once, then its records as clean blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.annotation.prepare.blocks import Block
from pipeline.annotation.prepare.cleaning import Cleaner
from pipeline.annotation.prepare.header import VcfHeader, parse_column_line, split_off_header
from pipeline.annotation.prepare.header_repair import add_meta_lines
from pipeline.annotation.prepare.reading import LineBlocks, TextSource
from pipeline.settings import Settings


class VcfInput:
    """Reads the file from its start; make another one for another pass."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self.settings = settings
        self.source = TextSource(path, settings)
        self.lines = LineBlocks(self.source)
        self._blocks = iter(self.lines)
        self._rest: tuple[int, bytes] | None = None

    def read_header(self, check: Callable[[], None] = lambda: None) -> VcfHeader:
        """The repaired header; to be called once, before `blocks`. `check` is called now and then and may raise."""
        meta, column_line, self._rest = split_off_header(_checked(self._blocks, check), self.settings)
        header = VcfHeader()
        add_meta_lines(header, meta, check)
        parse_column_line(column_line, len(meta) + 1, self.settings, header)
        return header

    def blocks(self, cleaner: Cleaner) -> Iterator[Block]:
        """Clean blocks, none empty."""
        if self._rest is not None:
            first, raw = self._rest
            yield from self._clean(cleaner, first, raw)
        for first, raw in self._blocks:
            yield from self._clean(cleaner, first, raw)

    def _clean(self, cleaner: Cleaner, first: int, raw: bytes) -> Iterator[Block]:
        block = cleaner.clean(first, raw)
        if len(block):
            yield block


def _checked(blocks: Iterator[tuple[int, bytes]], check: Callable[[], None]) -> Iterator[tuple[int, bytes]]:
    for block in blocks:
        check()
        yield block
