"""Two to five jobs side by side: what they share, what each has alone, what they say differently."""

from __future__ import annotations

from typing import Any

import dash
from botocore.exceptions import BotoCoreError, ClientError
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html
from dash.development.base_component import Component

from pipeline.errors import GasError, NotFoundError
from pipeline.jobs.model import Job
from pipeline.jobs.store import get_owned
from pipeline.jobs.submit import list_jobs
from pipeline.results import documents, shared_variants
from pipeline.results.result_table import table_of
from pipeline.results.shared_table import MOST_JOBS
from portal import PRODUCT
from portal.auth.current import current_user
from portal.comparing import choosing, listing, parts, provenance, upset
from portal.components import painting, states
from portal.components.figure_card import card
from portal.components.grid import fit_columns_when_ready
from portal.components.variant_table import span_of

# Before the page of one job, whose template fits this address too.
dash.register_page(__name__, path="/jobs/compare", title=f"Compare jobs · {PRODUCT}", order=0)

WHICH = "shared-which"  # Store: ids of the jobs


def layout(jobs: str | None = None, **_: str) -> Component:
    """The comparison, or the choice of jobs where the address names too few; of jobs of others it knows none (C03)."""
    user = current_user()
    named = list(dict.fromkeys(part for part in (jobs or "").split(",") if part))[: MOST_JOBS + 1]
    try:
        if len(named) < 2:
            return _choice(user.user_id, named)
        chosen = [get_owned(job_id, user.user_id) for job_id in named]
    except (NotFoundError, BotoCoreError, ClientError) as error:
        return states.not_read(error)
    return html.Div(
        [
            parts.head(chosen[:MOST_JOBS]),
            html.Div(states.loading("what they share"), id="shared-result", className="gas-gene"),
            dcc.Store(id=WHICH, data=[job.job_id for job in chosen]),
            dcc.Store(id=painting.THEME),
        ],
        id="shared-page",
        className="gas-job",
    )


def _choice(user_id: str, named: list[str]) -> Component:
    finished = [job for job in list_jobs(user_id) if job.has_tables]
    here = [job for job in finished if job.has_results]
    known = {job.job_id for job in here}
    return choosing.choice(here, len(finished) - len(here), [job_id for job_id in named if job_id in known])


def _owned(which: object) -> list[Job]:
    """All of the jobs, each the reader's own, whatever the browser sent (C03)."""
    user = current_user()
    named = which if isinstance(which, list) and len(which) <= MOST_JOBS + 1 else [None]
    return [get_owned(job_id, user.user_id) for job_id in named]


@callback(Output("shared-result", "children"), Input(WHICH, "data"))
def show(which: object) -> Component | list[Component]:
    """Counts, differences, and the table, still without rows."""
    try:
        jobs = _owned(which)
        found = shared_variants.compare(jobs)
    except GasError as error:
        return states.notice(error.message)
    plot = card(upset.UpSet(), upset.drawn(found, [job.input_file_name for job in jobs]))
    manifests = [documents.document(job, "manifest") for job in jobs]
    samples = [table_of(job).samples for job in jobs]
    shown = [plot, parts.discordant(found, provenance.differing(manifests))]
    if found.variants:
        shown.append(listing.table(found, [job.job_id for job in jobs]))
    return [*shown, provenance.section(found.totals, samples, manifests)]


@callback(
    Output(listing.GRID, "getRowsResponse"),
    Output(listing.NOTICE, "children"),
    Input(listing.GRID, "getRowsRequest"),
    State(WHICH, "data"),
    State(listing.WHO, "value"),
    State(listing.WHAT, "value"),
    prevent_initial_call=True,
)
def show_rows(request: dict[str, Any] | None, which: object, who: object, what: object) -> tuple[Any, ...]:
    """One block of variants; a sentence instead of rows where they cannot be read."""
    start, count = span_of(request or {})
    members = int(who) if isinstance(who, str) and who.isdecimal() and len(who) < 4 else None
    differs = what if isinstance(what, str) and what != listing.ALL else None
    try:
        jobs = _owned(which)
        block = shared_variants.read(jobs, start, count, members, differs)
    except GasError as error:
        return {"rowData": [], "rowCount": 0}, states.notice(error.message)
    said = [] if block.total else states.notice("There is no such variant in these jobs.", tone="info")
    return {
        "rowData": [listing.row(row, [job.job_id for job in jobs]) for row in block.rows],
        "rowCount": block.total,
    }, said


@callback(
    Output(choosing.GO, "href"),
    Output(choosing.GO, "className"),
    Output(choosing.SAID, "children"),
    Input(choosing.CHOSEN, "value"),
)
def lead(chosen: object) -> tuple[str, str, str]:
    """The address of the comparison of what is ticked; what is missing to it."""
    current_user()
    ticked = [job_id for job_id in chosen if isinstance(job_id, str)] if isinstance(chosen, list) else []
    if 2 <= len(ticked) <= MOST_JOBS:
        return f"/jobs/compare?jobs={','.join(ticked)}", "btn btn-primary", f"{len(ticked)} chosen"
    wanted = f"at most {MOST_JOBS}" if len(ticked) > MOST_JOBS else "two or more"
    return "/jobs/compare", "btn btn-primary disabled", f"{len(ticked)} chosen; choose {wanted}"


clientside_callback(
    ClientsideFunction("gas", "askAgain"),
    Input(listing.WHO, "value"),
    Input(listing.WHAT, "value"),
    State(listing.GRID, "id"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("gas", "listAddress"),
    Output(listing.DOWNLOAD, "href"),
    Input(listing.WHO, "value"),
    Input(listing.WHAT, "value"),
    State(listing.ADDRESS, "data"),
    prevent_initial_call=True,
)
# A click on a set of the plot chooses it for the table; the chosen one stands out.
clientside_callback(
    ClientsideFunction("gas", "pickSet"),
    Output(listing.WHO, "value"),
    Input({"type": painting.GRAPH, "name": upset.NAME}, "clickData"),
    State(listing.WHO, "options"),
    State(listing.WHO, "value"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("gas", "markSet"),
    Output({"type": painting.FIGURE, "name": upset.NAME}, "data"),
    Input(listing.WHO, "value"),
    State(listing.WHO, "options"),
    State({"type": painting.FIGURE, "name": upset.NAME}, "data"),
    prevent_initial_call=True,
)
fit_columns_when_ready(listing.GRID)
