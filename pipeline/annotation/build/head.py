"""The head of a file, perhaps cut off in the middle: what kind of file it is, its header, its first records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.annotation.build import bcf_head
from pipeline.annotation.build.unpack import GZIP_MAGIC, is_bgzf, unpacked
from pipeline.annotation.prepare.sniff import check_head_is_text, first_line_error
from pipeline.errors import InputError

FIXED_COLUMNS = 9  # with FORMAT; the samples follow
MOST_META_LINES = 20_000  # read; the largest headers of human files have a few thousand
MAX_FIRST_LINE = 4096  # bytes of a first line that are looked at
LARGEST_BLOCK = 1 << 16  # bytes of a bgzip block; a head that is shorter may show nothing yet
MAX_REF_BASES = 1000  # compared; the rest of a long REF says nothing more
VERSION = re.compile(r"^##file[fF]ormat=VCFv?(\d+\.\d+)\s*$")
BYTE_ORDER_MARK = "\ufeff"


class Place(NamedTuple):
    """Where a record lies: contig as the file names it, 1-based position, the first bases of REF in upper case."""

    contig: str
    pos: int
    ref: str


@dataclass
class Head:
    """What the first bytes of a file show. `has_columns` is False where the header goes on beyond them."""

    packing: str  # plain, gzip, bgzip
    kind: str = "VCF"  # or BCF
    version: str | None = None
    meta: list[str] = field(default_factory=list)
    samples: int | None = None
    places: list[Place] = field(default_factory=list)
    has_columns: bool = False

    @property
    def format(self) -> str:
        """In words: `VCF 4.2, bgzip`."""
        version = f" {self.version}" if self.version else ""
        return f"{self.kind}{version}" + ("" if self.packing == "plain" else f", {self.packing}")


def read_head(data: bytes, *, whole: bool, most_text: int, most_records: int) -> Head:
    """Read the first bytes of a file; `whole` says that they are all of it, so that the last line counts.

    At most `most_text` bytes are unpacked and `most_records` records read. Raises InputError for what is no VCF.
    """
    packing = "plain"
    if data.startswith(GZIP_MAGIC):
        packing = "bgzip" if is_bgzf(data) else "gzip"
    text = unpacked(data, most_text)
    if not data:
        raise InputError("The file is empty: it holds no VCF.", code="empty_file")
    if text.startswith(bcf_head.MAGIC):
        return _bcf(text, packing, most_records)
    if not text and not whole and len(data) < LARGEST_BLOCK:
        return Head(packing)
    if not text:
        raise InputError(
            "The gzip file is damaged: nothing of it can be unpacked. Compress and upload it again.",
            code="corrupt_gzip",
        )
    if whole and not text.strip():
        raise InputError("The file holds only blank lines: there is no VCF in it.", code="empty_file")
    check_head_is_text(text)
    _check_first_line(text)
    complete = whole and len(text) < most_text
    return _vcf(text, packing, most_records, complete)


def _check_first_line(text: bytes) -> None:
    """A file that does not begin with a header line is told at once, also where that line has no end."""
    start = text.removeprefix(BYTE_ORDER_MARK.encode()).lstrip()
    if start and not start.startswith(b"#"):
        line = start[:MAX_FIRST_LINE].split(b"\n", 1)[0].rstrip(b"\r")
        raise first_line_error(line, text[: text.find(start[:1])].count(b"\n") + 1)


def _bcf(data: bytes, packing: str, most_records: int) -> Head:
    found = Head(packing, kind="BCF")
    header = bcf_head.header_text(data)
    if header is None:
        found.meta = data[9:].decode("utf-8", "replace").split("\n", MOST_META_LINES)[:-1]
        return found
    for line in header.split("\n", MOST_META_LINES)[:MOST_META_LINES]:
        _take_line(found, line)
    for contig, pos, ref in bcf_head.places(data, header):
        if len(found.places) >= most_records:
            break
        found.places.append(Place(contig, pos, ref[:MAX_REF_BASES].upper()))
    return found


def _vcf(text: bytes, packing: str, most_records: int, complete: bool) -> Head:
    found = Head(packing)
    for line in _lines(text, complete):
        if line.startswith("#"):
            _take_line(found, line)
        elif line.strip() and (place := place_of(line)):
            found.places.append(place)
        if (found.has_columns and len(found.places) >= most_records) or len(found.meta) >= MOST_META_LINES:
            break
    if complete and not found.has_columns and len(found.meta) < MOST_META_LINES:
        raise InputError(
            "The file ends before its #CHROM line: it was cut off, or it is not a VCF.", code="missing_column_line"
        )
    return found


def _take_line(found: Head, line: str) -> None:
    if line.startswith("##"):
        found.meta.append(line)
        if version := VERSION.match(line):
            found.version = version.group(1)
    elif line.startswith("#") and not found.has_columns:
        found.has_columns = True
        found.samples = max(0, len(line.rstrip("\n").split("\t")) - FIXED_COLUMNS)


def _lines(text: bytes, complete: bool) -> Iterator[str]:
    """Lines without their ends; the last one is left out where the file may go on behind it."""
    ending = b"\n" if b"\n" in text else b"\r"
    start = len(BYTE_ORDER_MARK.encode()) if text.startswith(BYTE_ORDER_MARK.encode()) else 0
    while (end := text.find(ending, start)) >= 0:
        yield text[start:end].rstrip(b"\r").decode("utf-8", "replace")
        start = end + 1
    if complete and start < len(text):
        yield text[start:].rstrip(b"\r").decode("utf-8", "replace")


def place_of(line: str) -> Place | None:
    """The place that a record's line names; None for what is no record."""
    fields = line.split("\t", 5)
    if len(fields) < 5 or not fields[1].isascii() or not fields[1].isdigit() or len(fields[1]) > 10:
        return None
    return Place(fields[0], int(fields[1]), fields[3][:MAX_REF_BASES].upper())
