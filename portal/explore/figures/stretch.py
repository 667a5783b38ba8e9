"""One stretch of a contig, down to its bases: bars by impact."""

from __future__ import annotations

from pipeline.annotation.consequence_terms import IMPACTS
from pipeline.results.filters.model import Group
from pipeline.results.plots.genome import Stretch
from portal.components.words import bases, counted
from portal.explore.figures import look, selection, wording


def figure(found: Stretch, group: Group) -> look.Figure:
    """Standing bars, each impact in its colour; the axis ends with the stretch."""
    traces = []
    for impact in (*IMPACTS, None):
        bins = [each for each in found.bins if look.impact_of(each.impact) == impact]
        if not bins:
            continue
        named = look.impact_name(impact).lower()
        ends = [min(each.start + found.width - 1, found.end) for each in bins]
        chosen = [
            selection.chosen_stretch(group, found.contig, b.start, end) for b, end in zip(bins, ends, strict=True)
        ]
        traces.append(
            {
                "type": "bar",
                "name": look.impact_name(impact),
                "x": [(each.start + end) / 2 for each, end in zip(bins, ends, strict=True)],
                "y": [each.variants for each in bins],
                "width": [end - each.start + 1 for each, end in zip(bins, ends, strict=True)],
                "marker": look.standing_out(look.impact_marker(impact), chosen),
                "customdata": [
                    selection.place(found.contig, each.start, end) for each, end in zip(bins, ends, strict=True)
                ],
                "hovertext": [
                    f"{_where(each.start, end)}<br>{counted(each.variants, 'variant')}, {named}"
                    for each, end in zip(bins, ends, strict=True)
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    drawn = look.layout(
        300,
        bargap=0,
        xaxis=look.place_axis(f"Position on {wording.folded(found.contig, 40)}", found.start, found.end)
        | {"range": [found.start - 0.5, found.end + 0.5]},
        yaxis=look.count_axis(f"Variants in {bases(found.width)}", max(found.heights.values(), default=0)),
        meta={"brush": {"kind": "regions", "contig": found.contig}},
        dragmode="select",
        selectdirection="h",
        **look.legend(),
    )
    return {"data": traces, "layout": drawn}


def _where(start: int, end: int) -> str:
    return f"{start:,}" if start == end else f"{start:,}–{end:,}"
