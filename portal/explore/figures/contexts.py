"""The 96 trinucleotide contexts: six panels side by side, one for each change of a pyrimidine."""

from __future__ import annotations

from pipeline.results.filters.model import Group
from pipeline.results.plots.contexts import CLASSES, Contexts
from portal.components.colours import SUBSTITUTION
from portal.components.words import counted
from portal.explore.figures import look

NAMED = 3


def figure(found: Contexts, _group: Group) -> look.Figure:
    """Standing bars in the usual order; the base before and the base after below. No filter knows the neighbours:
    a click means nothing."""
    highest = max(found.counts.values(), default=0)
    traces = [_trace(found, change) for change in SUBSTITUTION]
    places = range(len(CLASSES))
    drawn = look.layout(
        300,
        xaxis=look.axis(
            range=[-1, len(CLASSES)],
            tickvals=list(places),
            ticktext=[f"{name[0]}·{name[-1]}" for name in CLASSES],
            tickangle=-90,
            tickfont={"size": 9, "color": look.MUTED},
            showgrid=False,
            title=look.axis_title("Base before · base after"),
        ),
        yaxis=look.count_axis("Variants", highest),
        bargap=0.15,
        meta={
            "phone": {"xaxis": {"showticklabels": False, "title": {"text": "Base before and after: see the numbers"}}}
        },
        **look.legend(),
    )
    return {"data": traces, "layout": look.whole_bars(drawn, "x", "Change in its context")}


def alternative(found: Contexts) -> str:
    """The most frequent ones, and what was not looked at (C44)."""
    total = sum(found.counts.values())
    looked = f"One of {found.every:,} stretches of the genome was looked at. " if found.every > 1 else ""
    unplaced = f" {counted(found.unplaced, 'substitution')} without known neighbours." if found.unplaced else ""
    if not total:
        return f"{looked}No substitution with known neighbours passes the filter.{unplaced}"
    ranked = sorted(found.counts.items(), key=lambda item: -item[1])[:NAMED]
    named = ", ".join(f"{name} {n:,}" for name, n in ranked if n)
    return f"{looked}{counted(total, 'substitution')} in 96 classes. Most frequent: {named}.{unplaced}"


def numbers(found: Contexts) -> tuple[list[str], list[list[str | int]]]:
    """All 96, those without a variant too."""
    return ["context", "variants"], [[name, found.counts.get(name, 0)] for name in CLASSES]


def is_empty(found: Contexts) -> bool:
    """True without a substitution whose neighbours are known."""
    return not any(found.counts.values())


def _trace(found: Contexts, change: str) -> look.Figure:
    places = [place for place, name in enumerate(CLASSES) if change in name]
    return {
        "type": "bar",
        "name": change.replace(">", "→"),
        "x": places,
        "y": [found.counts.get(CLASSES[place], 0) for place in places],
        "marker": look.plain_marker(SUBSTITUTION[change]),
        "hovertext": [CLASSES[place].replace(">", "→") for place in places],
        "hovertemplate": "%{hovertext}<br>%{y:,d} variants<extra></extra>",
    }
