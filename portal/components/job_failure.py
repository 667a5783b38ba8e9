"""Why a job failed, and what can be done about it."""

from __future__ import annotations

import re

from dash import dcc, html
from dash.development.base_component import Component

from pipeline.annotation.engines.registry import TITLES
from pipeline.jobs.model import Job
from pipeline.settings import DEFAULT_ENGINE
from pipeline.storage import size_of
from portal.components.job_relatives import USUAL_ENGINE, about_rerun, may_change_engine, may_choose_anew
from portal.components.words import number, with_code


def failure(job: Job) -> html.Section:
    """The sentence says what to do; the line of the file follows unless the sentence names it."""
    error = job.error or {}
    message = str(error.get("message") or "The work stopped without a reason. Try again, or tell your operator.")
    return html.Section(
        [
            html.H2("This file could not be annotated", className="gas-subtitle"),
            html.P(with_code(message), className="gas-failure-sentence"),
            _line(error.get("line"), message),
            html.Div(_ways_on(job), className="gas-failure-actions"),
        ],
        className="gas-card gas-failure",
        role="alert",
    )


def _line(line: int | None, message: str) -> html.P | None:
    if line is None or re.search(rf"\bline {int(line)}\b", message.replace(",", ""), re.IGNORECASE):
        return None
    return html.P(["Line ", html.Strong(number(int(line))), " of the file."])


def _ways_on(job: Job) -> list[Component]:
    anew = choose_anew(job)
    look = "btn-outline-secondary" if anew else "btn-primary"
    upload = dcc.Link("Upload another file", href="/jobs", className=f"btn btn-sm {look}")
    if not (job.error or {}).get("retryable", True):
        return [*anew, upload]
    about = {"data-job": job.job_id, "data-name": job.input_file_name, "data-job-action": "retry"}
    return [
        *anew,
        upload,
        html.Button("Try again", type="button", className="btn btn-sm btn-outline-secondary", **about),
    ]


def choose_anew(job: Job) -> list[Component]:
    """Runs the job again with a choice that does not fail as this one did; nothing where there is none, or where the
    file is gone."""
    if may_choose_anew(job):
        way = ("automatic", "Annotate with the automatic choice", "With the reference that fits the genome build")
    elif may_change_engine(job):
        way = (USUAL_ENGINE, f"Annotate with {TITLES[DEFAULT_ENGINE]}", "With the same reference and sources")
    else:
        return []
    if size_of(job.s3_inputs_bucket, job.s3_key_input_file) is None:
        return []
    versions, label, title = way
    return [
        html.Button(label, type="button", className="btn btn-sm btn-primary", title=title, **about_rerun(job, versions))
    ]
