"""A plot's card: title, the plot, its text alternative, its values as buttons, and what it counts as a file."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from portal.components import painting
from portal.explore import ids
from portal.explore.figures.catalogue import Plot

GRAPH_CONFIG = {"displayModeBar": False, "responsive": True, "doubleClick": "reset"}


def card(plot: Plot, tools: Component | None = None) -> Component:
    """A plot of the wall. `tools` stands between its title and its menu."""
    label = _label(plot)
    return html.Article(
        [
            html.Header(
                [
                    html.H2(plot.title, id=label, className="gas-minor-title"),
                    *([tools] if tools is not None else []),
                    _menu(plot),
                ],
                className="gas-plot-head",
            ),
            *_body(plot),
        ],
        className="gas-card gas-plot-card" + (" gas-plot-wide" if plot.wide else ""),
        **{"data-plot": plot.name, "aria-labelledby": label},
    )


def closed_card(plot: Plot) -> Component:
    """A plot that is drawn once its card is opened, which `assets/explore_plots.js` tells."""
    return html.Details(
        [
            html.Summary(
                [
                    html.H3(plot.title, id=_label(plot), className="gas-minor-title"),
                    html.Span(plot.sentence, className="gas-muted"),
                ],
                className="gas-plot-opener",
            ),
            html.Div(_menu(plot), className="gas-plot-head gas-plot-head-only-menu"),
            *_body(plot),
            dcc.Store(id={"type": ids.OPEN, "name": plot.name}),
        ],
        className="gas-card gas-plot-card gas-plot-closed",
        **{"data-plot": plot.name, "data-on-demand": plot.name},
    )


def _label(plot: Plot) -> str:
    return f"gas-plot-title-{plot.name}"


def _body(plot: Plot) -> list[Component]:
    name = plot.name
    said = f"gas-plot-said-{name}"
    return [
        html.Div(
            dcc.Graph(
                id={"type": painting.GRAPH, "name": name},
                figure=painting.NOT_YET,
                config=GRAPH_CONFIG,
                responsive=True,
            ),
            className="gas-plot-place",
            role="img",
            **{"aria-labelledby": _label(plot), "aria-describedby": said},
        ),
        html.Div(
            html.P("Drawing …", id={"type": ids.NUMBERS, "name": name}, className="gas-plot-said"),
            id=said,
        ),
        html.Details(
            [
                html.Summary("Filter by a value", **{"aria-label": f"Filter by a value of: {plot.title}"}),
                html.Ul(className="gas-plot-values", **{"aria-label": f"Values of: {plot.title}"}),
            ],
            className="gas-plot-choices",
            hidden=True,
            **{"data-values-of": name},
        ),
        dcc.Store(id={"type": painting.FIGURE, "name": name}),
        dcc.Store(id={"type": ids.PICK, "name": name}),
        dcc.Store(id={"type": ids.TABLE, "name": name}),
    ]


def _menu(plot: Plot) -> Component:
    forms = (("png", "Picture (PNG)"), ("svg", "Drawing (SVG)"), ("csv", "Numbers (CSV)"))
    return html.Details(
        [
            html.Summary("⋯", className="gas-icon-button", title="Save", **{"aria-label": f"Save: {plot.title}"}),
            html.Div([_save(plot.name, form, title) for form, title in forms], className="gas-menu-panel"),
        ],
        className="gas-menu",
    )


def _save(name: str, form: str, title: str) -> Component:
    return html.Button(
        title, id={"type": ids.SAVE, "name": name, "form": form}, type="button", className="gas-menu-item"
    )
