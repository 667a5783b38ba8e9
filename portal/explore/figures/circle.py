"""The mitochondrial genome as a circle: bars outwards by impact, the genes as arcs inside."""

from __future__ import annotations

from pipeline.annotation.consequence_terms import IMPACTS
from pipeline.results.filters.model import Group
from pipeline.results.plots.circle import Arc, Circle
from portal.components.words import bases, counted
from portal.explore.figures import genome, look, selection

TURN = 360.0  # degrees
INNER, OUTER = 0.56, 0.64  # of the radius: the arcs of the genes
BARS = 0.68  # where the bars begin
LEAST_NAMED = 500  # bases of a gene whose name has room


def figure(found: Circle, group: Group) -> look.Figure:
    """Position 1 is on top, positions rise clockwise."""
    along = found.along
    turn = TURN / along.length
    heights: dict[int, int] = {}
    for each in along.bins:
        heights[each.start] = heights.get(each.start, 0) + each.variants
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
    traces += [_arcs(found, True, turn), _arcs(found, False, turn), _names(found, turn)] if found.genes else []
    return {"data": traces, "layout": _layout(found)}


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


def _arcs(found: Circle, forward: bool, turn: float) -> look.Figure:
    genes = [gene for gene in found.genes if gene.forward == forward]
    return {
        "type": "barpolar",
        "name": "Genes, heavy strand" if forward else "Genes, light strand",
        "showlegend": False,
        "base": [INNER] * len(genes),
        "r": [OUTER - INNER] * len(genes),
        "theta": [(gene.start - 1 + gene.end) / 2 * turn for gene in genes],
        "width": [(gene.end - gene.start + 1) * turn for gene in genes],
        "marker": {"color": look.ACCENT if forward else look.STRONG, "line": {"width": 1, "color": look.CARD}},
        "customdata": [selection.place(found.along.contig, gene.start, gene.end) for gene in genes],
        "hovertext": [_said(gene) for gene in genes],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _said(gene: Arc) -> str:
    strand = "forward" if gene.forward else "reverse"
    return f"{look.folded(gene.name, 40)}<br>{gene.start:,}–{gene.end:,}, {strand} strand"


def _names(found: Circle, turn: float) -> look.Figure:
    named = [gene for gene in found.genes if gene.end - gene.start >= LEAST_NAMED]
    return {
        "type": "scatterpolar",
        "mode": "text",
        "name": "Names",
        "showlegend": False,
        "r": [0.46] * len(named),
        "theta": [(gene.start - 1 + gene.end) / 2 * turn for gene in named],
        "text": [look.plain(gene.name.removeprefix("MT-")) for gene in named],
        "textfont": {"color": look.TEXT, "size": 10},
        "hoverinfo": "skip",
    }


def _layout(found: Circle) -> look.Figure:
    step = 2_000 if found.along.length <= 20_000 else 10 ** (len(str(found.along.length)) - 1)
    marks = range(0, found.along.length - step // 2, step)
    return look.layout(
        480,
        polar={
            "bgcolor": look.CLEAR,
            "domain": {"x": [0, 1], "y": [0, 0.93]},
            "hole": 0,
            "barmode": "overlay",
            "bargap": 0,
            "radialaxis": {"visible": False, "range": [0, 1]},
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
        margin={"l": 56, "r": 56, "t": 50, "b": 36},
        annotations=[
            {
                "text": f"{look.folded(found.along.contig, 12)}<br>{found.along.length:,} bases",
                "showarrow": False,
                "x": 0.5,
                "y": 0.465,
                "yanchor": "middle",
                "xref": "paper",
                "yref": "paper",
                "font": {"color": look.TEXT},
            }
        ],
        **look.legend(),
    )
