"""The explorer's page: filter bar, wall of plots, table; empty places that its callbacks fill."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from pipeline import ids as opaque
from pipeline.jobs.model import Job
from pipeline.results.columns import Column
from pipeline.results.filters.presets import Preset
from pipeline.results.filters.reading import as_document
from portal.components import painting, states
from portal.explore import ids, table
from portal.explore.figures.catalogue import Plot
from portal.explore.view import View, sort_document
from portal.static_files import asset_url

GRAPH_CONFIG = {"displayModeBar": False, "responsive": True, "doubleClick": "reset"}


def page(
    job: Job, view: View, plots: Sequence[Plot], columns: Sequence[Column], presets: Sequence[Preset]
) -> Component:
    """The page of a result that can be read now."""
    return html.Div(
        [
            html.Link(rel="stylesheet", href=asset_url("explore.css")),
            _head(job),
            _bar(presets),
            html.Div(id=ids.NOTICE, role="alert"),
            html.Section([_card(plot) for plot in plots], className="gas-wall", **{"aria-label": "Plots"}),
            table.section(list(columns)),
            *_stores(job, view),
        ],
        id="explore-page",
        className="gas-explore",
    )


def _head(job: Job) -> Component:
    return html.Div(
        [
            html.Div(
                [
                    dcc.Link("Job", href=f"/jobs/{job.job_id}", className="gas-back"),
                    html.H1(job.input_file_name, className="gas-title", title=job.input_file_name),
                ],
                className="gas-explore-name",
            ),
            html.Div(states.loading("the variants"), id=ids.COUNT, className="gas-count", **{"aria-live": "polite"}),
        ],
        className="gas-explore-head",
    )


def _bar(presets: Sequence[Preset]) -> Component:
    """What is filtered, and ways to filter: it stays in sight while the page scrolls."""
    return html.Section(
        [
            html.Div(_preset_menu(presets), className="gas-explore-tools"),
            html.Div(id=ids.CHIPS, className="gas-chips", **{"aria-label": "Active filters"}),
        ],
        className="gas-explore-bar",
        **{"aria-label": "Filters"},
    )


def _preset_menu(presets: Sequence[Preset]) -> Component:
    buttons = [
        html.Button(
            [html.Strong(preset.title), html.Span(preset.sentence, className="gas-muted")],
            id={"type": ids.PRESET, "name": preset.id},
            type="button",
            className="gas-menu-item gas-preset",
        )
        for preset in presets
    ]
    return html.Details(
        [
            html.Summary("Presets", className="btn btn-outline-secondary btn-sm"),
            html.Div(buttons, className="gas-menu-panel"),
        ],
        className="gas-menu gas-preset-menu",
    )


def _card(plot: Plot) -> Component:
    """A plot with its title, a text alternative below it, and what it counts as a file."""
    name = plot.name
    label = f"gas-plot-title-{name}"
    return html.Article(
        [
            html.Header(
                [
                    html.H2(plot.title, id=label, className="gas-minor-title", title=plot.sentence),
                    html.Details(
                        [
                            html.Summary("⋯", className="gas-icon-button", **{"aria-label": f"Save: {plot.title}"}),
                            html.Div(
                                [
                                    _save(name, "png", "Picture (PNG)"),
                                    _save(name, "svg", "Drawing (SVG)"),
                                    _save(name, "csv", "Numbers (CSV)"),
                                ],
                                className="gas-menu-panel",
                            ),
                        ],
                        className="gas-menu",
                    ),
                ],
                className="gas-plot-head",
            ),
            html.Div(
                dcc.Graph(id={"type": painting.GRAPH, "name": name}, config=GRAPH_CONFIG, responsive=True),
                className="gas-plot-place",
                role="img",
                **{"aria-labelledby": label, "aria-describedby": f"{label}-said"},
            ),
            html.P(
                id={"type": ids.NUMBERS, "name": name}, className="gas-plot-said", **{"data-describes": f"{label}-said"}
            ),
            dcc.Store(id={"type": painting.FIGURE, "name": name}),
            dcc.Store(id={"type": ids.PICK, "name": name}),
            dcc.Store(id={"type": ids.TABLE, "name": name}),
        ],
        className="gas-card gas-plot-card" + (" gas-plot-wide" if plot.wide else ""),
        **{"data-plot": name},
    )


def _save(name: str, form: str, title: str) -> Component:
    return html.Button(
        title, id={"type": ids.SAVE, "name": name, "form": form}, type="button", className="gas-menu-item"
    )


def _stores(job: Job, view: View) -> list[Component]:
    zoom = view.zoom.model_dump(mode="json") if view.zoom else None
    return [
        dcc.Store(id=ids.JOB, data=job.job_id),
        dcc.Store(id=ids.PAGE, data=opaque.new_id()),
        dcc.Store(id=ids.FILTER, data=as_document(view.group)),
        dcc.Store(id=ids.SORT, data=sort_document(view.sorts)),
        dcc.Store(id=ids.ZOOM, data=zoom),
        dcc.Store(id=ids.ROW),
        dcc.Store(id=ids.ADDRESS),
        dcc.Store(id=ids.WENT),
        dcc.Store(id=painting.THEME),
    ]
