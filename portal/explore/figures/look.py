"""What all figures share: layout, axes, colours by meaning, and how bars outside of the filter are dimmed.

A figure is a plain dict in plotly's form whose colours are `var(--gas-…)`; `assets/figures.js` paints them in the
theme.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from pipeline.annotation.consequence_terms import IMPACTS

NOT_ANNOTATED = "Not annotated"
ACCENT, STRONG, TEXT, MUTED = "var(--gas-accent)", "var(--gas-border-strong)", "var(--gas-text)", "var(--gas-muted)"
CARD, BORDER, SOFT = "var(--gas-card)", "var(--gas-border)", "var(--gas-accent-soft)"
CLEAR = "rgba(0,0,0,0)"
TITLE_PIXELS = 12
FEW_TICKS = 5
LONG = 2_000_000  # bases: positions on a longer axis are told in Mb
DIMMED = 0.22  # opacity of what the filter leaves out

Figure = dict[str, Any]
Condition = dict[str, Any]


def layout(height: int, **others: Any) -> Figure:
    """What all plots share; fonts and grid lines come from the tokens too."""
    return {
        "height": height,
        "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"color": TEXT, "size": 13, "family": "var(--bs-body-font-family)"},
        "hoverlabel": {"bgcolor": CARD, "bordercolor": STRONG, "font": {"color": TEXT}, "align": "left"},
        "barmode": "stack",
        "dragmode": False,
        "separators": ".,",
        "showlegend": False,
    } | others


def axis(**others: Any) -> Figure:
    """A quiet axis that cuts no label and cannot be dragged."""
    quiet = {"color": MUTED, "gridcolor": BORDER, "zerolinecolor": BORDER, "showspikes": False}
    quiet |= {"ticks": "outside", "ticklen": 6, "tickcolor": CLEAR}  # else the labels of two axes meet in their corner
    return quiet | {"automargin": True, "fixedrange": True, "tickfont": {"color": MUTED}} | others


def round_step(ideal: float) -> float:
    """The nearest of 1, 2 and 5 times a power of ten that is not less."""
    power = 10.0 ** math.floor(math.log10(ideal))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= ideal * 0.999999)


def place_axis(title: str, start: int, end: int, **others: Any) -> Figure:
    """An axis along a contig from one position to another (1-based): in Mb where it is long, else in bases."""
    quiet: Figure = {"showgrid": False, "zeroline": False, "tickangle": 0} | others
    if end - start < LONG:
        few = {"dtick": 1} if end - start <= FEW_TICKS else {"nticks": FEW_TICKS}
        return axis(title=axis_title(f"{title} (bases)"), tickformat=",d", **few, **quiet)
    step = int(round_step((end - start) / (FEW_TICKS + 1)))
    values = list(range(-(-(start - 1) // step) * step, end + 1, step))
    return axis(title=axis_title(f"{title} (Mb)"), tickvals=values, ticktext=[f"{v / 1e6:,g}" for v in values], **quiet)


def count_axis(title: str, highest: int, **others: Any) -> Figure:
    """An axis of whole numbers from 0: a tick for each of them while they are few, never one between two."""
    few = {"tickvals": list(range(highest + 1))} if highest <= FEW_TICKS else {"nticks": 6}
    return axis(title=axis_title(title), tickformat=",d", rangemode="tozero", **(few | others))


def label_axis(labels: list[str]) -> Figure:
    """The vertical axis of lying bars at 0, 1, …, the first one on top. Places, not names, tell the bars apart: two
    labels may read alike."""
    return axis(
        range=[len(labels) - 0.5, -0.5],
        tickvals=list(range(len(labels))),
        ticktext=labels,
        showgrid=False,
        zeroline=False,
        tickfont={"color": TEXT},
        ticks="outside",
        tickcolor=CLEAR,
    )


def axis_title(text: str) -> Figure:
    """The title of an axis, no larger than its labels."""
    return {"text": text, "font": {"size": TITLE_PIXELS}}


def impact_of(impact: str | None) -> str | None:
    """One of the four classes; None for all else."""
    return impact if impact in IMPACTS else None


def impact_name(impact: str | None) -> str:
    """HIGH → High; nothing → Not annotated."""
    return impact.capitalize() if impact and impact_of(impact) else NOT_ANNOTATED


def impact_marker(impact: str | None) -> Figure:
    """The colour of an impact class; hatched where a variant was not annotated."""
    if impact_of(impact):
        return {"color": impact_colour(impact), "line": {"width": 0}}
    pattern = {"shape": "/", "fgcolor": STRONG, "bgcolor": CARD, "size": 5}
    return {"color": CARD, "pattern": pattern, "line": {"width": 1, "color": STRONG}}


def impact_colour(impact: str | None) -> str:
    """The token of an impact class."""
    return f"var(--gas-impact-{impact.lower()})" if impact and impact_of(impact) else STRONG


def plain_marker(colour: str = ACCENT) -> Figure:
    """Bars of one colour."""
    return {"color": colour, "line": {"width": 0}}


def standing_out(marker: Figure, chosen: Iterable[bool]) -> Figure:
    """The marker with what is not chosen dimmed."""
    flags = list(chosen)
    if all(flags):
        return marker
    return marker | {"opacity": [1 if flag else DIMMED for flag in flags]}


def legend(title: str = "") -> Figure:
    """A legend above the plot, which a click does not change: clicks filter."""
    above = {"orientation": "h", "y": 1, "yref": "container", "yanchor": "top", "x": 0, "xref": "container"}
    quiet = {"traceorder": "normal", "itemclick": False, "itemdoubleclick": False, "itemsizing": "constant"}
    return {
        "showlegend": True,
        "legend": above | quiet | ({"title": {"text": f"{title}: ", "font": {"size": TITLE_PIXELS}}} if title else {}),
    }


def legend_apart(figure: Figure) -> Figure:
    """The same figure with the legend in full colours: plotly gives it the opacity of a trace's first bar, which may be
    one that is dimmed."""
    traces: list[Figure] = []
    for trace in figure["data"]:
        marker = trace.get("marker", {})
        if isinstance(marker.get("opacity"), list) and trace.get("showlegend", True):
            axes = ("r", "theta") if trace["type"].endswith("polar") else ("x", "y")
            shown = {
                key: trace[key]
                for key in ("type", "mode", "name", "orientation", "opacity", "legendrank")
                if key in trace
            }
            plain = {key: value for key, value in marker.items() if key not in ("opacity", "size")}
            traces.append(shown | {"marker": plain, "hoverinfo": "skip"} | {axis: [None] for axis in axes})
            trace = trace | {"showlegend": False}
        traces.append(trace)
    return figure | {"data": traces}
