"""The mitochondrial genome as a circle: bars outwards by impact, the genes as arcs inside."""

from __future__ import annotations

from pipeline.annotation.consequence_terms import IMPACTS
from pipeline.results.filters.model import Group
from pipeline.results.plots.circle import Circle
from portal.components.words import bases, counted
from portal.explore.figures import circle_genes, genome, look, selection, wording

TURN = 360.0  # degrees
BARS = 0.7  # of the radius: where the bars begin
HEIGHT, HEIGHT_ON_PHONES = 620, 420


def figure(found: Circle, group: Group) -> look.Figure:
    """Position 1 is on top, positions rise clockwise."""
    along = found.along
    turn = TURN / along.length
    heights = along.heights
    scale = (1 - BARS) / max(heights.values(), default=1)
    begun = dict.fromkeys(heights, BARS)
    traces = []
    for impact in (*IMPACTS, None):
        bins = [each for each in along.bins if look.impact_of(each.impact) == impact]
        if not bins:
            continue
        ends = [min(each.start + along.width - 1, along.length) for each in bins]
        chosen = [
            selection.chosen_stretch(group, along.contig, b.start, end) for b, end in zip(bins, ends, strict=True)
        ]
        traces.append(
            {
                "type": "barpolar",
                "name": look.impact_name(impact),
                "base": [begun[each.start] for each in bins],
                "r": [each.variants * scale for each in bins],
                "theta": [(each.start - 1 + end) / 2 * turn for each, end in zip(bins, ends, strict=True)],
                "width": [(end - each.start + 1) * turn for each, end in zip(bins, ends, strict=True)],
                "marker": look.standing_out(look.impact_marker(impact), chosen),
                "customdata": [selection.place(along.contig, b.start, end) for b, end in zip(bins, ends, strict=True)],
                "hovertext": [
                    f"{b.start:,}–{end:,}<br>{counted(b.variants, 'variant')}, {look.impact_name(impact).lower()}"
                    for b, end in zip(bins, ends, strict=True)
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
        for each in bins:
            begun[each.start] += each.variants * scale
    if found.genes:
        traces += circle_genes.traces(found, turn)
    return {"data": traces, "layout": _layout(found, max(heights.values(), default=1))}


def alternative(found: Circle | None) -> str:
    """How many, and in bins of what length."""
    if found is None or not found.along.bins:
        return "No variant of the mitochondrial genome passes the filter."
    n = sum(each.variants for each in found.along.bins)
    genes = f" around {counted(len(found.genes), 'gene')}" if found.genes else ""
    where = f"on the circle of {found.along.length:,} bases, in bins of {bases(found.along.width)}"
    return f"{counted(n, 'variant')}{genes} {where}."


def numbers(found: Circle | None) -> tuple[list[str], list[list[str | int]]]:
    """Each bin with its place."""
    return genome.numbers(found.along) if found else (["contig", "start", "end", "impact", "variants"], [])


def is_empty(found: Circle | None) -> bool:
    """True if there is nothing around the circle."""
    return found is None or not found.along.bins


def _layout(found: Circle, highest: int) -> look.Figure:
    step = 2_000 if found.along.length <= 20_000 else 10 ** (len(str(found.along.length)) - 1)
    marks = range(0, found.along.length - step // 2, step)
    return look.layout(
        HEIGHT,
        polar={
            "bgcolor": look.CLEAR,
            "domain": {"x": [0, 1], "y": [0, 1]},
            "hole": 0,
            "barmode": "overlay",
            "bargap": 0,
            "radialaxis": _heights(highest),
            "angularaxis": {
                "direction": "clockwise",
                "rotation": 90,
                "color": look.MUTED,
                "linecolor": look.BORDER,
                "showgrid": False,
                "tickvals": [mark * TURN / found.along.length for mark in marks],
                "ticktext": [f"{mark:,}" if mark else "1" for mark in marks],
                "tickfont": {"color": look.MUTED},
            },
        },
        margin={"l": 56, "r": 56, "t": 84, "b": 36},
        annotations=[_middle(found)],
        meta={"phone": {"height": HEIGHT_ON_PHONES, "margin": {"l": 50, "r": 50, "t": 96, "b": 28}}},
        **look.legend(),
    )


def _heights(highest: int) -> look.Figure:
    """Rings at no variant, half of the highest bar and all of it, with their numbers."""
    counts = [highest] if highest < 2 else [highest // 2, highest]
    return {
        "range": [0, 1],
        "tickvals": [BARS, *(BARS + (1 - BARS) * count / highest for count in counts)],
        "ticktext": ["0", *(f"{count:,}" for count in counts)],
        "tickfont": {"color": look.MUTED, "size": 10},
        "angle": 92,
        "tickangle": 92,  # upright: it is counted from the axis
        "ticks": "",
        "showline": False,
        "gridcolor": look.BORDER,
    }


def _middle(found: Circle) -> look.Figure:
    length = f"{found.along.length:,} bases"
    text = f"{wording.folded(found.along.contig, 12)}<br>{length}<br>bars: variants<br>in {bases(found.along.width)}"
    where = {"x": 0.5, "y": 0.5, "xanchor": "center", "yanchor": "middle", "xref": "paper", "yref": "paper"}
    return {"text": text, "showarrow": False, "font": {"color": look.TEXT}} | where
