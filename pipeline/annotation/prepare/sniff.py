"""Tells what a file is before any of it is parsed, so that a wrong file gets a sentence of its own."""

from __future__ import annotations

import zlib
from pathlib import Path

from pipeline.errors import InputError
from pipeline.settings import Settings

HEAD_BYTES = 1 << 16
BCF_MAGIC = b"BCF\x02"

OTHER_FORMATS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a ZIP archive (or an Excel workbook)"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BAM\x01", "a BAM file of reads"),
    (b"CRAM", "a CRAM file of reads"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"BCF\x04", "an old BCF1 file"),
    (b"{", "a JSON file"),
    (b"<", "an HTML or XML page"),
    (b">", "a FASTA file"),
    (b"@HD", "a SAM file of reads"),
)


def check_is_file(path: Path) -> None:
    """Raise InputError unless `path` is a readable, regular, non-empty file."""
    if path.is_dir():
        raise InputError("This is a folder, not a VCF file. Choose one file.", code="not_a_file")
    if not path.exists():
        raise InputError("There is no such file. Check its name.", code="no_such_file")
    if not path.is_file():
        raise InputError("This is not a regular file. Choose a VCF file.", code="not_a_file")
    try:
        with path.open("rb") as handle:
            empty = not handle.read(1)
    except PermissionError as error:
        raise InputError("The file cannot be read. Check its permissions.", code="unreadable_file") from error
    if empty:
        raise InputError("The file is empty: it holds no VCF.", code="empty_file")


def head_of(path: Path) -> bytes:
    """The first bytes of the file's content, unpacked where it is gzipped; what unpacks before a fault counts."""
    with path.open("rb") as handle:
        head = handle.read(HEAD_BYTES)
    if not head.startswith(b"\x1f\x8b"):
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES)
    except zlib.error:
        return b""


def is_bcf(path: Path) -> bool:
    """Whether the file is a BCF2 file (plain or bgzipped)."""
    return head_of(path).startswith(BCF_MAGIC)


def not_a_vcf(reason: str, line: int | None = 1) -> InputError:
    """The error for a file that is something else."""
    return InputError(
        f"This is not a VCF file: {reason}. A VCF starts with the line ##fileformat=VCFv4.x.",
        code="not_vcf",
        line=line,
    )


def check_looks_like_text(path: Path, settings: Settings) -> None:
    """Raise InputError naming the format when the file is something well known that is not a VCF."""
    check_head_is_text(head_of(path))


def check_head_is_text(head: bytes) -> None:
    """The same check for the first bytes of a file's content, unpacked."""
    head = head[:HEAD_BYTES].removeprefix(b"\xef\xbb\xbf")
    for magic, name in OTHER_FORMATS:
        if head.startswith(magic):
            raise not_a_vcf(f"it is {name}")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise not_a_vcf("it is stored as UTF-16; save it as plain text (UTF-8)")
    if b"\0" in head:
        raise not_a_vcf("it holds binary data")


def first_line_error(line: bytes, number: int) -> InputError:
    """What is wrong with a file whose first line is neither a ## line nor the #CHROM line."""
    fields = line.split(b"\t")
    if len(fields) >= 8 and fields[1].isdigit():
        return InputError(
            "The file has no header: its first line is already a record. Put `##fileformat=VCFv4.2` and the line "
            "`#CHROM POS ID REF ALT QUAL FILTER INFO` (separated by tabs) on top.",
            code="missing_header",
            line=number,
        )
    if line.count(b",") >= 2 and b"\t" not in line:
        return not_a_vcf("it looks like a table with commas (CSV)", number)
    return not_a_vcf("its first line is not a VCF header line", number)
