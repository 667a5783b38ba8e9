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
from pipeline.results import shared_variants
from pipeline.results.shared_table import MOST_JOBS
from portal import PRODUCT
from portal.auth.current import current_user
from portal.comparing import parts, upset
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
            return parts.choice(_choices(user.user_id), named)
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


def _choices(user_id: str) -> list[Job]:
    return [job for job in list_jobs(user_id) if job.has_results and job.has_tables]


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
    return [plot, parts.discordant(found), *([parts.table(found, len(jobs))] if found.variants else [])]


@callback(
    Output(parts.GRID, "getRowsResponse"),
    Output(parts.NOTICE, "children"),
    Input(parts.GRID, "getRowsRequest"),
    State(WHICH, "data"),
    State(parts.WHO, "value"),
    State(parts.WHAT, "value"),
    prevent_initial_call=True,
)
def show_rows(request: dict[str, Any] | None, which: object, who: object, what: object) -> tuple[Any, ...]:
    """One block of variants; a sentence instead of rows where they cannot be read."""
    start, count = span_of(request or {})
    members = int(who) if isinstance(who, str) and who.isdecimal() and len(who) < 4 else None
    differs = what if isinstance(what, str) and what != parts.ALL else None
    try:
        jobs = _owned(which)
        block = shared_variants.read(jobs, start, count, members, differs)
    except GasError as error:
        return {"rowData": [], "rowCount": 0}, states.notice(error.message)
    said = [] if block.total else states.notice("There is no such variant in these jobs.", tone="info")
    return {"rowData": [parts.row(row, len(jobs)) for row in block.rows], "rowCount": block.total}, said


@callback(
    Output(parts.GO, "href"),
    Output(parts.GO, "className"),
    Output(parts.SAID, "children"),
    Input(parts.CHOSEN, "value"),
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
    Input(parts.WHO, "value"),
    State(parts.GRID, "id"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("gas", "askAgain"),
    Input(parts.WHAT, "value"),
    State(parts.GRID, "id"),
    prevent_initial_call=True,
)
fit_columns_when_ready(parts.GRID)
