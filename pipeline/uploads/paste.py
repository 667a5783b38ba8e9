"""Variants pasted as text → a minimal VCF, which then goes the way of every other file.

Accepted: VCF (with or without its header, tabs or blanks), loose lines `chrM 3243 A G`, `MT:3243A>G`,
`MT-3243-A-G`, `m.3243A>G` and MITOMAP's `A3243G`. Positions are 1-based, alleles on the plus strand (VCF 4.5 §1.6.1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.errors import LimitError
from pipeline.settings import get_settings
from pipeline.uploads.paste_lines import BadLineError, read_variant

HEADER = "##fileformat=VCFv4.2\n##source=pasted into the Genomics Annotation Service"
COLUMNS = ("CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO")
MAX_PROBLEMS = 20
LINE_END = re.compile(r"\r\n|\r|\n")  # what a text box takes for a line end; `splitlines` knows more


@dataclass(frozen=True)
class Problem:
    """What is wrong with one line; `line` is its 1-based number in the pasted text."""

    line: int
    message: str


@dataclass(frozen=True)
class Pasted:
    """The VCF (empty while there are problems), the number of its records, the first problems and how many in all."""

    vcf: str
    count: int
    problems: list[Problem]
    problem_count: int


def read(text: str) -> Pasted:
    """Read pasted text. Lines that cannot be read are named; `LimitError` if the text is too long."""
    check_length(text)
    header: list[str] = []
    records: list[str] = []
    problems: list[Problem] = []
    width = 0
    for number, line in enumerate(LINE_END.split(text.lstrip("\ufeff")), 1):
        line = line.strip()
        try:
            if line.startswith("#CHROM"):
                width = _column_line(line, header, width)
            elif line.startswith("##"):
                header.append(line)
            elif line and not line.startswith("#"):
                records.append(read_variant(line, width))
        except BadLineError as error:
            problems.append(Problem(number, str(error)))
    vcf = "" if problems else _vcf(header, records, width)
    return Pasted(vcf, len(records), problems[:MAX_PROBLEMS], len(problems))


def check_length(text: str) -> None:
    """Refuse a text that belongs in a file."""
    limit = get_settings().paste_max_bytes
    if len(text.encode("utf-8", "surrogatepass")) > limit:
        raise LimitError(
            f"The text is longer than {limit // 1024:,} KiB. Save it as a file and drop the file instead.",
            code="paste_too_long",
        )


def _column_line(line: str, header: list[str], width: int) -> int:
    """Note the `#CHROM` line, with tabs; returns its number of columns."""
    columns = line.split("\t") if "\t" in line else line.split()
    if width:
        raise BadLineError("There is a second #CHROM line. Paste one file at a time.")
    if [c.lstrip("#") for c in columns[:8]] != list(COLUMNS) or len(columns) == 9:
        raise BadLineError(f"The column line should begin with #{' '.join(COLUMNS)}.")
    header.append("\t".join(columns))
    return len(columns)


def _vcf(header: list[str], records: list[str], width: int) -> str:
    if not records:
        return ""
    # The version is the first line of a VCF (VCF 4.5 §1.4.1).
    ordered = sorted(header, key=lambda line: not line.startswith("##fileformat"))
    lines = ordered if ordered and ordered[0].startswith("##fileformat") else [HEADER, *ordered]
    columns = [] if width else ["#" + "\t".join(COLUMNS)]
    return "\n".join([*lines, *columns, *records]) + "\n"
