"""Reads the head of a BCF file that may be cut off: its header text and the places of its first records.

Written here because htslib wants the whole file, and because bytes that anybody sent must not reach C code in the web
process. VCF specification 4.3, section 6 (BCF).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

MAGIC = b"BCF\x02"
_ID = re.compile(r"[<,]ID=([^,>]+)")
_IDX = re.compile(r",IDX=(\d+)[,>]")
_WIDTHS = {1: 1, 2: 2, 3: 4}
CHARACTERS = 7
MAX_CONTIGS = 1_000_000


def header_text(data: bytes) -> str | None:
    """The header as text, or None while not all of it is here."""
    if len(data) < 9:
        return None
    length = struct.unpack_from("<I", data, 5)[0]
    if len(data) < 9 + length:
        return None
    return data[9 : 9 + length].rstrip(b"\0").decode("utf-8", "replace")


def contig_numbers(header: str) -> dict[int, str]:
    """Number of each contig in the records → its name: as the lines follow each other, or as IDX says."""
    names: dict[int, str] = {}
    for line in header.split("\n"):
        if line.startswith("##contig=") and (found := _ID.search(line)):
            index = _IDX.search(line)
            number = int(index.group(1)) if index else len(names)
            if number < MAX_CONTIGS:
                names[number] = found.group(1)
    return names


def places(data: bytes, header: str) -> Iterator[tuple[str, int, str]]:
    """Contig, 1-based position and REF of the records that are whole; ends quietly at the first odd byte."""
    names = contig_numbers(header)
    at = 9 + struct.unpack_from("<I", data, 5)[0]
    while at + 32 <= len(data):
        shared, individual, chrom, pos = struct.unpack_from("<IIii", data, at)
        end = at + 8 + shared
        if end > len(data) or chrom not in names:
            return
        ref = _ref(data[at + 32 : end])
        if ref is None:
            return
        yield names[chrom], pos + 1, ref
        at = end + individual


def _ref(data: bytes) -> str | None:
    """The second typed string: the ID stands before it."""
    at = 0
    value = b""
    for _ in range(2):
        sized = _typed_length(data, at)
        if sized is None:
            return None
        start, length = sized
        if start + length > len(data):
            return None
        value = data[start : start + length]
        at = start + length
    return value.decode("ascii", "replace")


def _typed_length(data: bytes, at: int) -> tuple[int, int] | None:
    """Start and length of the typed string whose descriptor is at `at`."""
    if at >= len(data) or data[at] & 0x0F not in (0, CHARACTERS):
        return None
    length = data[at] >> 4
    if length < 15:
        return at + 1, length
    width = _WIDTHS.get(data[at + 1] & 0x0F) if at + 1 < len(data) else None
    if width is None or at + 2 + width > len(data):
        return None
    return at + 2 + width, int.from_bytes(data[at + 2 : at + 2 + width], "little")
