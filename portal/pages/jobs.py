"""The jobs page: the upload box, and below it the table of the user's jobs."""

from __future__ import annotations

from typing import Any

import dash
from botocore.exceptions import BotoCoreError, ClientError
from dash import Input, Output, State, callback, ctx, dcc, html, no_update
from dash.development.base_component import Component

from pipeline import logs
from pipeline.errors import NotFoundError
from pipeline.jobs.model import Job
from pipeline.jobs.store import get_owned
from pipeline.jobs.submit import list_jobs
from pipeline.settings import get_settings
from portal.auth.current import current_user
from portal.components import delete_dialog, job_table, states
from portal.components.frame import PRODUCT
from portal.components.grid import fit_columns_when_ready
from portal.components.upload_box import upload_box
from portal.components.words import counted

log = logs.get_logger()
dash.register_page(__name__, path="/jobs", title=f"Jobs · {PRODUCT}")

# While jobs run, their records are read at every tick, and the whole list (other windows add jobs) now and then.
WHOLE_LOOK_EVERY = 10
WATCHED_AT_MOST = 20

POLL, REFRESH, KNOWN = "jobs-poll", "jobs-refresh", "jobs-known"


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
            _table(jobs),
            delete_dialog.dialog(),
            dcc.Store(id=REFRESH),
            dcc.Store(id=KNOWN, data=job_table.known(jobs)),
            dcc.Interval(id=POLL, interval=get_settings().poll_active_ms, disabled=not job_table.active_ids(jobs)),
        ],
        className="gas-jobs",
    )


def _table(jobs: list[Job]) -> Component:
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Your jobs", className="gas-section-title"),
                    html.Span(_count(jobs), id="jobs-count", className="gas-muted", role="status"),
                ],
                className="gas-section-head",
            ),
            job_table.empty(hidden=bool(jobs)),
            html.Div(
                job_table.job_grid(jobs), id="jobs-table", className="gas-card gas-table", style=_table_style(jobs)
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
    Output(POLL, "disabled"),
    Output(KNOWN, "data"),
    Input(POLL, "n_intervals"),
    Input(REFRESH, "data"),
    State(KNOWN, "data"),
    prevent_initial_call=True,
)
def news(ticks: int | None, _refresh: Any, seen: dict[str, Any] | None) -> tuple[Any, ...]:
    """What changed: a few rows while jobs run, the whole list when one came, went or ended."""
    user = current_user()
    if ctx.triggered_id == POLL and (ticks or 0) % WHOLE_LOOK_EVERY:
        running = _still_running(user.user_id, seen)
        if running:
            return (no_update, {"update": [job_table.row(job) for job in running]}, *[no_update] * 5)
    jobs = list_jobs(user.user_id)
    changed = job_table.changes(jobs, seen)
    if changed is None:
        rows: tuple[Any, Any] = ([job_table.row(job) for job in jobs], no_update)
    else:
        rows = (no_update, {"update": changed} if changed else no_update)
    idle = not job_table.active_ids(jobs)
    return (*rows, _table_style(jobs), bool(jobs), _count(jobs), idle, job_table.known(jobs))


def _still_running(user_id: str, seen: dict[str, Any] | None) -> list[Job]:
    """The jobs that the page believes active, if they are few and all of them still are; else none of them.

    Somebody with thousands of jobs is not read from end to end every second while one of them runs.
    """
    watched = (seen or {}).get("active") or []
    if len(watched) > WATCHED_AT_MOST:
        return []
    try:
        jobs = [get_owned(job_id, user_id) for job_id in watched]
    except NotFoundError:
        return []
    return jobs if all(job.is_active for job in jobs) else []


fit_columns_when_ready(job_table.GRID_ID)
