"""What a job is a rerun of, its reruns, and the ways to run it again and to compare it (C45)."""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from pipeline.annotation.engines.registry import TITLES
from pipeline.jobs.model import Job
from pipeline.jobs.relatives import has_comparable, relatives
from pipeline.jobs.states import JobStatus
from pipeline.settings import DEFAULT_ENGINE
from portal.components.storage_state import is_away
from portal.components.words import counted, time

AGAIN = "rerun"
WRONG_BUILD = "wrong_build"
USUAL_ENGINE = "usual_engine"
ENGINE_GONE = frozenset({"engine_not_installed", "vep_cache_damaged", "bad_vep_cache"})


def run_again(job: Job) -> list[Component]:
    """A menu of the ways to run a finished job again; a button where there are no versions to repeat."""
    if job.has_results and job.has_tables:
        choices = [
            _item(job, "same", "With the same versions", "Engine, reference, sources as they were"),
            _item(job, "today", "With today's versions", "What is installed now"),
        ]
        if job.engine != DEFAULT_ENGINE:
            choices.append(_item(job, USUAL_ENGINE, f"With {TITLES[DEFAULT_ENGINE]}", "Same reference, other engine"))
        summary = html.Summary("Run again", className="btn btn-sm btn-outline-secondary")
        return [html.Details([summary, html.Div(choices, className="gas-menu-panel")], className="gas-menu gas-again")]
    if is_away(job):  # the uploaded file stays; the versions of this result can be repeated when it is back
        return [_again(job)]
    if may_choose_anew(job) or may_change_engine(job):
        return []  # the card of the failure has the button: with the same choice it would fail again
    failed_for_good = job.job_status == JobStatus.FAILED and not (job.error or {}).get("retryable", True)
    of_an_original_system = job.job_status == JobStatus.COMPLETED and not job.has_tables
    if failed_for_good or of_an_original_system or job.job_status == JobStatus.CANCELLED:
        return [_again(job)]
    return []


def _again(job: Job) -> html.Button:
    return html.Button("Run again", type="button", className="btn btn-sm btn-outline-secondary", **about_rerun(job))


def may_choose_anew(job: Job) -> bool:
    """True where the job failed by the reference that its owner chose: the automatic choice is left to try."""
    failed = job.job_status == JobStatus.FAILED and (job.error or {}).get("code") == WRONG_BUILD
    return failed and job.bundle_id is not None


def may_change_engine(job: Job) -> bool:
    """True where the job failed as its engine, not the usual one, is not or not wholly installed any more."""
    failed = job.job_status == JobStatus.FAILED and (job.error or {}).get("code") in ENGINE_GONE
    return failed and job.engine != DEFAULT_ENGINE


def about_rerun(job: Job, versions: str = "today") -> dict[str, Any]:
    """What `assets/jobs.js` reads off a button that runs the job again."""
    return {"data-job": job.job_id, "data-job-action": AGAIN, "data-versions": versions}


def _item(job: Job, versions: str, label: str, detail: str) -> html.Button:
    return html.Button(
        [html.Span(label), html.Span(detail, className="gas-muted gas-menu-detail")],
        type="button",
        className="gas-menu-item",
        **about_rerun(job, versions),
    )


def kinship(job: Job) -> list[Component]:
    """Lines that lead to what the job repeats and to what repeats it, each with what changed between the two."""
    found = relatives(job)
    lines = []
    if job.rerun_of:
        lines.append(_of_origin(job, found.origin))
    for other in found.reruns:
        lines.append(
            html.P(["Run again on ", time(other.submit_time), ": ", _link("that job", other), *_changes(job, other)])
        )
    if found.not_shown:
        lines.append(html.P(f"and {counted(found.not_shown, 'older rerun')}; the list of jobs has them all."))
    if job.has_results and has_comparable(job, found):
        lines.append(html.P(dcc.Link("Compare with another job of the same file", href=f"/jobs/{job.job_id}/compare")))
    return [html.Div(lines, className="gas-muted gas-kinship")] if lines else []


def _of_origin(job: Job, origin: Job | None) -> html.P:
    if origin is None:
        return html.P("This is a rerun of a job that was deleted.")
    return html.P(
        ["This is a rerun of ", _link("the job of ", origin, time(origin.submit_time)), *_changes(origin, job)]
    )


def _link(text: str, job: Job, *more: Component) -> dcc.Link:
    return dcc.Link([text, *more], href=f"/jobs/{job.job_id}")


def _changes(old: Job, new: Job) -> list[Any]:
    if not (old.has_results and new.has_results):
        return []
    return [" · ", dcc.Link("What changed", href=f"/jobs/{old.job_id}/compare/{new.job_id}")]
