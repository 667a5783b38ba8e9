"""How far each variant is from the one before it, along the genome: points, or bins where they are too many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.results import connection
from pipeline.results.matches import Source
from pipeline.results.plots.contigs import contigs

COLUMNS = ("pos", "chrom")
MOST_POINTS = 50_000  # more are slow to draw, and lie on each other
BINS_A_DECADE = 6  # with more, small whole numbers leave bins between them empty
BINS_ALONG = 400
_IMPACTS = "list_position(['HIGH', 'MODERATE', 'LOW', 'MODIFIER'], impact)"


@dataclass(frozen=True)
class Points:
    """Variants of one contig: position, bases to the variant before, and impact (1 is high … 4 modifier; 0 unknown)."""

    positions: list[int]
    distances: list[int]
    impacts: list[int]


@dataclass(frozen=True)
class DistanceBin:
    """Variants in `width` bases of a contig from `start` (1-based) whose distance is at least 10^`exponent`."""

    contig: str
    start: int
    exponent: float
    variants: int


@dataclass(frozen=True)
class Rainfall:
    """Points by contig, or bins; `lengths` of the contigs on the axis, `variants` that have one before them. The first
    variant of each contig has none."""

    lengths: dict[str, int]
    points: dict[str, Points]
    bins: list[DistanceBin]
    width: int
    variants: int


def rainfall(source: Source, lengths: Mapping[str, int]) -> Rainfall:
    """Over the variants that match, in the order of the file. `lengths` in bases, where the reference knows them."""
    along = {each.name: max(each.last, lengths.get(each.name, 0)) for each in contigs(source)}
    width = max(1, -(-sum(along.values()) // BINS_ALONG))
    # Rows of the sorted file come in its order, and the row before is the variant before. A join may mix them.
    order = "ORDER BY rid" if "matches" in source.parameters else ""
    before = f"""
        SELECT chrom, pos, impact, pos - lag(pos) OVER ({order}) AS distance, lag(chrom) OVER ({order}) AS other
        FROM (SELECT rid, chrom, pos, impact FROM {source.sql})
    """
    if source.count <= MOST_POINTS:
        points = _points(source, before)
        return Rainfall(along, points, [], width, sum(len(each.positions) for each in points.values()))
    sql = f"""
        SELECT chrom, (pos - 1) // $width * $width + 1 AS start,
            floor(log10(greatest(distance, 1)) * {BINS_A_DECADE}) / {BINS_A_DECADE} AS exponent, count(*)
        FROM ({before}) WHERE other = chrom GROUP BY ALL ORDER BY ALL
    """
    bins = [DistanceBin(*row) for row in connection.rows(sql, source.parameters | {"width": width})]
    return Rainfall(along, {}, bins, width, sum(each.variants for each in bins))


def _points(source: Source, before: str) -> dict[str, Points]:
    sql = f"""
        SELECT chrom, list(pos ORDER BY pos), list(distance ORDER BY pos, distance DESC),
            list(coalesce({_IMPACTS}, 0) ORDER BY pos, distance DESC)
        FROM ({before}) WHERE other = chrom GROUP BY chrom
    """
    return {row[0]: Points(*row[1:]) for row in connection.rows(sql, source.parameters)}
