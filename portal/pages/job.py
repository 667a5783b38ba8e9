"""The page of one job: its steps while it runs; its counts, plots, variants, files and log when it is done; what is
left of them to see while its files are in the archive."""

from __future__ import annotations

from typing import Any

import dash
from botocore.exceptions import BotoCoreError, ClientError
from dash import Input, Output, State, callback, dcc, html, no_update
from dash.development.base_component import Component

from pipeline.accounts.store import User
from pipeline.errors import GasError, NotFoundError
from pipeline.jobs.model import Job
from pipeline.jobs.store import get_owned
from pipeline.results import blocks, documents
from pipeline.results.columns import described_by
from pipeline.settings import get_settings
from portal.auth.current import current_user
from portal.components import (
    delete_dialog,
    downloads,
    job_plots,
    job_summary,
    original_result,
    painting,
    provenance,
    states,
    storage_state,
    variant_table,
)
from portal.components.frame import PRODUCT
from portal.components.grid import fit_columns_when_ready

dash.register_page(__name__, path_template="/jobs/<job_id>", title=f"Job · {PRODUCT}")

JOB, POLL, REFRESH, SEEN = "job-id", "job-poll", "job-refresh", "job-seen"


def layout(job_id: str | None = None, **_: str) -> Component:
    """The page as the job stands; the same answer for a job of somebody else and for none (C03)."""
    user = current_user()
    try:
        job = get_owned(job_id, user.user_id)
    except (NotFoundError, BotoCoreError, ClientError) as error:
        return states.not_read(error)
    return html.Div(
        [
            html.Div(job_summary.summary(job, user), id="job-summary"),
            html.Div(_results(job), id="job-results"),
            delete_dialog.dialog(),
            dcc.Store(id=JOB, data=job.job_id),
            dcc.Store(id=SEEN, data=_version(job)),
            dcc.Store(id=REFRESH),
            dcc.Store(id=painting.THEME),
            dcc.Interval(id=POLL, **_poll(job, user)),
        ],
        id="job-page",
        className="gas-job",
    )


def _poll(job: Job, user: User) -> dict[str, Any]:
    """How the page's clock goes: fast while the job runs, slowly while its result may move, else not at all."""
    interval = storage_state.news_interval_ms(job, user.plan)
    return {"interval": interval or get_settings().poll_storage_ms, "disabled": interval is None}


def _version(job: Job) -> str:
    """Changes when the page has to show other results."""
    shown = "AWAY" if storage_state.is_away(job) else job.result_storage
    return f"{job.job_status}/{shown}/{job.attempt}"


def _results(job: Job) -> list[Component]:
    """Places for what is read from the result's files; filled by callbacks of their own when they appear.

    While the files are away there is neither a link to them nor a table over them (C26).
    """
    if not documents.are_readable(job):
        return []
    if not job.has_tables:
        return original_result.section(job)
    filled_when_it_appears = dcc.Store(id="job-result", data=_version(job))
    plots = html.Div(states.loading("the plots"), id="job-figures", className="gas-figures")
    if not job.has_results:
        return [filled_when_it_appears, plots, html.Div(html.Div(id="job-documents"), className="gas-files")]
    return [
        filled_when_it_appears,
        plots,
        html.Div(states.loading("the variants"), id="job-variants"),
        html.Div([downloads.downloads(job), html.Div(id="job-documents")], className="gas-files"),
    ]


def _owned(job_id: object) -> Job:
    return get_owned(job_id, current_user().user_id)


@callback(
    Output("job-summary", "children"),
    Output("job-results", "children"),
    Output(POLL, "interval"),
    Output(POLL, "disabled"),
    Output(SEEN, "data"),
    Input(POLL, "n_intervals"),
    Input(REFRESH, "data"),
    State(JOB, "data"),
    State(SEEN, "data"),
    prevent_initial_call=True,
)
def news(_ticks: int | None, _refresh: Any, job_id: str, seen: str | None) -> tuple[Any, ...]:
    """The head of the page as the job stands now; the results too when they came, or went: links go with the very
    answer that says why."""
    user = current_user()
    try:
        job = get_owned(job_id, user.user_id)
    except NotFoundError:  # deleted in another window
        return states.no_such_job(), [], no_update, True, None
    version = _version(job)
    results = no_update if version == seen else _results(job)
    poll = _poll(job, user)
    return job_summary.summary(job, user), results, poll["interval"], poll["disabled"], version


@callback(Output("job-figures", "children"), Input("job-result", "data"), State(JOB, "data"))
def show_figures(_version: str, job_id: str) -> Component | list[Component]:
    """The plots: of the tables, or of the summary while those are away."""
    try:
        job = _owned(job_id)
    except NotFoundError as error:
        return states.notice(error.message)
    try:
        return job_plots.plots(job)
    except GasError as error:
        return downloads.instead(job, "summary", error)


@callback(Output("job-variants", "children"), Input("job-result", "data"), State(JOB, "data"))
def show_variants(_version: str, job_id: str) -> Component:
    """The table, still without rows: it asks for them itself."""
    try:
        job = _owned(job_id)
        if not blocks.total(job):
            return states.notice("The file holds no variants, so there is nothing to draw or list.", tone="info")
        descriptions = described_by(documents.document(job, "manifest"))
        return variant_table.variant_section(blocks.columns(job, descriptions), blocks.total(job))
    except GasError as error:
        return states.notice(error.message)


@callback(
    Output(variant_table.GRID_ID, "getRowsResponse"),
    Output("variants-notice", "children"),
    Output("variants-notice", "hidden"),
    Input(variant_table.GRID_ID, "getRowsRequest"),
    State(JOB, "data"),
    prevent_initial_call=True,
)
def show_rows(request: dict[str, Any] | None, job_id: str) -> tuple[Any, ...]:
    """One block of rows; a sentence instead of rows where they cannot be read."""
    user_job = _owned_or_none(job_id)
    if user_job is None or not request:
        return {"rowData": [], "rowCount": 0}, "This job was deleted.", False
    start, count = variant_table.span_of(request)
    try:
        block = blocks.read(user_job, start, count, variant_table.sorts_of(request))
    except GasError as error:
        return {"rowData": [], "rowCount": 0}, error.message, False
    return {"rowData": block.rows, "rowCount": block.total}, "", True


def _owned_or_none(job_id: object) -> Job | None:
    try:
        return _owned(job_id)
    except NotFoundError:
        return None


@callback(Output("job-documents", "children"), Input("job-result", "data"), State(JOB, "data"))
def show_documents(_version: str, job_id: str) -> list[Component]:
    """The summary log, and how the result was made; where one cannot be shown, the other is."""
    try:
        job = _owned(job_id)
    except NotFoundError as error:
        return [states.notice(error.message)]
    return [part(job) for role, part in DOCUMENTS.items() if role in job.outputs]


def _log(job: Job) -> Component:
    try:
        return provenance.log_section(documents.log_view(job))
    except GasError as error:
        return states.notice(error.message)


def _manifest(job: Job) -> Component:
    try:
        return provenance.provenance_section(documents.document(job, "manifest"))
    except GasError as error:
        return downloads.instead(job, "manifest", error)


DOCUMENTS = {"log": _log, "manifest": _manifest}


fit_columns_when_ready(variant_table.GRID_ID)
