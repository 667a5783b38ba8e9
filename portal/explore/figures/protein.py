"""Lollipops: a gene's variants along its protein, the exons of its transcript below."""

from __future__ import annotations

from itertools import pairwise

from pipeline.annotation.consequence_terms import IMPACTS
from pipeline.results.filters.model import Group
from pipeline.results.plots.protein import Lollipop, Protein
from portal.components.words import counted
from portal.explore.figures import look, selection

SIZE, LARGEST = 9, 20  # pixels
BAND = (-0.13, -0.05)  # of the height: where the exons are drawn, below the axis of counts


def figure(found: Protein, group: Group) -> look.Figure:
    """Stems with heads as high as there are variants at the residue; the exons below, told apart by two shades."""
    end = max([each.residue for each in found.lollipops] + [found.residues or 0])
    highest = max((each.variants for each in found.lollipops), default=1)
    traces = [_stems(found.lollipops)]
    traces += [
        _heads(
            impact, [each for each in found.lollipops if look.impact_of(each.impact) == impact], found, group, highest
        )
        for impact in (*IMPACTS[::-1], None)
        if any(look.impact_of(each.impact) == impact for each in found.lollipops)
    ]
    drawn = look.layout(
        340,
        xaxis=look.axis(
            title=look.axis_title(f"Residue of {look.folded(str(found.gene), 30)}"),
            range=[0.5 - 0.01 * end, end + 0.5 + 0.01 * end],
            tickformat=",d",
            showgrid=False,
            zeroline=False,
            tickangle=0,
            nticks=6,
        ),
        yaxis=look.count_axis(
            "Variants at the residue", highest, range=[-0.16 * highest * 1.15, highest * 1.15], zeroline=True
        ),
        shapes=_exons(found, highest * 1.15, end),
        meta={"brush": {"kind": "range", "column": "protein_position", "scale": "linear", "gene": found.gene}},
        dragmode="select",
        selectdirection="h",
        **look.legend(),
    )
    return {"data": traces, "layout": drawn}


def alternative(found: Protein) -> str:
    """The gene, where most variants are, and what has no place in the protein (C44)."""
    if found.gene is None:
        return "No gene with a changed protein among them. Filter for a gene to see it here."
    if not found.lollipops:
        return f"None of {counted(found.elsewhere, 'variant')} of {found.gene} has a place in a protein."
    n = sum(each.variants for each in found.lollipops)
    most = max(found.lollipops, key=lambda each: each.variants)
    said = [
        f"{counted(n, 'variant')} of {found.gene} along {_named(found)}",
        f"most at residue {most.residue:,} ({most.variants:,})",
    ]
    if found.borders is not None:
        said.append(f"{counted(len(found.borders) + 1, 'coding exon')} drawn below")
    else:
        said.append("its exons are not known here")
    rest = (
        [
            f"{counted(found.elsewhere, 'variant')} of the gene lies elsewhere"
            if found.elsewhere == 1
            else f"{found.elsewhere:,} variants of the gene lie elsewhere"
        ]
        if found.elsewhere
        else []
    )
    rest += [f"{found.left_out:,} places with fewer variants are not drawn"] if found.left_out else []
    return f"{', '.join(said)}.{' ' + '; '.join(rest) + '.' if rest else ''}"


def numbers(found: Protein) -> tuple[list[str], list[list[str | int]]]:
    """Each lollipop, with the first of its changes."""
    rows: list[list[str | int]] = [
        [
            found.gene or "",
            found.transcript or "",
            each.residue,
            each.impact or "",
            each.variants,
            "; ".join(each.changes),
        ]
        for each in found.lollipops
    ]
    return ["gene", "transcript", "residue", "impact", "variants", "changes"], rows


def _named(found: Protein) -> str:
    length = f", {found.residues:,} residues" if found.residues else ""
    return f"{found.gene} ({found.transcript}{length})" if found.transcript else str(found.gene)


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


def _heads(impact: str | None, of_impact: list[Lollipop], found: Protein, group: Group, highest: int) -> look.Figure:
    chosen = [selection.chosen_span(group, "protein_position", each.residue, each.residue) for each in of_impact]
    marker = {
        "color": look.impact_colour(impact),
        "size": [
            SIZE + (LARGEST - SIZE) * (each.variants / highest) ** 0.5 if highest > 1 else SIZE + 2
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
    changes = "<br>".join(look.folded(change, 40) for change in each.changes)
    impact = look.impact_name(each.impact).lower()
    return f"Residue {each.residue:,}, {impact}: {counted(each.variants, 'variant')}<br>{changes}"


def _exons(found: Protein, top: float, end: int) -> list[look.Figure]:
    """Bands along the protein in two shades by turns; one band where no exon is known."""
    edges = [0.5, *(border + 0.5 for border in found.borders or []), (found.residues or end) + 0.5]
    return [
        {
            "type": "rect",
            "layer": "below",
            "xref": "x",
            "yref": "y",
            "x0": start,
            "x1": stop,
            "y0": BAND[0] * top,
            "y1": BAND[1] * top,
            "line": {"width": 1, "color": look.CARD},
            "fillcolor": (look.ACCENT if number % 2 == 0 else look.STRONG)
            if found.borders is not None
            else look.BORDER,
        }
        for number, (start, stop) in enumerate(pairwise(edges))
    ]
