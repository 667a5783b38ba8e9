"""Rainfall: how far each variant is from the one before; points, or the colour of how many there are."""

from __future__ import annotations

import itertools
import math
from base64 import b64encode

import numpy as np

from pipeline.annotation.consequence_terms import IMPACTS
from pipeline.results.filters.model import Group
from pipeline.results.plots.rainfall import BINS_A_DECADE, MOST_POINTS, Rainfall
from portal.components.words import bases, counted
from portal.explore.figures import look

LEVEL_LABELS = 12  # more contig names are written at a slant
LABELLED, LABELLED_ON_PHONES = 0.012, 0.045  # of the axis: shorter contigs have no room for a name
SCALE = [[0, look.SOFT], [0.4, look.ACCENT], [1, "var(--gas-accent-strong)"]]
POWERS = tuple(range(10))
HEIGHT = 320
MOST_TOLD = 5_000  # points that tell their place under the pointer


def figure(found: Rainfall, _group: Group) -> look.Figure:
    """Along the genome, contigs one after the other; distances on a logarithmic axis."""
    offsets = dict(zip(found.lengths, itertools.accumulate(found.lengths.values(), initial=0), strict=False))
    traces = _points(found, offsets) if found.points else [_bins(found, offsets)]
    drawn = look.layout(
        HEIGHT,
        xaxis=_along(found, offsets),
        yaxis=look.axis(
            title=look.axis_title("Bases to the variant before") | {"standoff": 14},
            tickvals=list(POWERS),
            ticktext=[f"{10**power:,}" if power < 4 else bases(10**power) for power in POWERS],
            zeroline=False,
            range=[-0.15, _highest(found) + 0.3],
        ),
        shapes=[_border(offsets[name]) for name in list(found.lengths)[1:]],
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
    return {"data": traces, "layout": drawn}


def alternative(found: Rainfall) -> str:
    """How many have a variant before them, and whether they are drawn one by one (C44)."""
    if not found.variants:
        return "No two variants of a contig pass the filter."
    said = f"{counted(found.variants, 'variant')} with one before them on the same contig"
    if found.points:
        return f"{said}, each a point. Low points side by side are clusters."
    return (
        f"{said}; more than {MOST_POINTS:,} are drawn as cells of {bases(found.width)}, coloured by how many they hold."
    )


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


def _highest(found: Rainfall) -> float:
    """The greatest distance, as a power of ten."""
    points = max((max(each.distances) for each in found.points.values() if each.distances), default=1)
    return max([math.log10(max(points, 1)), *(each.exponent + 1 / BINS_A_DECADE for each in found.bins)])


def _packed(values: np.ndarray) -> look.Figure:
    """Numbers as plotly unpacks them: a third of the bytes of text."""
    return {"dtype": f"{values.dtype.kind}{values.dtype.itemsize}", "bdata": b64encode(values.tobytes()).decode()}


def _points(found: Rainfall, offsets: dict[str, int]) -> list[look.Figure]:
    """A trace for each impact, so that the legend tells the colours."""
    traces = []
    for number, impact in ((0, None), (4, "MODIFIER"), (3, "LOW"), (2, "MODERATE"), (1, "HIGH")):
        xs, ys = [], []
        for name, points in found.points.items():
            chosen = np.asarray(points.impacts) == number
            xs.append(np.asarray(points.positions, np.float64)[chosen] + offsets[name])
            ys.append(np.log10(np.maximum(np.asarray(points.distances, np.float64)[chosen], 1)))
        x, y = np.concatenate(xs), np.concatenate(ys).astype(np.float32)
        if not len(x):
            continue
        told = _told(found, number) if found.variants <= MOST_TOLD else {"hoverinfo": "none"}
        traces.append(
            {
                "type": "scattergl",
                "mode": "markers",
                "name": look.impact_name(impact),
                "x": _packed(x),
                "y": _packed(y),
                "marker": {"color": look.impact_colour(impact), "size": 4, "opacity": 0.75}
                | ({} if number else {"symbol": "circle-open"}),
                "legendrank": IMPACTS.index(impact) if impact in IMPACTS else len(IMPACTS),
            }
            | told
        )
    return traces


def _told(found: Rainfall, number: int) -> look.Figure:
    texts = [
        f"{look.folded(name, 40)}:{position:,}<br>{counted(distance, 'base')} after the one before"
        for name, points in found.points.items()
        for position, distance, impact in zip(points.positions, points.distances, points.impacts, strict=True)
        if impact == number
    ]
    return {"hovertext": texts, "hovertemplate": "%{hovertext}<extra></extra>"}


def _bins(found: Rainfall, offsets: dict[str, int]) -> look.Figure:
    lowest, highest = (edge(each.exponent for each in found.bins) for edge in (min, max))
    rows = round((highest - lowest) * BINS_A_DECADE) + 1
    columns = sum(found.lengths.values()) // found.width + 1
    cells = np.zeros((rows, columns))
    for each in found.bins:
        column = (offsets[each.contig] + each.start - 1) // found.width
        cells[round((each.exponent - lowest) * BINS_A_DECADE), min(column, columns - 1)] += each.variants
    # The logarithm of the count is coloured; the count itself is told.
    return {
        "type": "heatmap",
        "name": "Variants",
        "x0": found.width / 2,
        "dx": found.width,
        "y0": lowest + 0.5 / BINS_A_DECADE,
        "dy": 1 / BINS_A_DECADE,
        "z": [[round(float(np.log10(n)), 3) if n else None for n in row] for row in cells],
        "text": [[f"{int(n):,}" if n else "" for n in row] for row in cells],
        "hovertemplate": "%{text} variants<extra></extra>",
        "hoverongaps": False,
        "colorscale": SCALE,
        "showscale": False,
        "zmin": 0,
    }


def _along(found: Rainfall, offsets: dict[str, int]) -> look.Figure:
    whole = sum(found.lengths.values())
    if len(found.lengths) == 1:
        name = look.folded(next(iter(found.lengths)), 40)
        title = look.axis_title(f"Position on {name}, in bases")
        return look.axis(title=title, range=[0, whole], tickformat=",d", nticks=5, showgrid=False, tickangle=0)
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
        "ticktext": [look.plain(name if len(name) <= 12 else f"{name[:11]}…") for name in shown],
    }


def _border(x: int) -> look.Figure:
    line = {"color": look.BORDER, "width": 1}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}
