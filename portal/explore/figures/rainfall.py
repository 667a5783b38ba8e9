"""Rainfall: how far each variant is from the one before; points, or the colour of how many there are."""

from __future__ import annotations

import itertools
import math

from pipeline.results.filters.model import Group
from pipeline.results.plots.rainfall import BINS_A_DECADE, MOST_POINTS, Rainfall
from portal.components.words import bases, counted
from portal.explore.figures import look, rainfall_marks, selection, wording

LEVEL_LABELS = 12  # more contig names are written at a slant
LABELLED, LABELLED_ON_PHONES = 0.012, 0.045  # of the axis: shorter contigs have no room for a name
LETTERS = 12  # of a contig's name on the axis
POWERS = tuple(range(10))
HEIGHT = 320
COVERED = 0.75  # opacity of what lies over the stretches that the filter leaves out


def figure(found: Rainfall, group: Group) -> look.Figure:
    """Along the genome, contigs one after the other; distances on a logarithmic axis."""
    offsets = dict(zip(found.lengths, itertools.accumulate(found.lengths.values(), initial=0), strict=False))
    marks = rainfall_marks.points(found, offsets) if found.points else [rainfall_marks.cells(found, offsets)]
    drawn = look.layout(
        HEIGHT,
        xaxis=_along(found, offsets),
        yaxis=look.axis(
            title=look.axis_title("Distance to the variant before") | {"standoff": 14},
            tickvals=list(POWERS),
            ticktext=["≤ 1 base", *(bases(10**power) for power in POWERS[1:])],  # two alleles of one place: 0
            zeroline=False,
            range=[-0.15, _highest(found) + 0.3],
        ),
        shapes=[_border(offsets[name]) for name in list(found.lengths)[1:]] + _covers(found, offsets, group),
        dragmode="select",
        selectdirection="h",
        meta={
            "brush": {
                "kind": "regions",
                "contigs": [
                    {"name": name, "offset": offsets[name], "length": length} for name, length in found.lengths.items()
                ],
            },
            "phone": {"xaxis": _names(found, offsets, LABELLED_ON_PHONES)},
        },
        **(look.legend() if found.points else {}),
    )
    return {"data": marks, "layout": drawn}


def alternative(found: Rainfall) -> str:
    """How many have a variant before them, and whether they are drawn one by one (C44)."""
    if not found.variants:
        return "No two variants of a contig pass the filter."
    said = f"{counted(found.variants, 'variant')} with one before them on the same contig"
    if found.points:
        return f"{said}, each a point. Low points side by side are clusters."
    return f"{said}. More than {MOST_POINTS:,} are drawn as cells, coloured by how many variants they hold."


def numbers(found: Rainfall) -> tuple[list[str], list[list[str | int | float]]]:
    """Each point, or each cell."""
    if found.points:
        return ["contig", "position", "bases_to_the_variant_before"], [
            [name, position, distance]
            for name, points in found.points.items()
            for position, distance in zip(points.positions, points.distances, strict=True)
        ]
    return ["contig", "start", "bases_before_from", "variants"], [
        [each.contig, each.start, f"{10**each.exponent:.4g}", each.variants] for each in found.bins
    ]


def is_empty(found: Rainfall) -> bool:
    """True if no variant has one before it."""
    return not found.variants


def _highest(found: Rainfall) -> float:
    """The greatest distance, as a power of ten."""
    points = max((max(each.distances) for each in found.points.values() if each.distances), default=1)
    return max([math.log10(max(points, 1)), *(each.exponent + 1 / BINS_A_DECADE for each in found.bins)])


def _along(found: Rainfall, offsets: dict[str, int]) -> look.Figure:
    whole = sum(found.lengths.values())
    if len(found.lengths) == 1:
        name = wording.folded(next(iter(found.lengths)), 40)
        return look.place_axis(f"Position on {name}", 1, whole) | {"range": [0, whole]}
    return look.axis(
        range=[0, whole],
        showgrid=False,
        zeroline=False,
        tickangle=0 if len(found.lengths) <= LEVEL_LABELS else -90,
        **_names(found, offsets, LABELLED),
    )


def _names(found: Rainfall, offsets: dict[str, int], least: float) -> look.Figure:
    """The names of the contigs that take this share of the axis; of a single one the numbers tell."""
    if len(found.lengths) == 1:
        return {}
    shown = {name: length for name, length in found.lengths.items() if length >= least * sum(found.lengths.values())}
    return {
        "tickvals": [offsets[name] + length / 2 for name, length in shown.items()],
        "ticktext": [wording.short(name, LETTERS) for name in shown],
    }


def _border(x: int) -> look.Figure:
    line = {"color": look.BORDER, "width": 1}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}


def _covers(found: Rainfall, offsets: dict[str, int], group: Group) -> list[look.Figure]:
    """What lies over the stretches that the filter leaves out, so that the others stand out."""
    chosen = [
        (offsets[name] + start - 1, offsets[name] + end)
        for name, length in found.lengths.items()
        for start, end in selection.chosen_parts(group, name, length)
    ]
    # From the end of one chosen stretch to the beginning of the next one.
    edges = [0, *itertools.chain.from_iterable(chosen), sum(found.lengths.values())]
    return [_cover(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]


def _cover(start: int, end: int) -> look.Figure:
    sides = {"x0": start, "x1": end, "y0": 0, "y1": 1, "xref": "x", "yref": "paper"}
    return {"type": "rect", "layer": "above", "fillcolor": look.CARD, "opacity": COVERED, "line": {"width": 0}} | sides
