"""Genes ranked by the variants that change their products."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.results import connection
from pipeline.results.matches import Source

COLUMNS = ("gene",)
MOST_GENES = 25  # a longer ranking is a table


@dataclass(frozen=True)
class GeneCount:
    """Variants of a gene with high and with moderate impact."""

    gene: str
    high: int
    moderate: int


@dataclass(frozen=True)
class Genes:
    """The genes with most damaging variants, of `genes` that have any; `variants` are those of all of them."""

    ranked: list[GeneCount]
    genes: int
    variants: int


def genes(source: Source) -> Genes:
    """By variants of high or moderate impact, most first; of equal ones the one with more high impact."""
    sql = f"""
        SELECT gene, high, moderate, count(*) OVER (), sum(high + moderate) OVER () FROM (
            SELECT gene, count(*) FILTER (impact = 'HIGH') AS high, count(*) FILTER (impact = 'MODERATE') AS moderate
            FROM {source.quick} WHERE impact IN ('HIGH', 'MODERATE') AND gene IS NOT NULL GROUP BY gene)
        ORDER BY high + moderate DESC, high DESC, gene LIMIT $most
    """
    found = connection.rows(sql, source.parameters | {"most": MOST_GENES})
    ranked = [GeneCount(*row[:3]) for row in found]
    return Genes(ranked, found[0][3] if found else 0, int(found[0][4]) if found else 0)
