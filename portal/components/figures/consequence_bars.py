"""Consequences: horizontal bars, most frequent first, coloured by impact."""

from __future__ import annotations

import textwrap

from dash import html

from pipeline.results.queries import ConsequenceCount
from portal.components.figures.plot import (
    IMPACTS,
    NOT_ANNOTATED,
    Figure,
    axis,
    card,
    impact_legend,
    impact_marker,
    impact_name,
    plain,
    plot_layout,
)
from portal.components.words import counted, number

MAX_BARS = 30  # a taller plot is no longer read as one
BAR_PIXELS = 30
LABEL_LETTERS = 24


def consequences(found: list[ConsequenceCount]) -> html.Section:
    """Horizontal bars, most frequent first, coloured by impact."""
    bars = _fold(found)
    total = sum(bar.alleles for bar in found)
    traces = []
    for impact in (*IMPACTS, None):
        of_impact = [bar for bar in bars if (bar.impact if bar.impact in IMPACTS else None) == impact]
        if of_impact:
            traces.append(_consequence_trace(impact, of_impact, total))
    order = [_label(bar.consequence) for bar in bars]
    layout = plot_layout(
        60 + BAR_PIXELS * max(2, len(bars)),
        # Room at the right for the numbers at the bars' ends.
        xaxis=axis(tickformat=",d", range=[0, 1.2 * max((bar.alleles for bar in bars), default=1)], nticks=6),
        yaxis=axis(
            categoryorder="array",
            categoryarray=order[::-1],
            showgrid=False,
            tickfont={"color": "var(--gas-text)"},
            ticks="outside",
            tickcolor="rgba(0,0,0,0)",
        ),
        bargap=0.28,
    )
    table = [[_term(bar.consequence), impact_name(bar.impact), number(bar.alleles)] for bar in found]
    sentence = f"{counted(total, 'allele')} by the consequence that speaks for each, coloured by impact."
    return card(
        "consequences",
        "Consequences",
        sentence,
        impact_legend(bar.impact for bar in bars),
        {"data": traces, "layout": layout},
        (["Consequence", "Impact", "Alleles"], table),
    )


def _fold(found: list[ConsequenceCount]) -> list[ConsequenceCount]:
    """The most frequent terms, and the rest as one bar that says how many it stands for (C44)."""
    if len(found) <= MAX_BARS:
        return found
    kept, rest = found[: MAX_BARS - 1], found[MAX_BARS - 1 :]
    return [*kept, ConsequenceCount(f"{len(rest)} rarer terms", None, sum(bar.alleles for bar in rest))]


def _term(consequence: str | None) -> str:
    return (consequence or NOT_ANNOTATED).replace("_", " ").replace("&", " & ")


def _label(consequence: str | None) -> str:
    """The term in lines that fit beside a plot on a phone."""
    return "<br>".join(plain(line) for line in textwrap.wrap(_term(consequence), LABEL_LETTERS))


def _consequence_trace(impact: str | None, bars: list[ConsequenceCount], total: int) -> Figure:
    return {
        "type": "bar",
        "orientation": "h",
        "name": impact_name(impact),
        "x": [bar.alleles for bar in bars],
        "y": [_label(bar.consequence) for bar in bars],
        "text": [number(bar.alleles) for bar in bars],
        "textposition": "outside",
        "cliponaxis": False,
        "textfont": {"color": "var(--gas-text)"},
        "marker": impact_marker(impact),
        "customdata": [bar.alleles / total * 100 for bar in bars],
        "hovertemplate": "%{y}<br>%{x:,d} alleles, %{customdata:.1f} %<extra></extra>",
    }
