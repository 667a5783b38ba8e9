"""Lists that people paste or upload: gene panels and regions. What cannot be read is told with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import ValidationError

from pipeline.errors import LimitError
from pipeline.results.filters.model import MOST_REGIONS, MOST_TEXT, MOST_VALUES, Region
from pipeline.results.filters.reading import FilterError

MOST_LETTERS = 2_000_000
# chr7:117,480,025-117,668,665 or chr7:55,191,822 or chr7; en dash and "..", as papers print them. Only before a range
# may a contig's own name hold a colon, as those of the HLA alleles do.
REGION = re.compile(
    r"(?P<contig>[^\s:]\S*?):(?P<start>[\d,]+)(?:-|–|\.\.)(?P<end>[\d,]+)|(?P<only>[^\s:]+)(?::(?P<at>[\d,]+))?"
)
SEVERAL = re.compile(r";|,(?=\s|[^\d\s]|\w+:|$)")  # a comma between digits belongs to the number
HEADER = ("track ", "browser ")  # of BED files


def genes_of(text: str) -> tuple[str, ...]:
    """Gene names: one a line, or separated by commas, semicolons, blanks or tabs; `#` begins a remark. Each once."""
    names: dict[str, None] = {}
    for number, line in _lines(text):
        for name in re.split(r"[\s,;]+", line):
            if len(name) > MOST_TEXT:
                raise FilterError(f"Line {number:,} holds a name of {len(name):,} letters, which is no gene's.")
            if name:
                names[name] = None
    if len(names) > MOST_VALUES:
        raise LimitError(
            f"The list has {len(names):,} genes; at most {MOST_VALUES:,} can be used.", code="list_too_long"
        )
    if not names:
        raise FilterError("Write the names of genes, one a line or separated by commas.")
    return tuple(names)


def regions_of(text: str) -> tuple[Region, ...]:
    """Regions: `contig:start-end` (1-based, both ends included), `contig:position`, `contig`, or the lines of a BED
    file (contig, 0-based start, end, whatever follows)."""
    regions = [region for number, line in _lines(text) for region in _regions(line, number)]
    if len(regions) > MOST_REGIONS:
        raise LimitError(
            f"The list has {len(regions):,} regions; at most {MOST_REGIONS:,} can be used.", code="list_too_long"
        )
    if not regions:
        raise FilterError("Write regions such as chr7:117480025-117668665, one a line, or the lines of a BED file.")
    return tuple(regions)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that say something, with their 1-based numbers."""
    if len(text) > MOST_LETTERS:
        raise LimitError(f"The list is longer than {MOST_LETTERS:,} letters.", code="list_too_long")
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        said = line.partition("#")[0].strip()
        if said and not said.startswith(HEADER):
            yield number, said


def _regions(line: str, number: int) -> Iterator[Region]:
    """Those of one line: one of a BED file, or some in words."""
    fields = line.split("\t") if "\t" in line else line.split()
    try:
        if len(fields) >= 3 and fields[1].isdecimal() and fields[2].isdecimal():
            yield Region(contig=fields[0], start=int(fields[1]) + 1, end=int(fields[2]))
            return
        for said in SEVERAL.split(line):
            if said.strip():
                yield _region(re.sub(r"\s*([:–-])\s*", r"\1", said.strip()), number)
    except (ValidationError, ValueError) as error:
        raise FilterError(
            f"Line {number:,} is no region: {line[:60]!r}. It has to begin at 1 or later and end after it begins."
        ) from error


def _region(said: str, number: int) -> Region:
    found = REGION.fullmatch(said)
    if found is None:
        raise FilterError(
            f"Line {number:,} is no region: {said[:60]!r}. Write it as chr7:117480025-117668665, or as BED has it."
        )
    if found["contig"]:
        return Region(contig=found["contig"], start=_number(found["start"]), end=_number(found["end"]))
    if found["at"]:
        return Region(contig=found["only"], start=_number(found["at"]), end=_number(found["at"]))
    return Region(contig=found["only"])


def _number(text: str) -> int:
    return int(text.replace(",", ""))
