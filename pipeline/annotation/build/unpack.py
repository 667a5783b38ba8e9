"""Unpacks the first bytes of a file that may be cut off, within bounds: no more text than asked for, and no error."""

from __future__ import annotations

import zlib

GZIP_MAGIC = b"\x1f\x8b"
BGZF_BLOCK = b"\x1f\x8b\x08\x04"
BGZF_EXTRA = b"BC\x02\x00"


def unpacked(data: bytes, most: int) -> bytes:
    """The text in the first bytes of a plain or gzipped file (any number of members): at most `most` bytes of it.

    What unpacks before a fault or before the end of `data` counts; a bomb costs no more than `most` bytes.
    """
    if not data.startswith(GZIP_MAGIC):
        return data[:most]
    parts: list[bytes] = []
    room = most
    while data.startswith(GZIP_MAGIC) and room > 0:
        inflate = zlib.decompressobj(wbits=31)
        try:
            part = inflate.decompress(data, room)
        except zlib.error:
            break
        parts.append(part)
        room -= len(part)
        if not inflate.eof:
            break
        data = inflate.unused_data.lstrip(b"\0")
    return b"".join(parts)


def is_bgzf(data: bytes) -> bool:
    """Whether these bytes begin with a block of a bgzip file (SAM specification section 4.1)."""
    return data.startswith(BGZF_BLOCK) and data[12:16] == BGZF_EXTRA


def block_start(data: bytes) -> int:
    """Where the first bgzip block in these bytes begins; -1 where there is none."""
    at = data.find(BGZF_BLOCK)
    while at >= 0 and not is_bgzf(data[at : at + 16]):
        at = data.find(BGZF_BLOCK, at + 1)
    return at
