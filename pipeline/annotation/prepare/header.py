"""The header of a VCF: its meta lines, what they declare, its columns and samples."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.annotation.prepare.sniff import first_line_error, not_a_vcf
from pipeline.errors import InputError, LimitError
from pipeline.settings import Settings

FIXED_COLUMNS = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO")
# key=value pairs inside <...>, values plain or quoted with backslash escapes (VCF 4.3, section 1.4)
PAIR = re.compile(r'\s*([A-Za-z0-9_.]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^,"]*)\s*(?:,|$)')
STRUCTURED = re.compile(r"##([A-Za-z]+)=<(.*)>\s*$")


@dataclass(frozen=True)
class Declaration:
    """How an INFO or FORMAT key is declared: `number` as written (0, 1, A, R, G, .) and `type`."""

    number: str
    type: str


@dataclass
class VcfHeader:
    """A header after repair. `meta` holds the lines to write, without #CHROM and without line ends."""

    meta: list[str] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)
    has_format: bool = False
    format_dropped: bool = False  # a FORMAT column without samples, which parsers refuse
    info: dict[str, Declaration] = field(default_factory=dict)
    formats: dict[str, Declaration] = field(default_factory=dict)
    filters: set[str] = field(default_factory=lambda: {"PASS"})
    contigs: dict[str, int | None] = field(default_factory=dict)
    changes: Counter[str] = field(default_factory=Counter)

    @property
    def columns(self) -> int:
        """Number of tab-separated columns that each record must have."""
        return len(FIXED_COLUMNS) + int(self.has_format) + len(self.samples)

    def column_line(self) -> str:
        """The #CHROM line."""
        return "\t".join((*FIXED_COLUMNS, *(["FORMAT"] if self.has_format else []), *self.samples))


def parse_pairs(body: str) -> dict[str, str] | None:
    """The pairs of a structured meta line (quotes removed), or None where the line does not parse."""
    pairs: dict[str, str] = {}
    at = 0
    while at < len(body):
        match = PAIR.match(body, at)
        if match is None or match.end() == at:
            return None
        value = match.group(2).strip()
        pairs[match.group(1)] = value[1:-1] if value.startswith('"') else value
        at = match.end()
    return pairs


def split_off_header(
    blocks: Iterator[tuple[int, bytes]], settings: Settings
) -> tuple[list[str], str, tuple[int, bytes] | None]:
    """Read up to the #CHROM line: the meta lines, the #CHROM line, and the rest of its block with its line number."""
    meta: list[str] = []
    size = 0
    for first_line, block in blocks:
        start = 0
        number = first_line
        while start < len(block):
            end = block.index(b"\n", start)
            line = block[start:end]
            size += len(line)
            if size > settings.max_header_bytes:
                raise LimitError(
                    f"The header is larger than {settings.max_header_bytes:,} bytes (setting max_header_bytes).",
                    code="header_too_large",
                    line=number,
                )
            start = end + 1
            if line.startswith(b"##"):
                meta.append(decode(line))
            elif line.startswith(b"#"):
                return meta, decode(line, trim=False), ((number + 1, block[start:]) if start < len(block) else None)
            elif line.strip():
                raise _no_column_line(line, number, bool(meta))
            number += 1
    raise _ended_early(meta)


def decode(line: bytes, *, trim: bool = True) -> str:
    """A header line as text: UTF-8, else Latin-1 (older tools wrote names in it)."""
    try:
        decoded = line.decode("utf-8")
    except UnicodeDecodeError:
        decoded = line.decode("latin-1")
    return decoded.rstrip() if trim else decoded


def _no_column_line(line: bytes, number: int, had_meta: bool) -> InputError:
    if b"\0" in line:
        return not_a_vcf("it holds binary data", number)
    if not had_meta:
        return first_line_error(line, number)
    return InputError(
        "The line #CHROM POS ID REF ALT QUAL FILTER INFO is missing between the ## lines and the first record.",
        code="missing_column_line",
        line=number,
    )


def _ended_early(meta: list[str]) -> InputError:
    if not meta:
        return InputError("The file holds only blank lines: there is no VCF in it.", code="empty_file")
    return InputError(
        "The file ends before its #CHROM line: it was cut off, or it is not a VCF.",
        code="missing_column_line",
        line=len(meta),
    )


def parse_column_line(line: str, number: int, settings: Settings, header: VcfHeader) -> None:
    """Take columns and samples from the #CHROM line into `header`; duplicate sample names are numbered."""
    columns = line.split("\t")
    if len(columns) < len(FIXED_COLUMNS) and len(line.split()) >= len(FIXED_COLUMNS):
        columns = line.split()
        header.changes["column_line_spaces"] += 1
    if tuple(name.strip().upper() for name in columns[:8]) != FIXED_COLUMNS:
        raise InputError(
            "The column line must read #CHROM POS ID REF ALT QUAL FILTER INFO (then FORMAT and the samples), "
            "separated by tabs.",
            code="bad_column_line",
            line=number,
        )
    rest = columns[8:]
    while rest and not rest[-1].strip():
        rest.pop()
        header.changes["trailing_blanks"] += 1
    if rest and rest[0].strip().upper() != "FORMAT":
        raise InputError(
            f"Column 9 of the #CHROM line must be FORMAT, but it is {rest[0][:40]!r}.",
            code="bad_column_line",
            line=number,
        )
    header.has_format = len(rest) > 1
    header.format_dropped = len(rest) == 1
    header.changes["format_column_dropped"] += header.format_dropped
    if len(rest) - 1 > settings.max_samples:
        raise LimitError(
            f"The file has {len(rest) - 1:,} samples; the limit is {settings.max_samples:,} (setting max_samples).",
            code="too_many_samples",
            line=number,
        )
    header.samples = _unique_names(rest[1:], header.changes)


def _unique_names(names: list[str], changes: Counter[str]) -> list[str]:
    seen: set[str] = set()
    next_suffix: dict[str, int] = {}  # where the search went on: trying each number again takes quadratic time
    result = []
    for index, given in enumerate(names, start=1):
        name = given or f"sample_{index}"
        stem = given or "sample"
        while name in seen:
            suffix = next_suffix.get(stem, 2)
            name, next_suffix[stem] = f"{stem}_{suffix}", suffix + 1
        if name != given:
            changes["sample_renamed"] += 1
        seen.add(name)
        result.append(name)
    return result
