"""A plot on a page that only shows it: title, words, figure, and the numbers for those who do not see it."""

from __future__ import annotations

from typing import Any, Protocol

from dash import dcc, html
from dash.development.base_component import Component

from portal.components import painting
from portal.explore.figures.plot import Drawn

CONFIG = {"displaylogo": False, "displayModeBar": False, "responsive": True}


class Named(Protocol):
    """What a card needs to know of a plot."""

    @property
    def name(self) -> str:
        """Its name in ids and classes."""
        ...

    @property
    def title(self) -> str:
        """Its heading."""
        ...


def card(plot: Named, drawn: Drawn) -> html.Section:
    """The plot, painted in the browser; without a figure its words alone."""
    return html.Section(
        [
            html.H2(plot.title, className="gas-subtitle"),
            html.P(drawn.alternative, className="gas-muted gas-figure-sentence"),
            *([_figure(plot, drawn)] if drawn.figure else []),
            html.Details([html.Summary("The numbers"), _numbers(plot.title, drawn)], className="gas-numbers"),
        ],
        className=f"gas-card gas-figure gas-figure-{plot.name}",
    )


def _figure(plot: Named, drawn: Drawn) -> Component:
    figure = _still(drawn.figure or {})
    return html.Div(
        [
            dcc.Store(id={"type": painting.FIGURE, "name": plot.name}, data=figure),
            dcc.Graph(
                id={"type": painting.GRAPH, "name": plot.name},
                figure=painting.NOT_YET,
                config=CONFIG,
                style={"height": f"{figure['layout']['height']}px"},
                responsive=True,
            ),
        ],
        role="img",
        className="gas-plot",
        **{"aria-label": f"{plot.title}. {drawn.alternative} The numbers are in the table below."},
    )


def _still(figure: dict[str, Any]) -> dict[str, Any]:
    """Without what clicks and brushes mean: nothing is filtered on this page."""
    traces = [{key: value for key, value in trace.items() if key != "customdata"} for trace in figure["data"]]
    return {"data": traces, "layout": figure["layout"] | {"dragmode": False}}


def _numbers(title: str, drawn: Drawn) -> Component:
    return html.Div(
        html.Table(
            [
                html.Caption(title, className="visually-hidden"),
                html.Thead(html.Tr([html.Th(_words(text).capitalize(), scope="col") for text in drawn.header])),
                html.Tbody([html.Tr([html.Td(_cell(value)) for value in row]) for row in drawn.rows]),
            ]
        ),
        className="gas-numbers-table",
        tabIndex=0,
    )


def _cell(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _words(text: str) -> str:
    return text.replace("_", " ")
