"""A block of VCF records as bytes with the offsets of its columns, so that whole columns are read at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.annotation.columnar import IntArray, slices
from pipeline.annotation.prepare.info_column import InfoFields

TAB, NEWLINE, HASH = 9, 10, 35
INFO_COLUMN = 7
SEPARATORS = np.zeros(256, bool)
SEPARATORS[list(b",; \t\n")] = True


class Block:
    """Records of a VCF without header or blank lines; every line has the same number of columns.

    `bounds[i, j]` is the offset just before column j of record i (0-based; the tab or newline before it), so that
    column j is `data[bounds[i, j] + 1 : bounds[i, j + 1]]`.
    """

    def __init__(self, data: bytes, bounds: IntArray, line_numbers: IntArray) -> None:
        self.data = data
        self.bounds = bounds
        self.line_numbers = line_numbers

    def __len__(self) -> int:
        return len(self.bounds)

    def column(self, index: int) -> pa.StringArray:
        """Column `index` (0 is CHROM) of every record."""
        return slices(self.data, self.bounds[:, index] + 1, self.bounds[:, index + 1])

    def tail(self) -> pa.StringArray:
        """What follows INFO in each line, from its tab to its newline."""
        return slices(self.data, self.bounds[:, INFO_COLUMN + 1], self.bounds[:, -1] + 1)

    def head(self) -> pa.StringArray:
        """The first seven columns of each line, with the tab that follows them."""
        return slices(self.data, self.bounds[:, 0] + 1, self.bounds[:, INFO_COLUMN] + 1)

    @cached_property
    def chrom(self) -> pa.StringArray:
        """CHROM as in the file."""
        return self.column(0)

    @cached_property
    def pos(self) -> IntArray:
        """POS, 1-based. Only for cleaned blocks, whose positions are digits."""
        return self.column(1).cast(pa.int64()).to_numpy()

    @cached_property
    def ref(self) -> pa.StringArray:
        """REF as in the file."""
        return self.column(3)

    @cached_property
    def alt(self) -> pa.StringArray:
        """ALT as in the file, alleles separated by commas."""
        return self.column(4)

    @cached_property
    def info(self) -> pa.StringArray:
        """INFO as in the file."""
        return self.column(INFO_COLUMN)

    def has_pair(self, pairs: Sequence[bytes]) -> bool:
        """Whether one of these pairs of separators stands somewhere in the bytes."""
        return bool(np.isin(self._separator_pairs, [first * 256 + second for first, second in pairs]).any())

    @cached_property
    def _separator_pairs(self) -> npt.NDArray[np.int64]:
        """The distinct pairs (first byte × 256 + second) of neighbouring separators."""
        separators = np.flatnonzero(SEPARATORS[self.buffer])
        first = separators[:-1][np.diff(separators) == 1]
        return np.unique(self.buffer[first].astype(np.int64) * 256 + self.buffer[first + 1])

    @cached_property
    def info_fields(self) -> InfoFields:
        """The entries of the INFO column."""
        return InfoFields.of(self.data, self.bounds[:, INFO_COLUMN] + 1, self.bounds[:, INFO_COLUMN + 1])

    @cached_property
    def buffer(self) -> npt.NDArray[np.uint8]:
        """The bytes as numbers."""
        return np.frombuffer(self.data, np.uint8)


def tokenise(data: bytes, columns: int, line_numbers: IntArray | int) -> Block | None:
    """Find the columns; None where a line is blank, a comment, or has another number of columns.

    `line_numbers` are the 1-based numbers of the lines, or that of the first line where they follow each other.
    """
    buffer = np.frombuffer(data, np.uint8)
    newlines = np.flatnonzero(buffer == NEWLINE)
    tabs = np.flatnonzero(buffer == TAB)
    count = len(newlines)
    if len(tabs) != count * (columns - 1):
        return None
    bounds = np.empty((count, columns + 1), np.int64)
    bounds[:, 1:-1] = tabs.reshape(count, columns - 1)
    bounds[:, -1] = newlines
    bounds[1:, 0] = newlines[:-1]
    if count:
        bounds[0, 0] = -1
    if (np.diff(bounds, axis=1) <= 0).any() or (buffer[bounds[:, 0] + 1] == HASH).any():
        return None
    if isinstance(line_numbers, int):
        line_numbers = np.arange(line_numbers, line_numbers + count, dtype=np.int64)
    return Block(data, bounds, line_numbers)
