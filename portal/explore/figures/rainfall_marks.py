"""What rains: a point for each variant, or cells in the colour of how many they hold."""

from __future__ import annotations

import math
from base64 import b64encode

import numpy as np

from pipeline.annotation.consequence_terms import IMPACTS
from pipeline.results.plots.rainfall import BINS_A_DECADE, Rainfall
from portal.components.words import bases, counted
from portal.explore.figures import look, wording

SCALE = [[0, look.SOFT], [0.4, look.ACCENT], [1, "var(--gas-accent-strong)"]]
MOST_TOLD = 5_000  # points that tell their place under the pointer


def _packed(values: np.ndarray) -> look.Figure:
    """Numbers as plotly unpacks them: a third of the bytes of text."""
    return {"dtype": f"{values.dtype.kind}{values.dtype.itemsize}", "bdata": b64encode(values.tobytes()).decode()}


def points(found: Rainfall, offsets: dict[str, int]) -> list[look.Figure]:
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
        # More are slow as elements of the page: `assets/figure_points.js` paints them as one picture.
        told = _told(found, number) if found.variants <= MOST_TOLD else {"hoverinfo": "none", "meta": {"picture": True}}
        traces.append(
            {
                "type": "scatter",  # not scattergl, which makes code from text: the portal's pages allow none
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
        f"{wording.folded(name, 40)}:{position:,}<br>{counted(distance, 'base')} after the one before"
        for name, points in found.points.items()
        for position, distance, impact in zip(points.positions, points.distances, points.impacts, strict=True)
        if impact == number
    ]
    return {"hovertext": texts, "hovertemplate": "%{hovertext}<extra></extra>"}


def cells(found: Rainfall, offsets: dict[str, int]) -> look.Figure:
    """The logarithm of the count is coloured; the scale beside the plot and the words of each cell tell the count."""
    lowest, highest = (edge(each.exponent for each in found.bins) for edge in (min, max))
    rows = round((highest - lowest) * BINS_A_DECADE) + 1
    columns = sum(found.lengths.values()) // found.width + 1
    counts = np.zeros((rows, columns))
    for each in found.bins:
        column = (offsets[each.contig] + each.start - 1) // found.width
        counts[round((each.exponent - lowest) * BINS_A_DECADE), min(column, columns - 1)] += each.variants
    most = max((each.variants for each in found.bins), default=1)
    return {
        "type": "heatmap",
        "name": "Variants",
        "x0": found.width / 2,
        "dx": found.width,
        "y0": lowest + 0.5 / BINS_A_DECADE,
        "dy": 1 / BINS_A_DECADE,
        "z": [[round(float(np.log10(n)), 3) if n else None for n in row] for row in counts],
        "text": [[_said(int(n), lowest + row / BINS_A_DECADE) for n in line] for row, line in enumerate(counts)],
        "hovertemplate": "%{text}<extra></extra>",
        "hoverongaps": False,
        "colorscale": SCALE,
        "zmin": 0,
        "zmax": math.log10(max(most, 2)),
        "colorbar": _scale(most),
        "meta": {"phone": {"showscale": False}},  # the words below and a touch tell the numbers
    }


def _said(variants: int, exponent: float) -> str:
    if not variants:
        return ""
    least, most = (round(10**each) for each in (exponent, exponent + 1 / BINS_A_DECADE))
    return f"{counted(variants, 'variant')},<br>{bases(least)} to {bases(most)} apart"


def _scale(most: int) -> look.Figure:
    powers = range(math.floor(math.log10(max(most, 2))) + 1)
    return {
        "title": {"text": "Variants", "font": {"size": look.TITLE_PIXELS}},
        "tickvals": list(powers),
        "ticktext": [f"{10**power:,}" for power in powers],
        "thickness": 10,
        "outlinewidth": 0,
        "tickfont": {"color": look.MUTED},
    }
