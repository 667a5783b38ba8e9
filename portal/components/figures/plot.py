"""What all plots share: the card with its text alternative, the look of axes, the meaning of the colours.

A figure is a plain dict in plotly's form whose colours are `var(--gas-…)`; `assets/figures.js` paints them in the
theme. Each has a sentence, a text alternative and its numbers as a table.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

IMPACTS = ("HIGH", "MODERATE", "LOW", "MODIFIER")
NOT_ANNOTATED = "Not annotated"
TITLE_PIXELS = 12
FEW_TICKS = 5

Figure = dict[str, Any]
Table = tuple[list[str], list[list[str]]]
Legend = list[tuple[str, str]]  # what it says, and the class that colours it


def impact_marker(impact: str | None) -> Figure:
    """The colour of an impact class; hatched where an allele was not annotated."""
    if impact in IMPACTS:
        return {"color": f"var(--gas-impact-{impact.lower()})", "line": {"width": 0}}
    pattern = {"shape": "/", "fgcolor": "var(--gas-border-strong)", "bgcolor": "var(--gas-card)", "size": 5}
    return {"color": "var(--gas-card)", "pattern": pattern, "line": {"width": 1, "color": "var(--gas-border-strong)"}}


def impact_legend(found: Iterable[str | None]) -> Legend:
    """The impact classes that a plot shows, most severe first."""
    present = {impact if impact in IMPACTS else None for impact in found}
    shown = [impact for impact in (*IMPACTS, None) if impact in present]
    return [(impact_name(impact), f"gas-impact gas-impact-{(impact or 'none').lower()}") for impact in shown]


def impact_name(impact: str | None) -> str:
    """HIGH → High; nothing → Not annotated."""
    return impact.capitalize() if impact in IMPACTS else NOT_ANNOTATED


def card(name: str, title: str, sentence: str, legend: Legend, figure: Figure, table: Table) -> html.Section:
    """A plot with its title, sentence and legend, and its numbers for those who do not see it."""
    return html.Section(
        [
            html.H2(title, className="gas-subtitle"),
            html.P(sentence, className="gas-muted gas-figure-sentence"),
            html.Ul([html.Li(text, className=look) for text, look in legend], className="gas-legend"),
            dcc.Store(id={"type": "gas-figure", "name": name}, data=figure),
            html.Div(
                dcc.Graph(
                    id={"type": "gas-plot", "name": name},
                    figure={"data": [], "layout": {"xaxis": {"visible": False}, "yaxis": {"visible": False}}},
                    config={"displaylogo": False, "displayModeBar": False, "responsive": True},
                    style={"height": f"{figure['layout']['height']}px"},
                    responsive=True,
                ),
                role="img",
                className="gas-plot",
                **{"aria-label": f"{title}. {sentence} The numbers are in the table below."},
            ),
            html.Details([html.Summary("The numbers"), _numbers(title, table)], className="gas-numbers"),
        ],
        className=f"gas-card gas-figure gas-figure-{name}",
    )


def _numbers(title: str, table: Table) -> Component:
    head, rows = table
    return html.Div(
        html.Table(
            [
                html.Caption(title, className="visually-hidden"),
                html.Thead(html.Tr([html.Th(text, scope="col") for text in head])),
                html.Tbody([html.Tr([html.Td(text) for text in row]) for row in rows]),
            ]
        ),
        className="gas-numbers-table",
        tabIndex=0,
    )


def plot_layout(height: int, **others: Any) -> Figure:
    """What all plots share; fonts and grid lines come from the tokens too."""
    return {
        "height": height,
        "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": "var(--gas-text)", "size": 13, "family": "var(--bs-body-font-family)"},
        "hoverlabel": {
            "bgcolor": "var(--gas-card)",
            "bordercolor": "var(--gas-border-strong)",
            "font": {"color": "var(--gas-text)"},
            "align": "left",
        },
        "barmode": "stack",
        "dragmode": False,
        "separators": ".,",
        "showlegend": False,
    } | others


def axis(**others: Any) -> Figure:
    """A quiet axis that cuts no label and cannot be dragged."""
    quiet = {"color": "var(--gas-muted)", "gridcolor": "var(--gas-border)", "zerolinecolor": "var(--gas-border)"}
    return quiet | {"automargin": True, "fixedrange": True, "tickfont": {"color": "var(--gas-muted)"}} | others


def count_axis(title: str, highest: int) -> Figure:
    """An axis of whole numbers from 0: a tick for each of them while they are few, never one between two."""
    few = {"dtick": 1} if highest <= FEW_TICKS else {}
    return axis(title=axis_title(title), tickformat=",d", rangemode="tozero", **few)


def axis_title(text: str) -> Figure:
    """The title of an axis, no larger than its labels."""
    return {"text": text, "font": {"size": TITLE_PIXELS}}


def plain(text: str) -> str:
    """Text of the file in a label: plotly reads a few tags in labels, so none may begin (C09)."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
