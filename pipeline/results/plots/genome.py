"""Variants along the contigs: a row of bins for each contig, or one stretch of one contig down to its bases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.results import connection
from pipeline.results.counted import counts
from pipeline.results.filters.model import MOST_TEXT, Region
from pipeline.results.matches import Source
from pipeline.results.plots.contigs import Contig, contigs

COLUMNS = ("pos", "chrom")
MOST_ROWS = 40  # contigs that are drawn on their own; the others share a row
MOST_CELLS = 3_000  # bins of all rows
LONGEST_ROW = 160  # bins of the longest contig
STRETCH_BINS = 240  # of one contig


@dataclass(frozen=True)
class Cell:
    """Variants on a contig from `start` to `end` (1-based, both included); `damaging` have high or moderate impact
    (None: not counted)."""

    contig: str
    start: int
    end: int
    variants: int
    damaging: int | None


@dataclass(frozen=True)
class Row:
    """A contig and how long it is, in bases: as the reference says, else to its last variant."""

    contig: str
    length: int
    variants: int


@dataclass(frozen=True)
class Genome:
    """Variants along all contigs, in cells of at most `width` bases. `others` are the contigs that share the last row,
    those with the fewest variants in the file, and how many variants of each match."""

    rows: list[Row]
    cells: list[Cell]
    width: int
    others: dict[str, int]


@dataclass(frozen=True)
class StretchBin:
    """Variants of one impact that begin in the `width` bases from `start` (1-based) on."""

    start: int
    impact: str | None
    variants: int


@dataclass(frozen=True)
class Stretch:
    """Variants that begin between two positions of a contig (1-based, both included), in bins of `width` bases."""

    contig: str
    start: int
    end: int
    width: int
    length: int
    bins: list[StretchBin]

    @property
    def heights(self) -> dict[int, int]:
        """Variants of all impacts in each bin that holds any, by the bin's start."""
        found: dict[int, int] = {}
        for each in self.bins:
            found[each.start] = found.get(each.start, 0) + each.variants
        return found


def genome(source: Source, lengths: Mapping[str, int]) -> Genome:
    """Along all contigs. `lengths` in bases, of those contigs that the reference holds."""
    found = contigs(source)
    drawn = shown_alone(found)
    rows = {c.name: max(c.last, lengths.get(c.name, 0)) for c in found if c.name in drawn}
    width = cell_width(list(rows.values()))
    counted: dict[tuple[str, int], list[int]] = {}
    damaged = "coalesce(impact IN ('HIGH', 'MODERATE'), false)"
    for name, number, damaging, count in counts(source, "chrom", "(pos - 1) // $width", damaged, width=width):
        counted.setdefault((name, number), [0, 0])[int(damaging)] += count
    cells, variants = [], dict.fromkeys((contig.name for contig in found), 0)
    for (name, number), (harmless, damaging) in sorted(counted.items()):
        count = harmless + damaging
        variants[name] += count
        if name in rows:
            end = min((number + 1) * width, rows[name])
            cells.append(Cell(name, number * width + 1, end, count, damaging))
    return Genome(
        [Row(name, length, variants[name]) for name, length in rows.items()],
        cells,
        width,
        {contig.name: variants[contig.name] for contig in found if contig.name not in rows},
    )


def shown_alone(found: tuple[Contig, ...]) -> frozenset[str]:
    """Those that have a row of their own: all, or the ones with most variants in the whole file."""
    if len(found) <= MOST_ROWS:
        return frozenset(contig.name for contig in found)
    ranked = sorted(found, key=lambda contig: -contig.variants)
    return frozenset(contig.name for contig in ranked[: MOST_ROWS - 1])


def whole_contig(found: tuple[Contig, ...]) -> Region | None:
    """The only contig of a file, which is shown as a stretch; None where there are several."""
    return Region(contig=found[0].name) if len(found) == 1 and 0 < len(found[0].name) <= MOST_TEXT else None


def stretch(source: Source, region: Region, lengths: Mapping[str, int]) -> Stretch:
    """On one contig, from one position to another; without ends the whole contig."""
    known = {contig.name: contig.last for contig in contigs(source)}
    length = max(known.get(region.contig, 1), lengths.get(region.contig, 0))
    start, end = min(region.start, length), min(region.end, length)
    width = round_width((end - start + 1) / STRETCH_BINS)
    sql = f"""
        SELECT (pos - $start) // $width AS bin, impact, count(*) FROM {source.quick}
        WHERE chrom = $contig AND pos BETWEEN $start AND $end GROUP BY ALL ORDER BY ALL
    """
    asked = {"contig": region.contig, "start": start, "end": end, "width": width}
    bins = [
        StretchBin(start + number * width, impact, count)
        for number, impact, count in connection.rows(sql, source.parameters | asked)
    ]
    return Stretch(region.contig, start, end, width, length, bins)


def cell_width(lengths: list[int]) -> int:
    """Bases of a cell, for contigs of these lengths."""
    return round_width(max(sum(lengths) / MOST_CELLS, max(lengths, default=1) / LONGEST_ROW))


def round_width(ideal: float) -> int:
    """A round number of bases (1, 2 or 5 times a power of ten) that is not less."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power >= ideal:
                return factor * power
        power *= 10
