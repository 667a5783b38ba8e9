"""Lists that people paste or upload: gene panels and regions. What cannot be read is told with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import ValidationError

from pipeline.errors import LimitError
from pipeline.results.filters.model import MOST_REGIONS, MOST_TEXT, MOST_VALUES, Region
from pipeline.results.filters.reading import FilterError

MOST_LETTERS = 2_000_000
# chr7:117,480,025-117,668,665 or chr7:55,191,822 or chr7; en dash and "..", as papers print them.
REGION = re.compile(r"(?P<contig>[^\s:]+)(?::(?P<start>[\d,]+)(?:(?:-|–|\.\.)(?P<end>[\d,]+))?)?\Z")
HEADER = ("#", "track", "browser")


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
    regions = [_region(line, number) for number, line in _lines(text)]
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
        said = line.strip()
        if said and not said.startswith(HEADER):
            yield number, said


def _region(line: str, number: int) -> Region:
    try:
        fields = line.split("\t") if "\t" in line else line.split()
        if len(fields) >= 3 and fields[1].isdigit() and fields[2].isdigit():
            return Region(contig=fields[0], start=int(fields[1]) + 1, end=int(fields[2]))
        found = REGION.match(line)
        if found is None:
            raise FilterError(
                f"Line {number:,} is no region: {line[:60]!r}. Write it as chr7:117480025-117668665, or as BED has it."
            )
        contig, start, end = found["contig"], _number(found["start"]), _number(found["end"])
        if start is None:
            return Region(contig=contig)
        return Region(contig=contig, start=start, end=start if end is None else end)
    except ValidationError as error:
        raise FilterError(
            f"Line {number:,} is no region: {line[:60]!r}. It has to begin at 1 or later and end after it begins."
        ) from error


def _number(text: str | None) -> int | None:
    return int(text.replace(",", "")) if text and text.strip(",") else None
