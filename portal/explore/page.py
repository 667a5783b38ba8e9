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
from portal.components import painting
from portal.explore import bar, drawer, export, ids, table, zoom
from portal.explore.card import card, closed_card
from portal.explore.figures.catalogue import Plot
from portal.explore.view import View, sort_document


def page(
    job: Job,
    view: View,
    plots: Sequence[Plot],
    more: Sequence[Plot],
    columns: Sequence[Column],
    presets: Sequence[Preset],
    frequencies: Sequence[Column] = (),
) -> Component:
    """The page of a result that can be read now. `more` are plots that are drawn when they are opened, `frequencies`
    the columns that the plot of frequencies can be of."""
    choice = _frequency_choice(frequencies)
    return html.Div(
        [
            _head(job),
            bar.bar(presets, export.button()),
            html.Div(id=ids.NOTICE, role="status"),
            html.Section(
                [card(plot, choice if plot.name == "frequencies" else None) for plot in plots],
                id=ids.WALL,
                className="gas-wall",
                tabIndex=-1,
                **{"aria-label": "Plots"},
            ),
            *([_more(more)] if more else []),
            table.section(list(columns), view.sorts),
            drawer.drawer(),
            *bar.dialogs(),
            export.panel(job, list(columns)),
            *_stores(job, view, frequencies),
        ],
        id="explore-page",
        className="gas-explore",
        **{"data-job": job.job_id},
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
        ],
        className="gas-explore-head",
    )


def _more(plots: Sequence[Plot]) -> Component:
    return html.Section(
        [
            html.H2("More plots", className="gas-subtitle", id="more-plots"),
            html.Div([closed_card(plot) for plot in plots], className="gas-more"),
        ],
        **{"aria-labelledby": "more-plots"},
    )


def _frequency_choice(columns: Sequence[Column]) -> Component | None:
    """Which source's frequency is drawn, where there is more than one."""
    if len(columns) < 2:
        return None
    return html.Select(
        [html.Option(column.title, value=column.name, title=column.description) for column in columns],
        className="form-select form-select-sm gas-plot-choice",
        **{"data-frequency": "", "aria-label": "Whose allele frequency"},
    )


def _stores(job: Job, view: View, frequencies: Sequence[Column]) -> list[Component]:
    return [
        dcc.Store(id=ids.JOB, data=job.job_id),
        dcc.Store(id=ids.PAGE, data=opaque.new_id()),
        dcc.Store(id=ids.FILTER, data=as_document(view.group)),
        dcc.Store(id=ids.SORT, data=sort_document(view.sorts)),
        dcc.Store(id=ids.ZOOM, data=zoom.document(view.zoom)),
        dcc.Store(id=ids.FREQUENCY, data=frequencies[0].name if frequencies else None),
        dcc.Store(id=ids.ROW),
        dcc.Store(id=ids.ADDRESS),
        dcc.Store(id=ids.ANSWERED),
        dcc.Store(id=ids.WENT),
        dcc.Store(id=painting.THEME),
    ]
