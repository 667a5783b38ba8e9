"""Positions: bars along the genome, contigs one after the other, coloured by impact."""

from __future__ import annotations

import itertools
from collections import Counter

from dash import html

from pipeline.results.queries import Contig, Positions
from portal.components.figures.plot import (
    IMPACTS,
    Figure,
    Table,
    axis,
    axis_title,
    card,
    count_axis,
    impact_legend,
    impact_marker,
    impact_name,
    plain,
    plot_layout,
)
from portal.components.words import bases, counted, number

LEVEL_LABELS = 12  # more contig names are written at a slant


def positions(found: Positions, lengths: dict[str, int]) -> html.Section:
    """Bars along the genome, contigs one after the other, coloured by impact.

    `lengths` of contigs, in bases, where the reference knows them; others end at their last variant.
    """
    spans, offsets = laid_out(found.contigs, lengths)
    places = {name: (offsets[name], span) for name, span in spans.items()}
    traces = [_position_trace(found, places, impact) for impact in (*IMPACTS, None)]
    layout = plot_layout(
        280,
        xaxis=genome_axis(spans, offsets),
        yaxis=count_axis(f"Alleles in {bases(found.width)}", _highest(found)),
        shapes=[contig_border(offsets[contig.name]) for contig in found.contigs[1:]],
        bargap=0,
    )
    return card(
        "positions",
        "Along the genome",
        _positions_sentence(found),
        impact_legend(b.impact for b in found.bins),
        {"data": [trace for trace in traces if trace["x"]], "layout": layout},
        reach_table(found.contigs, found.left_out),
    )


def laid_out(contigs: list[Contig], lengths: dict[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """Length of each contig on the axis, and where on it the contig begins (0-based)."""
    spans = {c.name: max(c.last, lengths.get(c.name, 0)) for c in contigs}
    return spans, dict(zip(spans, itertools.accumulate(spans.values(), initial=0), strict=False))


def reach_table(contigs: list[Contig], left_out: list[Contig]) -> Table:
    """Alleles of each contig, and from where to where."""
    rows = [
        [c.name, number(c.alleles), f"{c.first:,}–{c.last:,}", "" if c in contigs else "not drawn"]
        for c in (*contigs, *left_out)
    ]
    return ["Contig", "Alleles", "From–to", ""], rows


def _highest(found: Positions) -> int:
    """The height of the highest bar, all impacts together."""
    heights: Counter[tuple[str, int]] = Counter()
    for each in found.bins:
        heights[each.contig, each.start] += each.alleles
    return max(heights.values(), default=0)


def _positions_sentence(found: Positions) -> str:
    drawn = sum(c.alleles for c in found.contigs)
    where = f"on {found.contigs[0].name}" if len(found.contigs) == 1 else f"on {counted(len(found.contigs), 'contig')}"
    return f"{counted(drawn, 'allele')} {where}, in bins of {bases(found.width)}.{not_drawn(found.left_out)}"


def not_drawn(left_out: list[Contig]) -> str:
    """Says which contigs a plot leaves out (C44); empty where it has all of them."""
    if not left_out:
        return ""
    missing = counted(sum(c.alleles for c in left_out), "allele")
    return f" {counted(len(left_out), 'contig')} with fewer variants ({missing}) are not drawn."


def genome_axis(spans: dict[str, int], offsets: dict[str, int]) -> Figure:
    whole = [0, sum(spans.values())]
    if len(spans) == 1:
        title = axis_title(f"Position on {plain(next(iter(spans)))}, in bases")
        return axis(title=title, tickformat=",d", range=whole, showgrid=False)
    return axis(
        range=whole,
        tickvals=[offsets[name] + span / 2 for name, span in spans.items()],
        ticktext=[plain(name) for name in spans],
        showgrid=False,
        tickangle=0 if len(spans) <= LEVEL_LABELS else -60,
    )


def contig_border(x: int) -> Figure:
    line = {"color": "var(--gas-border-strong)", "width": 1, "dash": "dot"}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}


def _position_trace(found: Positions, places: dict[str, tuple[int, int]], impact: str | None) -> Figure:
    bins = [b for b in found.bins if (b.impact if b.impact in IMPACTS else None) == impact]
    # The last bin of a contig ends with it, not in the next one.
    widths = [min(found.width, places[b.contig][1] - b.start + 1) for b in bins]
    return {
        "type": "bar",
        "name": impact_name(impact),
        "x": [places[b.contig][0] + b.start - 1 + width / 2 for b, width in zip(bins, widths, strict=True)],
        "y": [b.alleles for b in bins],
        "width": widths,
        "marker": impact_marker(impact),
        "customdata": [
            f"{plain(b.contig)}:{b.start:,}–{b.start + width - 1:,}" for b, width in zip(bins, widths, strict=True)
        ],
        "hovertemplate": f"%{{customdata}}<br>%{{y:,d}} alleles, {impact_name(impact)}<extra></extra>",
    }
