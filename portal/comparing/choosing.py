"""The choice of the jobs to compare, and what there is instead while there are fewer than two."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from pipeline.jobs.model import Job
from pipeline.results.shared_table import MOST_JOBS
from portal.comparing.parts import about
from portal.components.words import counted

CHOSEN, GO, SAID = "shared-chosen", "shared-go", "shared-said"
MOST_CHOICES = 100
NUMBERS = ("no", "one", "two", "three", "four", "five")


def choice(jobs: Sequence[Job], away: int, chosen: Sequence[str]) -> Component:
    """The jobs to choose from, newest first; the button leads to those that are ticked. `away` are results that are
    not here now."""
    return html.Section(
        [
            dcc.Link("Jobs", href="/jobs", className="gas-back"),
            html.H1("Compare jobs", className="gas-title"),
            *(_chooser(jobs, chosen) if len(jobs) > 1 else _nothing(jobs)),
            html.P(_away(away), className="gas-muted gas-last") if away else None,
        ],
        className="gas-card",
        id="shared-choice",
    )


def _nothing(jobs: Sequence[Job]) -> list[Component]:
    """What to do first. The choice is there all the same, for the callback that listens to it."""
    there = f"so far there is one, {jobs[0].input_file_name}" if jobs else "so far there is none"
    return [
        html.P(
            "A comparison shows which variants jobs share, which each has alone, and what is annotated differently.",
            className="gas-lead",
        ),
        html.P(f"It needs two finished jobs; {there}. Upload another VCF, then come back."),
        html.P(dcc.Link("Upload a VCF", href="/jobs", className="btn btn-primary"), className="gas-last"),
        *_hidden(),
    ]


def _hidden() -> list[Component]:
    return [
        html.Div(
            [dcc.Checklist([], [], id=CHOSEN), html.A("Compare", id=GO, href="/jobs/compare"), html.Span(id=SAID)],
            hidden=True,
        )
    ]


def _chooser(jobs: Sequence[Job], chosen: Sequence[str]) -> list[Component]:
    options = [
        {"label": html.Span([job.input_file_name, html.Span([" · ", *about(job)], className="gas-muted")]),
         "value": job.job_id}
        for job in jobs[:MOST_CHOICES]
    ]  # fmt: skip
    more = len(jobs) - MOST_CHOICES
    return [
        html.P(
            f"Choose two to {NUMBERS[MOST_JOBS]} finished jobs, of the same or of different samples, annotated alike "
            "or not: which variants they share, which each has alone, and what is annotated differently. Both ways of "
            "writing contigs (1, chr1) go together; different genome builds do not.",
            className="gas-lead",
        ),
        html.Label("Jobs to compare", htmlFor=CHOSEN, className="visually-hidden"),
        dcc.Checklist(options, list(chosen), id=CHOSEN, className="gas-choices gas-shared-choices"),
        html.P(f"{counted(more, 'older job')} not listed.", className="gas-muted") if more > 0 else None,
        html.Div(
            [
                # A plain link: the page with the plot is loaded whole, as plots need it.
                html.A("Compare", id=GO, href="/jobs/compare", className="btn btn-primary disabled"),
                html.Span(id=SAID, className="gas-muted", **{"aria-live": "polite"}),
            ],
            className="gas-note-foot gas-shared-foot",
        ),
    ]


def _away(away: int) -> str:
    verb = "is" if away == 1 else "are"
    return f"{counted(away, 'finished job')} {verb} not listed: the files are in the archive, or on their way back."
