"""What all figures share: layout, axes, colours by meaning, and how bars outside of the filter are dimmed.

A figure is a plain dict in plotly's form whose colours are `var(--gas-…)`; `assets/figures.js` paints them in the
theme.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

from pipeline.annotation.consequence_terms import IMPACTS

NOT_ANNOTATED = "Not annotated"
ACCENT, STRONG, TEXT, MUTED = "var(--gas-accent)", "var(--gas-border-strong)", "var(--gas-text)", "var(--gas-muted)"
CARD, BORDER, SOFT = "var(--gas-card)", "var(--gas-border)", "var(--gas-accent-soft)"
CLEAR = "rgba(0,0,0,0)"
TITLE_PIXELS = 12
FEW_TICKS = 5
DIMMED = 0.22  # opacity of what the filter leaves out
BAR_PIXELS = 26
LINE_PIXELS = 12  # more for each further line of a label
LABEL_LETTERS = 24
LEGEND_PIXELS = 30
ROOM_A_LETTER = 0.04  # of the plot, for the numbers at the ends of lying bars

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
    return quiet | {"automargin": True, "fixedrange": True, "tickfont": {"color": MUTED}} | others


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


def lying_bars(labels: list[str], highest: int, title: str, pointed: str = "", **others: Any) -> Figure:
    """The layout of lying bars, with room at the right for the numbers at their ends, also on a phone. `pointed` as in
    `whole_bars`."""
    room = 1.06 + ROOM_A_LETTER * len(f"{highest:,}")
    counts = count_axis(title, highest, range=[0, room * max(highest, 1)], nticks=4, tickangle=0)
    pixels = BAR_PIXELS + LINE_PIXELS * (max((label.count("<br>") for label in labels), default=0))
    head = LEGEND_PIXELS if others.get("showlegend") else 0
    height = 70 + head + pixels * max(2, len(labels))
    drawn = layout(height, xaxis=counts, yaxis=label_axis(labels), bargap=0.28, **others)
    return whole_bars(drawn, "y", pointed) if pointed else drawn


def whole_bars(drawn: Figure, letter: str, pointed: str) -> Figure:
    """A layout in which the whole line of a bar, from end to end of the plot, can be pointed at and clicked: a bar of
    one variant beside one of a million is too small a mark. `letter` is the axis that the bars stand on, `pointed`
    what that axis tells, which is said above the numbers of the bar."""
    said = {"unifiedhovertitle": {"text": pointed}}
    axes = {name: axis | said for name, axis in drawn.items() if name.startswith(f"{letter}axis")}
    return drawn | axes | {"hovermode": f"{letter} unified"}


def bar_ends(counts: list[int]) -> Figure:
    """The numbers at the ends of bars."""
    texts = [f"{count:,}" if count else "" for count in counts]
    return {"text": texts, "textposition": "outside", "cliponaxis": False, "textfont": {"color": TEXT}, "textangle": 0}


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


def plain(text: str) -> str:
    """Text of the file in a label: plotly reads a few tags in labels, so none may begin (C09)."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def folded(text: str, letters: int = LABEL_LETTERS) -> str:
    """The same in lines that fit beside a plot on a phone."""
    return "<br>".join(plain(line) for line in textwrap.wrap(text, letters)) or "&nbsp;"


def term(text: str | None) -> str:
    """A term of an ontology as people read it."""
    return (text or NOT_ANNOTATED).replace("_", " ").replace("&", " & ")


def share(part: int, whole: int) -> str:
    """`12.3 %`; `< 0.1 %` where that is all there is to say."""
    percent = 100 * part / whole if whole else 0
    return "< 0.1 %" if 0 < percent < 0.05 else f"{percent:.1f} %"


def legend(title: str = "") -> Figure:
    """A legend above the plot, which a click does not change: clicks filter."""
    above = {"orientation": "h", "y": 1, "yref": "container", "yanchor": "top", "x": 0, "xref": "container"}
    quiet = {"traceorder": "normal", "itemclick": False, "itemdoubleclick": False, "itemsizing": "constant"}
    return {
        "showlegend": True,
        "legend": above | quiet | ({"title": {"text": f"{title}: ", "font": {"size": TITLE_PIXELS}}} if title else {}),
    }
