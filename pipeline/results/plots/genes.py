"""Genes ranked by the variants that change their products."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from pipeline.results.counted import counts
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
    damaging = "impact IN ('HIGH', 'MODERATE') AND gene IS NOT NULL"
    found: dict[str, list[int]] = {}
    for gene, high, n in counts(source, "gene", "impact = 'HIGH'", condition=damaging):
        found.setdefault(gene, [0, 0])[0 if high else 1] += n
    first = heapq.nsmallest(MOST_GENES, found.items(), key=lambda item: (-sum(item[1]), -item[1][0], item[0]))
    return Genes([GeneCount(gene, *of) for gene, of in first], len(found), sum(map(sum, found.values())))
