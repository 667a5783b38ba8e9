"""Where in a bgzip-compressed VCF the records of a position lie, by its index (tabix and CSI specifications)."""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from dataclasses import dataclass

from pipeline.errors import RetryableError

TBI_SHIFT, TBI_DEPTH = 14, 5
CONFIGURATION_BYTES = 28  # seven numbers before the names of the contigs


@dataclass(frozen=True)
class Chunk:
    """A stretch of the file as virtual offsets: `compressed offset << 16 | offset in the block`."""

    begin: int
    end: int


def chunks_at(index: bytes, contig: str, position: int) -> list[Chunk]:
    """The stretches that may hold records which begin at `position` (1-based), the likeliest first.

    `index` is the file as it is stored (compressed). Empty where the index has no such contig. Raises `RetryableError`
    for bytes that are no index.
    """
    try:
        return _read(io.BytesIO(gzip.decompress(index)), contig.encode(), position - 1)
    except (OSError, EOFError, struct.error, zlib.error, ValueError) as error:
        raise RetryableError("The index of the VCF cannot be read.", code="result_unreadable") from error


def _read(stream: io.BytesIO, contig: bytes, position: int) -> list[Chunk]:
    magic = stream.read(4)
    if magic == b"TBI\1":
        (contigs,) = _numbers(stream, "<i")
        shift, depth = TBI_SHIFT, TBI_DEPTH
        stream.read(CONFIGURATION_BYTES - 4)
        names = stream.read(*_numbers(stream, "<i"))
    elif magic == b"CSI\1":
        shift, depth, length = _numbers(stream, "<iii")
        names = stream.read(length)[CONFIGURATION_BYTES:]
        (contigs,) = _numbers(stream, "<i")
    else:
        raise ValueError("neither TBI nor CSI")
    order = names.rstrip(b"\0").split(b"\0")
    if contig not in order:
        return []
    bins = _bins_over(position, shift, depth)
    for number in range(min(contigs, len(order))):
        found = _contig(stream, magic == b"TBI\1", bins)
        if order[number] == contig:
            return [chunk for wanted in bins for chunk in found.get(wanted, [])]
    return []


def _contig(stream: io.BytesIO, is_tbi: bool, wanted: list[int]) -> dict[int, list[Chunk]]:
    """The chunks of the wanted bins; the stream stands behind the contig afterwards."""
    found: dict[int, list[Chunk]] = {}
    for _ in range(*_numbers(stream, "<i")):
        number, *_offset, chunks = _numbers(stream, "<Ii" if is_tbi else "<IQi")
        if number in wanted:
            pairs = _numbers(stream, f"<{2 * chunks}Q")
            found[number] = [Chunk(*pair) for pair in zip(pairs[::2], pairs[1::2], strict=True)]
        else:
            stream.seek(16 * chunks, io.SEEK_CUR)
    if is_tbi:
        (windows,) = _numbers(stream, "<i")
        stream.seek(8 * windows, io.SEEK_CUR)
    return found


def _bins_over(position: int, shift: int, depth: int) -> list[int]:
    """The bins that hold a position (0-based), smallest first: a record lies in the smallest that holds all of it."""
    bins = []
    for level in range(depth, -1, -1):
        first = ((1 << 3 * level) - 1) // 7
        bins.append(first + (position >> shift + 3 * (depth - level)))
    return bins


def _numbers(stream: io.BytesIO, layout: str) -> tuple[int, ...]:
    return struct.unpack(layout, stream.read(struct.calcsize(layout)))
