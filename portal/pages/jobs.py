"""The jobs page: the upload box, and below it the table of the user's jobs."""

from __future__ import annotations

from typing import Any

import dash
from botocore.exceptions import BotoCoreError, ClientError
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc, html, no_update
from dash.development.base_component import Component

from pipeline import logs
from pipeline.accounts.store import User
from pipeline.errors import NotFoundError
from pipeline.jobs.model import Job
from pipeline.jobs.store import get_owned
from pipeline.jobs.submit import list_jobs
from portal.auth.current import current_user
from portal.components import delete_dialog, job_table, states
from portal.components.frame import PRODUCT
from portal.components.grid import fit_columns_when_ready
from portal.components.upload_box import upload_box
from portal.components.words import counted

log = logs.get_logger()
dash.register_page(__name__, path="/jobs", title=f"Jobs · {PRODUCT}")

# While jobs run or results move, their records are read at every tick, and the whole list (other windows add jobs)
# now and then.
WHOLE_LOOK_EVERY = 10
WATCHED_AT_MOST = 20

POLL, REFRESH, KNOWN = "jobs-poll", "jobs-refresh", "jobs-known"
COMPARE = "jobs-compare"  # the way to the comparison: there once two results can be compared


def layout(**_: str) -> Component:
    """The whole page, rows included: nothing more has to be asked for."""
    user = current_user()
    try:
        jobs = list_jobs(user.user_id)
    except (BotoCoreError, ClientError) as error:
        log.error("jobs_not_listed", error=type(error).__name__)
        return states.out_of_reach()
    return html.Div(
        [
            html.H1("Jobs", className="visually-hidden"),
            upload_box(),
            _table(jobs, user.plan),
            delete_dialog.dialog(),
            dcc.Store(id=REFRESH),
            dcc.Store(id=KNOWN, data=job_table.known(jobs, user.plan)),
            dcc.Interval(id=POLL, **job_table.poll(jobs, user.plan)),
        ],
        className="gas-jobs",
    )


def _table(jobs: list[Job], plan: str) -> Component:
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Your jobs", className="gas-section-title"),
                    html.Span(_count(jobs), id="jobs-count", className="gas-muted", role="status"),
                    html.Span(
                        dcc.Link("Compare jobs", href="/jobs/compare"),
                        id=COMPARE,
                        hidden=not job_table.can_compare(jobs),
                        className="gas-compare-link",
                    ),
                ],
                className="gas-section-head",
            ),
            job_table.empty(hidden=bool(jobs)),
            html.Div(
                job_table.job_grid(jobs, plan),
                id="jobs-table",
                className="gas-card gas-table",
                style=_table_style(jobs),
            ),
        ],
        **{"aria-label": "Your jobs"},
    )


def _count(jobs: list[Job]) -> str:
    active = len(job_table.active_ids(jobs))
    total = counted(len(jobs), "job") if jobs else ""
    return f"{total}, {active:,} in progress" if active else total


def _table_style(jobs: list[Job]) -> dict[str, str]:
    return {"height": job_table.height(len(jobs))} if jobs else {"display": "none"}


@callback(
    Output(job_table.GRID_ID, "rowData"),
    Output(job_table.GRID_ID, "rowTransaction"),
    Output("jobs-table", "style"),
    Output("jobs-empty", "hidden"),
    Output("jobs-count", "children"),
    Output(POLL, "interval"),
    Output(POLL, "disabled"),
    Output(KNOWN, "data"),
    Input(POLL, "n_intervals"),
    Input(REFRESH, "data"),
    State(KNOWN, "data"),
    prevent_initial_call=True,
)
def news(ticks: int | None, _refresh: Any, seen: dict[str, Any] | None) -> tuple[Any, ...]:
    """What changed: a few rows while jobs run or results move, the whole list when one came, went or ended."""
    user = current_user()
    if ctx.triggered_id == POLL and (ticks or 0) % WHOLE_LOOK_EVERY:
        watched = _still_watched(user, seen)
        if watched:
            return (no_update, {"update": [job_table.row(job, user.plan) for job in watched]}, *[no_update] * 6)
    jobs = list_jobs(user.user_id)
    changed = job_table.changes(jobs, user.plan, seen)
    if changed is None:
        rows: tuple[Any, Any] = ([job_table.row(job, user.plan) for job in jobs], no_update)
    else:
        rows = (no_update, {"update": changed} if changed else no_update)
    poll = job_table.poll(jobs, user.plan)
    table = (_table_style(jobs), bool(jobs), _count(jobs))
    return (*rows, *table, poll["interval"], poll["disabled"], job_table.known(jobs, user.plan))


def _still_watched(user: User, seen: dict[str, Any] | None) -> list[Job]:
    """The jobs that the page watches, if they are few and none of them came to its end; else none of them.

    Somebody with thousands of jobs is not read from end to end every second while one of them runs.
    """
    seen = seen or {}
    watched = seen.get("watched") or []
    if len(watched) > WATCHED_AT_MOST:
        return []
    try:
        jobs = [get_owned(job_id, user.user_id) for job_id in watched]
    except NotFoundError:
        return []
    ended = set(seen.get("active") or []) - set(job_table.active_ids(jobs))
    return jobs if not ended and len(job_table.watched_ids(jobs, user.plan)) == len(jobs) else []


clientside_callback(
    ClientsideFunction("gas", "offerComparison"),
    Output(COMPARE, "hidden"),
    Input(KNOWN, "data"),
    prevent_initial_call=True,
)
fit_columns_when_ready(job_table.GRID_ID)
