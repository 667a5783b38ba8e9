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
    found = counts(source, "gene", "impact = 'HIGH'", condition=damaging)
    high = {gene: n for gene, is_high, n in found if is_high}
    moderate = {gene: n for gene, is_high, n in found if not is_high}
    both = moderate | {gene: n + moderate.get(gene, 0) for gene, n in high.items()}
    least = min(heapq.nlargest(MOST_GENES, both.values()), default=0)
    # There may be tens of thousands of genes; only those that can be among the first are compared one by one.
    first = sorted((-n, -high.get(gene, 0), gene, moderate.get(gene, 0)) for gene, n in both.items() if n >= least)[
        :MOST_GENES
    ]
    return Genes([GeneCount(gene, -less, n) for _, less, gene, n in first], len(both), sum(both.values()))
