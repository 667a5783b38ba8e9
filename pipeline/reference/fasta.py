"""Turns a FASTA file into the bundle's: bases and N in upper case, bgzipped where large, indexed, MD5 of each."""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import pysam

from pipeline.errors import InputError, LimitError

READ_BYTES = 4 << 20
LINE_BASES = 60
MAX_TITLE_BYTES = 64 << 10
MAX_CONTIGS = 100_000  # the manifest lists them all, and every page reads it
MAX_CONTIG_BASES = 2**31 - 1  # positions are 32-bit in BCF and in our tables
PLAIN_BELOW_BYTES = 1 << 20  # smaller files stay as they are, readable
# VCF 4.5, section 1.4.7: what a contig's name may be.
CONTIG_NAME = re.compile(r"[0-9A-Za-z!#$%&+./:;?@^_|~-][0-9A-Za-z!#$%&*+./:;=?@^_|~-]*\Z")
LETTERS = b"ACGTUNRYSWKMBDHVX"  # IUPAC's; U and X are rewritten
TO_UPPER = bytes.maketrans(b"acgtunryswkmbdhvxUX", b"ACGTTNRYSWKMBDHVNTN")
# VCF 4.5, section 1.6.1: of an ambiguity letter, the base that is first in the alphabet stands for it in REF.
TO_BASES = bytes.maketrans(b"RYSWKMBDHV", b"ACCAGACAAA")
BLANK = b"\r\n \t"


@dataclass(frozen=True)
class Sequence:
    """A sequence of the FASTA: `length` in bases, `m5` the MD5 of its upper-case letters as published (SAM's M5)."""

    name: str
    length: int
    m5: str


def opened(path: Path) -> IO[bytes]:
    """A file for reading, unpacked where it is gzip or bgzip. Raises InputError where there is none."""
    try:
        with path.open("rb") as handle:
            packed = handle.read(2) == b"\x1f\x8b"
        return cast(IO[bytes], gzip.open(path, "rb") if packed else path.open("rb"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", code="unreadable_file") from error


def write_fasta(source: Path, folder: Path, progress: Callable[[str], None]) -> tuple[str, list[Sequence]]:
    """Write `genome.fa` or `genome.fa.gz` with its indexes; its name and its sequences in order.

    Raises InputError for what is no FASTA, for a name that stands twice and for an empty sequence.
    """
    with opened(source) as handle:
        small = not isinstance(handle, gzip.GzipFile) and source.stat().st_size < PLAIN_BELOW_BYTES
        out = folder / ("genome.fa" if small else "genome.fa.gz")
        with out.open("wb") if small else pysam.BGZFile(str(out), "wb", None) as target:
            writer = _Writer(source, target.write, progress)
            try:
                for title, bases in _pieces(handle, source):
                    writer.add(title, bases)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                raise InputError(f"{source} is not a whole gzip file: {error}.", code="broken_gzip") from error
            writer.finish()
    if not writer.sequences:
        raise InputError(f"{source} holds no sequence: a FASTA file begins with >name.", code="not_fasta")
    pysam.faidx(str(out))
    return out.name, writer.sequences


class _Writer:
    def __init__(self, source: Path, write: Callable[[bytes], object], progress: Callable[[str], None]) -> None:
        self.sequences: list[Sequence] = []
        self._source = source
        self._write = write
        self._progress = progress
        self._names: set[str] = set()
        self._open: str | None = None
        self._rest = b""

    def add(self, title: bytes | None, bases: bytes) -> None:
        """Begin the sequence `title`, or go on with `bases`."""
        if title is not None:
            self.finish()
            self._begin(title)
        elif self._open is None:
            if bases.strip():
                raise InputError(
                    f"{self._source} does not begin with >name; it is no FASTA file.", code="not_fasta", line=1
                )
        else:
            self._append(bases)

    def _begin(self, title: bytes) -> None:
        name = (title.split() or [b""])[0].decode("utf-8", "replace")
        if not CONTIG_NAME.match(name):
            raise InputError(
                f"{self._source}: {name[:80]!r} cannot be the name of a contig in a VCF (specification 1.4.7). "
                "Rename the sequence.",
                code="bad_contig_name",
            )
        if name in self._names:
            raise InputError(f"{self._source}: the sequence {name} stands there twice.", code="duplicate_contig")
        if len(self._names) == MAX_CONTIGS:
            raise LimitError(f"{self._source} has more than {MAX_CONTIGS:,} sequences; leave some out.")
        self._names.add(name)
        self._progress(f"sequence {name}")
        self._open, self._digest, self._length, self._rest = name, hashlib.md5(usedforsecurity=False), 0, b""
        self._write(f">{name}\n".encode())

    def _append(self, bases: bytes) -> None:
        letters = bases.translate(TO_UPPER, BLANK)
        odd = letters.translate(None, LETTERS)
        if odd:
            raise InputError(
                f"{self._source}: the sequence {self._open} holds {odd[:1]!r}, which is no base. Only A, C, G, T, N "
                "and IUPAC's ambiguity letters are.",
                code="not_fasta",
            )
        self._digest.update(letters)
        self._length += len(letters)
        data = self._rest + letters.translate(TO_BASES)
        whole = len(data) // LINE_BASES * LINE_BASES
        if whole:
            lines = [data[start : start + LINE_BASES] for start in range(0, whole, LINE_BASES)]
            self._write(b"\n".join(lines) + b"\n")
        self._rest = data[whole:]

    def finish(self) -> None:
        """End the sequence that is open."""
        if self._open is None:
            return
        if self._length == 0:
            raise InputError(f"{self._source}: the sequence {self._open} is empty.", code="empty_contig")
        if self._length > MAX_CONTIG_BASES:
            raise LimitError(f"{self._source}: {self._open} is longer than {MAX_CONTIG_BASES:,} bases.")
        if self._rest:
            self._write(self._rest + b"\n")
        self.sequences.append(Sequence(self._open, self._length, self._digest.hexdigest()))
        self._open = None


def _pieces(handle: IO[bytes], source: Path) -> Iterator[tuple[bytes | None, bytes]]:
    """Titles (without `>`) and stretches of bases, in order, however long the lines are."""
    rest, line_start = b"", True
    while chunk := handle.read(READ_BYTES):
        data, rest = rest + chunk, b""
        at = 0
        while at < len(data):
            if line_start and data[at : at + 1] == b">":
                end = data.find(b"\n", at)
                if end < 0:
                    rest = data[at:]
                    if len(rest) > MAX_TITLE_BYTES:
                        raise InputError(f"{source}: a title is longer than {MAX_TITLE_BYTES:,} bytes.")
                    break
                yield data[at + 1 : end], b""
                at = end + 1
            else:
                end = data.find(b"\n>", at)
                end = len(data) if end < 0 else end + 1
                yield None, data[at:end]
                line_start = data[end - 1 : end] == b"\n"
                at = end
                continue
            line_start = True
    if rest:
        yield rest[1:], b""
