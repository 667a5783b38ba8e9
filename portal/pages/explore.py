"""The page on which a result is explored: plots, filters and a table that filter each other."""

from __future__ import annotations

import dash
from botocore.exceptions import BotoCoreError, ClientError
from dash import ClientsideFunction, Input, Output, State, clientside_callback
from dash.dependencies import ALL, MATCH
from dash.development.base_component import Component

from pipeline.errors import GasError, NotFoundError
from pipeline.jobs.store import get_owned
from pipeline.results import blocks, documents
from pipeline.results.columns import described_by
from pipeline.results.filters.presets import presets_for
from pipeline.results.filters.reading import FilterError
from pipeline.results.result_table import table_of
from portal import PRODUCT
from portal.auth.current import current_user
from portal.components import painting, states
from portal.components.frame import message_card
from portal.explore import answer, changes, ids, more, notes_panel, page, rows
from portal.explore.figures.catalogue import available, frequency_choices
from portal.explore.view import View, read_address

dash.register_page(__name__, path_template="/jobs/<job_id>/explore", title=f"Explore · {PRODUCT}")
CALLBACKS = (answer, changes, more, notes_panel, painting, rows)  # imported for the callbacks that they register


def layout(job_id: str | None = None, view: str | None = None, **_: str) -> Component:
    """The page; the same answer for a job of somebody else and for none (C03)."""
    user = current_user()
    try:
        job = get_owned(job_id, user.user_id)
    except (NotFoundError, BotoCoreError, ClientError) as error:
        return states.not_read(error)
    if not job.has_results or not job.has_tables:
        sentence = "Its files are not here now: the job's page says why, and when they are." if job.has_tables else ""
        return message_card(
            "There is nothing to explore",
            sentence or "This job has no table of variants.",
            href=f"/jobs/{job.job_id}",
            link="To the job",
        )
    try:
        table = table_of(job)
        if not blocks.total(job):
            return message_card(
                "No variants", "The file holds no variants, so there is nothing to draw or list.", f"/jobs/{job.job_id}"
            )
        descriptions = described_by(documents.document(job, "manifest"))
        columns = blocks.columns(job, descriptions)
    except GasError as error:
        return message_card("The result cannot be read now", error.message, f"/jobs/{job.job_id}", "To the job")
    try:
        seen, said = read_address(view), None
    except FilterError as error:
        seen, said = View(), error.message
    shown = page.page(
        job,
        seen,
        available(table, job),
        available(table, job, on_demand=True),
        columns,
        presets_for(table, descriptions),
        [column for name in frequency_choices(table, job) for column in columns if column.name == name],
    )
    return [states.notice(said), shown] if said else shown


clientside_callback(
    ClientsideFunction("gas", "pickInPlot"),
    Output({"type": ids.PICK, "name": MATCH}, "data"),
    Input({"type": painting.GRAPH, "name": MATCH}, "clickData"),
    Input({"type": painting.GRAPH, "name": MATCH}, "selectedData"),
    State({"type": painting.FIGURE, "name": MATCH}, "data"),
    prevent_initial_call=True,
)
clientside_callback(ClientsideFunction("gas", "pushView"), Input(ids.ADDRESS, "data"))
clientside_callback(
    ClientsideFunction("gas", "filterChanged"),
    Input(ids.FILTER, "data"),
    Input(ids.ZOOM, "data"),
    Input(ids.FREQUENCY, "data"),
)
clientside_callback(ClientsideFunction("gas", "answered"), Input(ids.ANSWERED, "data"))
clientside_callback(ClientsideFunction("gas", "figuresChanged"), Input({"type": painting.FIGURE, "name": ALL}, "data"))
clientside_callback(
    ClientsideFunction("gas", "savePlot"),
    Input({"type": ids.SAVE, "name": ALL, "form": ALL}, "n_clicks"),
    State({"type": ids.TABLE, "name": ALL}, "data"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("gas", "askAgain"), Input(ids.FILTER, "data"), State(ids.GRID, "id"), prevent_initial_call=True
)
