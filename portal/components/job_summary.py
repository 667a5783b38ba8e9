"""The head of the job page: name and state, what can be done, what went wrong, what was counted."""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from pipeline.accounts.store import User
from pipeline.annotation.alleles import SKIP_SENTENCES
from pipeline.annotation.engines.registry import TITLES
from pipeline.errors import GasError
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from pipeline.reference.bundle import load_bundle
from pipeline.settings import DEFAULT_ENGINE
from portal.components.downloads import main_download
from portal.components.job_failure import failure
from portal.components.job_relatives import kinship, run_again
from portal.components.job_steps import progress, stepper
from portal.components.sample import NOTE_ON_JOB, is_sample
from portal.components.states import badge
from portal.components.storage_state import may_be_explored, storage_notice
from portal.components.words import number, size, time, with_code


def summary(job: Job, user: User) -> list[Component]:
    """Everything that changes while the job runs, and while its result moves to the archive or back."""
    notice = storage_notice(job, user)
    return [
        _head(job),
        *([notice] if notice is not None else []),
        html.Section(
            [part for part in (progress(job), stepper(job)) if part is not None],
            className="gas-card gas-job-steps",
            **{"aria-label": "Progress"},
        ),
        *([failure(job)] if job.job_status == JobStatus.FAILED else []),
        *([_counts(job)] if job.job_status == JobStatus.COMPLETED and job.counts else []),
    ]


def _head(job: Job) -> html.Header:
    return html.Header(
        [
            dcc.Link("Jobs", href="/jobs", className="gas-back"),
            html.Div(
                [
                    html.H1(job.input_file_name, className="gas-title gas-job-name"),
                    html.Span(badge(job), role="status"),
                    html.Div(_actions(job), className="gas-job-actions"),
                ],
                className="gas-job-title",
            ),
            html.P(_facts(job), className="gas-muted gas-job-facts"),
            html.P(NOTE_ON_JOB, className="gas-muted") if is_sample(job) else None,
            _build_evidence(job),
            *kinship(job),
        ],
        className="gas-job-head",
    )


def _actions(job: Job) -> list[Component]:
    cancel = [_button("Cancel", "cancel", _about(job))] if job.is_active else []
    return [
        *_explore(job),
        *main_download(job),
        *cancel,
        *run_again(job),
        _button("Delete", "delete", _about(job), "btn-outline-danger"),
    ]


def _explore(job: Job) -> list[Component]:
    """The way to the plots, filters and table of a result that can be read now."""
    if not may_be_explored(job):
        return []
    return [dcc.Link("Explore", href=f"/jobs/{job.job_id}/explore", className="btn btn-sm btn-primary")]


def _about(job: Job) -> dict[str, str]:
    return {"data-job": job.job_id, "data-name": job.input_file_name}


def _button(label: str, action: str, about: dict[str, str], look: str = "btn-outline-secondary") -> html.Button:
    """`assets/jobs.js` acts on `data-job-action`."""
    return html.Button(label, type="button", className=f"btn btn-sm {look}", **about, **{"data-job-action": action})


def _facts(job: Job) -> list[Any]:
    facts: list[list[Any]] = [["Submitted ", time(job.submit_time)]]
    if job.input_size is not None:
        facts.append([size(job.input_size)])
    if job.bundle_id:
        facts.append([f"Reference: {bundle_name(job.bundle_id)}"])
    if job.engine in TITLES and job.engine != DEFAULT_ENGINE:
        facts.append([f"Engine: {TITLES[job.engine]}"])
    if job.detected_build and job.detected_build.get("title"):
        facts.append([f"Genome build: {job.detected_build['title']}"])
    separated: list[Any] = []
    for fact in facts:
        separated += [*([" · "] if separated else []), *fact]
    return separated


def _build_evidence(job: Job) -> html.Details | None:
    """Why the file is of that build, sentence by sentence."""
    evidence = (job.detected_build or {}).get("evidence") or []
    if not evidence:
        return None
    automatic = (job.detected_build or {}).get("automatic")
    chosen = "The reference was chosen by itself." if automatic else "The reference was chosen by you."
    return html.Details(
        [
            html.Summary("How the genome build was found"),
            html.Ul([html.Li(str(sentence)) for sentence in evidence]),
            html.P(chosen),
        ],
        className="gas-muted gas-job-build",
    )


def bundle_name(bundle_id: str) -> str:
    """Name of a reference bundle; its id where it is no longer installed."""
    try:
        return load_bundle(bundle_id).title
    except GasError:
        return bundle_id


def _counts(job: Job) -> html.Section:
    """Records read = annotated + not annotated, with every reason; alleles beside them."""
    counts = job.counts
    skipped: dict[str, int] = counts.get("skipped") or {}
    tiles = [
        _tile("Records read", counts.get("read")),
        _tile("Annotated", counts.get("annotated")),
        _tile("Not annotated", sum(skipped.values())),
        _tile("Alternate alleles", counts.get("alleles")),
    ]
    return html.Section(
        [
            html.Dl(tiles, className="gas-tiles"),
            _reasons(skipped) if skipped else None,
            html.Ul([html.Li(with_code(str(note))) for note in job.notes], className="gas-notes")
            if job.notes
            else None,
        ],
        className="gas-card",
        **{"aria-label": "Counts"},
    )


def _tile(label: str, value: int | None) -> html.Div:
    return html.Div(
        [html.Dt(label), html.Dd("–" if value is None else number(value), className="gas-number")],
        className="gas-tile",
    )


def _reasons(skipped: dict[str, int]) -> html.Div:
    """Why records were not annotated, most frequent first."""
    ordered = sorted(skipped.items(), key=lambda item: -item[1])
    return html.Div(
        [
            html.H2("Not annotated, and why", className="gas-minor-title"),
            html.Ul(
                [html.Li([html.Strong(number(n)), f": {SKIP_SENTENCES.get(reason, reason)}"]) for reason, n in ordered]
            ),
        ],
        className="gas-reasons",
    )
