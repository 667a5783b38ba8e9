"""Genes with most damaging variants: lying bars, high impact before moderate."""

from __future__ import annotations

from pipeline.results.filters.model import Group
from pipeline.results.plots.genes import Genes
from portal.components.words import counted
from portal.explore.figures import bar_layout, look, selection, wording

NAMED = 3
LETTERS = 18  # of a gene's name on the axis


def figure(found: Genes, group: Group) -> look.Figure:
    """Lying bars, the gene with most variants on top."""
    places = list(range(len(found.ranked)))
    chosen = [selection.chosen_value(group, "gene", count.gene) for count in found.ranked]
    traces: list[look.Figure] = []
    for impact in ("HIGH", "MODERATE"):
        counts = [count.high if impact == "HIGH" else count.moderate for count in found.ranked]
        if not any(counts):
            continue
        head = "" if traces else "%{hovertext}<br>"  # both are told one below the other
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": look.impact_name(impact),
                "x": counts,
                "y": places,
                "marker": look.standing_out(look.impact_marker(impact), chosen),
                "textposition": "none",
                "customdata": [selection.one_of("gene", [count.gene]) for count in found.ranked],
                "hovertext": [wording.folded(count.gene, 40) for count in found.ranked],
                "hovertemplate": f"{head}%{{x:,d}} of {impact.lower()} impact<extra></extra>",
            }
        )
    sums = [count.high + count.moderate for count in found.ranked]
    labels = [wording.short(count.gene, LETTERS) for count in found.ranked]
    drawn = bar_layout.lying_bars(labels, max(sums, default=0), "Variants", "Gene", **look.legend())
    drawn["annotations"] = [_sum(place, n) for place, n in zip(places, sums, strict=True)]
    return {"data": traces, "layout": drawn}


def alternative(found: Genes) -> str:
    """The first ones in words, and how many are not drawn (C44)."""
    if not found.ranked:
        return "No variant of high or moderate impact in a gene passes the filter."
    named = ", ".join(f"{count.gene} {count.high + count.moderate:,}" for count in found.ranked[:NAMED])
    said = f"{counted(found.variants, 'variant')} of high or moderate impact in {counted(found.genes, 'gene')}"
    rest = found.genes - len(found.ranked)
    left_out = sum(count.high + count.moderate for count in found.ranked)
    more = f" {counted(rest, 'more gene')} with {found.variants - left_out:,} are not drawn." if rest else ""
    return f"{said}. Most: {named}.{more}"


def numbers(found: Genes) -> tuple[list[str], list[list[str | int]]]:
    """The genes that are drawn, and the sum of the others."""
    rows: list[list[str | int]] = [[count.gene, count.high, count.moderate] for count in found.ranked]
    rest = found.genes - len(found.ranked)
    if rest:
        high_and_moderate = found.variants - sum(count.high + count.moderate for count in found.ranked)
        rows.append([f"({counted(rest, 'more gene')}, high and moderate together)", high_and_moderate, ""])
    return ["gene", "high", "moderate"], rows


def is_empty(found: Genes) -> bool:
    """True if no gene has a damaging variant."""
    return not found.ranked


def _sum(place: int, n: int) -> look.Figure:
    return {"x": n, "y": place, "text": f"{n:,}", "showarrow": False, "xanchor": "left", "xshift": 4}
