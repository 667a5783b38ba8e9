"""What a page says about a job's state, and when something is empty, missing, loading or out of reach."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from dash import dcc, html

from pipeline import logs
from pipeline.errors import NotFoundError
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from portal.components import storage_state

log = logs.get_logger()

STATE_NAMES: dict[JobStatus, str] = {
    JobStatus.PENDING: "Waiting",
    JobStatus.RUNNING: "Running",
    JobStatus.COMPLETED: "Completed",
    JobStatus.FAILED: "Failed",
    JobStatus.CANCELLED: "Cancelled",
}


NOTHING_ANNOTATED = "Nothing annotated"


def nothing_annotated(job: Job) -> bool:
    """True for a finished job that holds records of which the reference knows none."""
    counts = job.counts
    return job.job_status == JobStatus.COMPLETED and bool(counts.get("read")) and not counts.get("annotated")


def name_and_look(job: Job) -> tuple[str, str]:
    """The state as a word, and the class that colours it; success only where something was annotated."""
    if storage_state.is_away(job):
        return storage_state.STATE_NAMES[job.result_storage]
    if nothing_annotated(job):
        return NOTHING_ANNOTATED, "nothing"
    return STATE_NAMES[job.job_status], job.job_status.lower()


def badge(job: Job) -> html.Span:
    """The state as a word in its colour."""
    name, look = name_and_look(job)
    return html.Span(name, className=f"gas-state gas-state-{look}")


def notice(sentence: str | list[Any], *, tone: str = "danger") -> html.Div:
    """A sentence (with links in it, perhaps) in a box; `tone` is `danger`, `warning` or `info`."""
    return html.Div(sentence, className=f"gas-note gas-note-{tone}", role="status")


def loading(what: str) -> html.Div:
    """Takes the place of something that is being fetched."""
    return html.Div(html.Span(f"Loading {what} …"), className="gas-loading", role="status")


def out_of_reach() -> html.Section:
    """A page that could not be read from the store; reloading is all that helps."""
    return html.Section(
        [
            html.H1("The service cannot be reached just now", className="gas-title"),
            html.P("Nothing is lost. Try again in a minute.", className="gas-lead"),
            # A plain link, not one of Dash's: the browser loads the page anew.
            html.A("Try again", href="", className="btn btn-primary"),
        ],
        className="gas-card gas-message",
    )


def not_read(error: NotFoundError | BotoCoreError | ClientError) -> html.Section:
    """What a page of a job says where the job could not be read."""
    if isinstance(error, NotFoundError):
        return no_such_job()
    log.error("job_not_read", error=type(error).__name__)
    return out_of_reach()


def no_such_job() -> html.Section:
    """The same words for a job of somebody else, a deleted one and one that never was (C03)."""
    return html.Section(
        [
            html.H1("There is no such job", className="gas-title"),
            html.P("It may have been deleted, or it belongs to another account.", className="gas-lead"),
            dcc.Link("Back to your jobs", href="/jobs", className="btn btn-primary"),
        ],
        className="gas-card gas-message",
    )
