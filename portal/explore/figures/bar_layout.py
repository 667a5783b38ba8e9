"""Layouts of bars: lying ones with their numbers at the ends, and lines that can be pointed at from end to end."""

from __future__ import annotations

from typing import Any

from portal.explore.figures import look

BAR_PIXELS = 26
LINE_PIXELS = 12  # more for each further line of a label
LEGEND_PIXELS = 30
ROOM_A_LETTER = 0.04  # of the plot, for the numbers at the ends of lying bars


def lying_bars(labels: list[str], highest: int, title: str, pointed: str = "", **others: Any) -> look.Figure:
    """The layout of lying bars, with room at the right for the numbers at their ends, also on a phone. `pointed` as in
    `whole_bars`."""
    room = 1.06 + ROOM_A_LETTER * len(f"{highest:,}")
    counts = look.count_axis(title, highest, range=[0, room * max(highest, 1)], nticks=4, tickangle=0)
    pixels = BAR_PIXELS + LINE_PIXELS * (max((label.count("<br>") for label in labels), default=0))
    head = LEGEND_PIXELS if others.get("showlegend") else 0
    height = 70 + head + pixels * max(2, len(labels))
    drawn = look.layout(height, xaxis=counts, yaxis=look.label_axis(labels), bargap=0.28, **others)
    return whole_bars(drawn, "y", pointed) if pointed else drawn


def whole_bars(drawn: look.Figure, letter: str, pointed: str) -> look.Figure:
    """A layout in which the whole line of a bar, from end to end of the plot, can be pointed at and clicked: a bar of
    one variant beside one of a million is too small a mark. `letter` is the axis that the bars stand on, `pointed`
    what that axis tells, which is said above the numbers of the bar."""
    said = {"unifiedhovertitle": {"text": pointed}}
    axes = {name: axis | said for name, axis in drawn.items() if name.startswith(f"{letter}axis")}
    return drawn | axes | {"hovermode": f"{letter} unified"}


def bar_ends(counts: list[int]) -> look.Figure:
    """The numbers at the ends of bars."""
    texts = [f"{count:,}" if count else "" for count in counts]
    return {
        "text": texts,
        "textposition": "outside",
        "cliponaxis": False,
        "textfont": {"color": look.TEXT},
        "textangle": 0,
    }
