"""Reads a source as its publisher made it (VCF, gzipped VCF or BCF): its header, and blocks of records."""

from __future__ import annotations

import gzip
import re
import subprocess
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from pipeline.annotation.children import ChildFamily
from pipeline.annotation.prepare.blocks import INFO_COLUMN, Block, tokenise
from pipeline.annotation.prepare.header import parse_pairs
from pipeline.annotation.prepare.sniff import is_bcf
from pipeline.errors import InputError, LimitError
from pipeline.reference.fasta import opened
from pipeline.settings import get_settings

BLOCK_BYTES = 4 << 20
COLUMNS = INFO_COLUMN + 1


@dataclass(frozen=True)
class InfoField:
    """An INFO declaration: `number` and `type` as written."""

    number: str
    type: str
    description: str


@dataclass
class SourceHeader:
    """What the header of a source says."""

    info: dict[str, InfoField] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)  # ##fileDate, ##source, ##reference …

    @property
    def date(self) -> str:
        """##fileDate as YYYY-MM-DD where it has digits like that, else as written."""
        text = self.words.get("fileDate", "")
        found = re.search(r"(\d{4})-?(\d{2})-?(\d{2})", text)
        return "-".join(found.groups()) if found else text

    def add(self, line: str) -> None:
        """Take in one meta line."""
        key, _, value = line.removeprefix("##").partition("=")
        if key == "INFO" and value.startswith("<"):
            pairs = parse_pairs(value.strip()[1:-1]) or {}
            if "ID" in pairs:
                declared = InfoField(
                    pairs.get("Number", "."), pairs.get("Type", "String"), pairs.get("Description", "")
                )
                self.info.setdefault(pairs["ID"], declared)
        elif value and not value.startswith("<"):
            self.words.setdefault(key, value.strip())


class SourceFile:
    """An open source. `header` is read; `blocks` reads on. Raises InputError where the file is no VCF."""

    def __init__(self, path: Path, stream: IO[bytes], counts: Counter[str]) -> None:
        self.path = path
        self.counts = counts
        self.header = SourceHeader()
        self.columns = 0
        self.finished = False  # everything was read
        self._stream = stream
        self._settings = get_settings()
        self._read_header()

    def _read_header(self) -> None:
        size = number = 0
        limit = self._settings.max_header_bytes
        with _readable(self.path):
            while line := self._stream.readline(limit):
                number += 1
                size += len(line)
                if size > limit:
                    raise LimitError(f"The header of {self.path} is larger than {limit:,} bytes (max_header_bytes).")
                if line.startswith(b"#CHROM"):
                    self.columns = len(line.rstrip(b"\r\n").split(b"\t"))
                    break
                if not line.startswith(b"##"):
                    break
                self.header.add(line.decode("utf-8", "replace"))
        if self.columns < COLUMNS:
            raise InputError(
                f"{self.path} is no VCF: line {number} is not the line of column names (#CHROM POS ID REF ALT QUAL "
                "FILTER INFO, separated by tabs).",
                code="not_a_vcf",
                line=number,
            )

    def blocks(self) -> Iterator[Block]:
        """Blocks of well-formed records; what has too few columns is counted as malformed."""
        rest = b""
        while True:
            with _readable(self.path):
                chunk = self._stream.read(BLOCK_BYTES)
            data = rest + chunk if chunk else rest + b"\n" * bool(rest.strip())
            cut = data.rfind(b"\n") + 1
            rest = data[cut:]
            if len(rest) > self._settings.max_line_bytes:
                raise LimitError(
                    f"A line of {self.path} is longer than {self._settings.max_line_bytes:,} (max_line_bytes)."
                )
            if cut:
                block = self._block(data[:cut])
                self.counts["read"] += len(block)
                yield block
            if not chunk:
                self.finished = True
                return

    def _block(self, data: bytes) -> Block:
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n")
        if not data.isascii():
            data = data.decode("utf-8", "replace").encode()
        block = tokenise(data, self.columns, 1)
        return block if block is not None else self._salvaged(data)

    def _salvaged(self, data: bytes) -> Block:
        """The lines that have their eight columns, whatever follows these."""
        kept = []
        for line in data.split(b"\n"):
            cells = line.split(b"\t", COLUMNS)
            if not line.strip() or line.startswith(b"#"):
                continue
            if len(cells) < COLUMNS or not all(cells[:COLUMNS]):
                self.counts["read"] += 1
                self.counts["malformed"] += 1
                continue
            kept.append(b"\t".join(cells[:COLUMNS]))
        block = tokenise(b"".join(line + b"\n" for line in kept), COLUMNS, 1)
        assert block is not None  # noqa: S101 - each line was just made of eight columns
        return block


@contextmanager
def open_source(path: Path, family: ChildFamily, counts: Counter[str]) -> Iterator[SourceFile]:
    """Open a source for reading; BCF is turned into text by a child process."""
    with opened(path) as probe:
        probe.close()
    if is_bcf(path):
        arguments = ["view", "--no-version", "-Ov", "-o", "/dev/stdout", str(path.resolve())]
        child = family.start(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        try:
            source = SourceFile(path, child.stdout, counts)
        except InputError:
            family.finish([child])  # its own complaint says more than an empty header
            raise
        yield source
        if source.finished:
            family.finish([child])
        child.kill()
        return
    with opened(path) as stream:
        yield SourceFile(path, stream, counts)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path} is cut off or damaged: {error}.", code="broken_gzip") from error
