"""The table of a user's jobs: its columns, its rows, and what changed since the page last looked."""

from __future__ import annotations

import hashlib
from typing import Any

import dash_ag_grid as dag
from dash import html

from pipeline import clock
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.settings import get_settings
from portal.components.grid import FIT_COLUMNS, formatter, grid
from portal.components.job_steps import current_step
from portal.components.states import NOTHING_ANNOTATED, name_and_look, nothing_annotated
from portal.components.storage_state import is_away, may_be_explored, news_interval_ms

GRID_ID = "jobs-grid"
ROW_HEIGHT = 52  # pixels
HEADER_HEIGHT = 46
PREMIUM = "premium_user"
MAX_ROWS_HIGH = 12  # a longer table scrolls inside
# The columns that a phone shows and their widths there (None: as elsewhere).
ON_PHONES = {"name": None, "state": None, "actions": 52}

Row = dict[str, Any]


def row(job: Job, plan: str) -> Row:
    """What the table knows of a job of somebody with this plan. Times in epoch seconds, sizes in bytes."""
    counts = job.counts
    state_name, look = name_and_look(job)
    ended = job.complete_time if not job.is_active else clock.now_s()
    percent = job.progress.get("percent") if job.job_status == JobStatus.RUNNING else None
    says, (way_on, way_to) = _says(job, plan), _way_on(job, plan)
    return {
        "id": job.job_id,
        "name": job.input_file_name,
        "state": job.job_status.value,
        "state_name": state_name,
        "look": look,
        "percent": percent,
        "says": says,
        "way_on": way_on,
        "way_to": way_to,
        "shown": f"{state_name} {percent} {says} {way_on}",
        "size": job.input_size,
        "records": counts.get("read"),
        "annotated": counts.get("annotated"),
        "submitted": job.submit_time,
        "seconds": max(0, ended - _began(job)) if ended is not None else None,
    }


def _began(job: Job) -> float:
    """When it was submitted; for one that was started again later, when this work began."""
    started = job.steps[0].get("started_at") if job.steps and job.attempt > 1 else None
    return float(started) if started else job.submit_time


def _says(job: Job, plan: str) -> str:
    """One line on how it stands."""
    if job.job_status == JobStatus.FAILED and job.error:
        return str(job.error.get("message", "")).replace("`", "")  # marks of code: a cell holds text alone
    if job.job_status == JobStatus.RUNNING:
        return current_step(job)
    if job.job_status == JobStatus.PENDING:
        return "Starts as soon as there is room"
    if is_away(job) and nothing_annotated(job):
        return NOTHING_ANNOTATED
    if job.job_status == JobStatus.COMPLETED and job.result_storage == StorageState.ARCHIVED and plan == PREMIUM:
        return "Comes back soon"
    return ""


def _way_on(job: Job, plan: str) -> tuple[str, str]:
    """Words and address of a link: to the explorer, or to the plans where a change of plan brings the result back."""
    if may_be_explored(job):
        return "Explore", f"/jobs/{job.job_id}/explore"
    away = job.job_status == JobStatus.COMPLETED and job.result_storage == StorageState.ARCHIVED
    return ("Bring back", "/plans") if away and plan != PREMIUM else ("", "")


def active_ids(jobs: list[Job]) -> list[str]:
    """Ids of the jobs that wait or run."""
    return [job.job_id for job in jobs if job.is_active]


def watched_ids(jobs: list[Job], plan: str) -> list[str]:
    """Ids of the jobs that may still change by themselves, or whose results may move."""
    return [job.job_id for job in jobs if news_interval_ms(job, plan) is not None]


def poll(jobs: list[Job], plan: str) -> dict[str, Any]:
    """How the page's clock goes: as fast as the job that changes most asks for; it stands still where none does."""
    intervals = [found for job in jobs if (found := news_interval_ms(job, plan)) is not None]
    return {"interval": min(intervals, default=get_settings().poll_storage_ms), "disabled": not intervals}


def known(jobs: list[Job], plan: str) -> dict[str, Any]:
    """What the page keeps to ask for news: which jobs were active, which are watched, a digest of which there are."""
    digest = hashlib.sha256(" ".join(sorted(job.job_id for job in jobs)).encode()).hexdigest()
    told = {"active": active_ids(jobs), "watched": watched_ids(jobs, plan), "digest": digest}
    return told | {"can_compare": can_compare(jobs)}


def can_compare(jobs: list[Job]) -> bool:
    """Whether there are two results that can be read now."""
    return sum(job.has_results and job.has_tables for job in jobs) > 1


def changes(jobs: list[Job], plan: str, seen: dict[str, Any] | None) -> list[Row] | None:
    """Rows that may have changed since `seen`; None if jobs came or went and the whole list is needed."""
    if seen is None or seen.get("digest") != known(jobs, plan)["digest"]:
        return None
    watched = {*(seen.get("watched") or []), *watched_ids(jobs, plan)}
    return [row(job, plan) for job in jobs if job.job_id in watched]


def height(count: int) -> str:
    """CSS height of a table of `count` jobs."""
    return f"{min(count, MAX_ROWS_HIGH) * ROW_HEIGHT + HEADER_HEIGHT}px"


def job_grid(jobs: list[Job], plan: str) -> dag.AgGrid:
    """The table itself, with the rows in it from the first paint on."""
    return grid(
        GRID_ID,
        _columns(),
        ROW_HEIGHT,
        {"rowClass": "gas-row-link", "context": {"onPhones": ON_PHONES}},
        rowData=[row(job, plan) for job in jobs],
        getRowId="gasJobRowId(params)",
        defaultColDef={"sortable": True, "resizable": True, "suppressMovable": True},
        eventListeners=FIT_COLUMNS
        | {
            "rowClicked": ["gasOpenJob(params)"],
            "cellKeyDown": ["gasJobKey(params)"],
        },
        style={"height": "100%"},
    )


def _columns() -> list[dict[str, Any]]:
    amount = {"type": "rightAligned", "width": 104, "sortingOrder": ["desc", "asc", None]}
    return [
        {"field": "name", "headerName": "Name", "cellRenderer": "GasJobName", "flex": 2, "minWidth": 104},
        # A cell is drawn anew when its value changes, so the value is all that the cell shows.
        {"colId": "state", "field": "shown", "headerName": "State", "cellRenderer": "GasJobState"}
        | {"flex": 3, "minWidth": 172},
        {"field": "size", "headerName": "Size", "valueFormatter": formatter("gasSize")} | amount,
        {"field": "records", "headerName": "Records", "valueFormatter": formatter("gasInteger")} | amount,
        {"field": "annotated", "headerName": "Annotated", "valueFormatter": formatter("gasInteger")}
        | amount
        | {"width": 120},
        {"field": "submitted", "headerName": "Submitted", "cellRenderer": "GasTime", "width": 148}
        | {"sort": "desc", "sortingOrder": ["desc", "asc"]},
        {"field": "seconds", "headerName": "Took", "valueFormatter": formatter("gasDuration")}
        | amount
        | {"width": 108},
        {"colId": "actions", "headerName": "Delete", "cellRenderer": "GasJobActions", "width": 60}
        | {"sortable": False, "resizable": False, "cellClass": "gas-cell-actions", "headerClass": "gas-header-unseen"},
    ]


def empty(hidden: bool) -> html.Div:
    """Invites somebody who has no job yet."""
    return html.Div(
        [
            html.H3("No jobs yet", className="gas-empty-title"),
            html.P("Drop a VCF above, or press “Try the sample”: its annotated variants are here in seconds."),
        ],
        id="jobs-empty",
        className="gas-empty",
        hidden=hidden,
    )
