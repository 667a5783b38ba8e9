"""Lollipops: a stem and a head for each residue and impact, smaller where many stand close together."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.annotation.consequence_terms import IMPACTS
from pipeline.results.filters.model import Group
from pipeline.results.plots.protein import Lollipop, Protein
from portal.components.words import counted
from portal.explore.figures import look, selection, wording

SIZES = ((120, 9, 20), (400, 7, 14), (2_000, 5, 9))  # up to so many: smallest and largest head in pixels


def traces(found: Protein, group: Group, highest: int) -> list[look.Figure]:
    """All stems, and the heads of each impact; the worst impact lies on top."""
    by_impact = {
        impact: [each for each in found.lollipops if look.impact_of(each.impact) == impact]
        for impact in (*IMPACTS[::-1], None)
    }
    sizes = next((sizes for most, *sizes in SIZES if len(found.lollipops) <= most), SIZES[-1][1:])
    drawn = [_heads(impact, held, found, group, highest, sizes) for impact, held in by_impact.items() if held]
    return [_stems(found.lollipops), *drawn]


def _stems(lollipops: list[Lollipop]) -> look.Figure:
    xs: list[int | None] = []
    ys: list[int | None] = []
    for each in lollipops:
        xs += [each.residue, each.residue, None]
        ys += [0, each.variants, None]
    line = {"color": look.STRONG, "width": 1}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "line": line,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _heads(
    impact: str | None, of_impact: list[Lollipop], found: Protein, group: Group, highest: int, sizes: Sequence[int]
) -> look.Figure:
    smallest, largest = sizes
    chosen = [selection.chosen_span(group, "protein_position", each.residue, each.residue) for each in of_impact]
    marker = {
        "color": look.impact_colour(impact),
        "size": [
            smallest + (largest - smallest) * (each.variants / highest) ** 0.5 if highest > 1 else smallest + 2
            for each in of_impact
        ],
        "line": {"width": 1, "color": look.CARD},
        "opacity": 1,
    }
    return {
        "type": "scatter",
        "mode": "markers",
        "name": look.impact_name(impact),
        "cliponaxis": False,
        "x": [each.residue for each in of_impact],
        "y": [each.variants for each in of_impact],
        "marker": look.standing_out(marker, chosen),
        "legendrank": IMPACTS.index(impact) if impact in IMPACTS else len(IMPACTS),
        "customdata": [_condition(found, each) for each in of_impact],
        "hovertext": [_said(each) for each in of_impact],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _condition(found: Protein, each: Lollipop) -> look.Condition | None:
    gene = selection.one_of("gene", [found.gene])
    at = selection.span("protein_position", each.residue, each.residue)
    return selection.together(gene, at) if gene else None


def _said(each: Lollipop) -> str:
    changes = "<br>".join(wording.folded(change, 40) for change in each.changes)
    impact = look.impact_name(each.impact).lower()
    return f"Residue {each.residue:,}, {impact}: {counted(each.variants, 'variant')}<br>{changes}"
