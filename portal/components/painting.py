"""Paints every figure in the colours of the theme, in the browser: for each page that has plots."""

from __future__ import annotations

from typing import Any

from dash import MATCH, ClientsideFunction, Input, Output, clientside_callback

GRAPH = "gas-plot"  # type of the graphs, `{"type": GRAPH, "name": …}`
FIGURE = "gas-figure"  # type of the Stores with their figures, whose colours are tokens of portal.css
THEME = "gas-theme"  # Store: a page with plots has one; it changes when the reader switches the theme
# What a graph shows until its figure comes: nothing, in no more room than it needs.
NOT_YET: dict[str, Any] = {
    "data": [],
    "layout": {"height": 24, "xaxis": {"visible": False}, "yaxis": {"visible": False}},
}


def register() -> None:
    """The callback for all of them; Dash takes one for the same outputs."""
    clientside_callback(
        ClientsideFunction("gas", "paintFigure"),
        Output({"type": GRAPH, "name": MATCH}, "figure"),
        Input({"type": FIGURE, "name": MATCH}, "data"),
        Input(THEME, "data"),
    )


register()
