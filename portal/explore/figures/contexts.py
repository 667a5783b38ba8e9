"""The 96 trinucleotide contexts: six panels side by side, one for each change of a pyrimidine."""

from __future__ import annotations

from pipeline.results.filters.model import Group
from pipeline.results.plots.contexts import CLASSES, Contexts
from portal.components.colours import SUBSTITUTION
from portal.components.words import counted
from portal.explore.figures import bar_layout, look

NAMED = 3
PANEL, GAP = 16, 2  # bars of one change, and bars' room between two panels
HEAD = (1.03, 1.09)  # of the height: the band above a panel, in its colour


def figure(found: Contexts, _group: Group) -> look.Figure:
    """Standing bars in the usual order; the base before and the base after below. No filter knows the neighbours:
    a click means nothing."""
    highest = max(found.counts.values(), default=0)
    traces = [_trace(found, number, change) for number, change in enumerate(SUBSTITUTION)]
    drawn = look.layout(
        320,
        margin={"l": 8, "r": 16, "t": 48, "b": 8},
        xaxis=look.axis(
            range=[-1, _place(len(CLASSES) - 1) + 1],
            tickvals=[_place(number) for number in range(len(CLASSES))],
            ticktext=[f"{name[0]}{name[2]}{name[-1]}" for name in CLASSES],
            tickangle=-90,
            tickfont={"size": 9, "color": look.MUTED},
            showgrid=False,
            zeroline=False,
            title=look.axis_title("Reference base between the bases beside it"),
        ),
        yaxis=look.count_axis("Variants looked at" if found.every > 1 else "Variants", highest),
        bargap=0.15,
        shapes=[_band(number, colour) for number, colour in enumerate(SUBSTITUTION.values())],
        annotations=[_heading(number, change) for number, change in enumerate(SUBSTITUTION)],
        meta={
            "phone": {"xaxis": {"showticklabels": False, "title": look.axis_title("Bases beside it: see the numbers")}}
        },
    )
    return {"data": traces, "layout": bar_layout.whole_bars(drawn, "x", "Change in its context")}


def alternative(found: Contexts) -> str:
    """The most frequent ones, and what was not looked at (C44)."""
    total = sum(found.counts.values())
    looked = (
        f"Of so many places, one stretch of the genome in {found.every:,} was looked at. " if found.every > 1 else ""
    )
    without = counted(found.unplaced, "substitution")
    if not total and found.unplaced:
        return f"{looked}{without}, all where this job's reference holds no sequence or another base."
    if not total:
        return f"{looked}No substitution passes the filter."
    unplaced = f" {without} more where the reference holds no sequence or another base." if found.unplaced else ""
    ranked = sorted(found.counts.items(), key=lambda item: -item[1])[:NAMED]
    named = ", ".join(f"{name} {n:,}" for name, n in ranked if n)
    return f"{looked}{counted(total, 'substitution')} in 96 classes. Most frequent: {named}.{unplaced}"


def numbers(found: Contexts) -> tuple[list[str], list[list[str | int]]]:
    """All 96, those without a variant too."""
    return ["context", "variants"], [[name, found.counts.get(name, 0)] for name in CLASSES]


def is_empty(found: Contexts) -> bool:
    """True without a substitution whose neighbours are known."""
    return not any(found.counts.values())


def _place(number: int) -> int:
    """Where a class stands on the axis."""
    return number + number // PANEL * GAP


def _trace(found: Contexts, number: int, change: str) -> look.Figure:
    names = CLASSES[number * PANEL : (number + 1) * PANEL]
    return {
        "type": "bar",
        "name": change.replace(">", "→"),
        "x": [_place(number * PANEL + place) for place in range(PANEL)],
        "y": [found.counts.get(name, 0) for name in names],
        "marker": look.plain_marker(SUBSTITUTION[change]),
        "hovertext": [f"{name.replace('>', '→')}<br>{counted(found.counts.get(name, 0), 'variant')}" for name in names],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _ends(number: int) -> tuple[float, float]:
    return _place(number * PANEL) - 0.5, _place((number + 1) * PANEL - 1) + 0.5


def _band(number: int, colour: str) -> look.Figure:
    start, end = _ends(number)
    sides = {"x0": start, "x1": end, "y0": HEAD[0], "y1": HEAD[1], "xref": "x", "yref": "paper"}
    return {"type": "rect", "fillcolor": colour, "line": {"width": 0}} | sides


def _heading(number: int, change: str) -> look.Figure:
    middle = sum(_ends(number)) / 2
    where = {"x": middle, "y": HEAD[1], "xref": "x", "yref": "paper", "yanchor": "bottom", "showarrow": False}
    return {"text": change.replace(">", "→"), "font": {"color": look.TEXT}} | where
