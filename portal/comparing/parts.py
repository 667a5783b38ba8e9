"""What the page of several jobs says above its table: who is who, and what they say differently."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from pipeline.jobs.model import Job
from pipeline.results.shared_variants import ANY, Shared
from portal.comparing.upset import LETTERS
from portal.components.words import counted, number, time

TITLES = {"gene": "Gene", "consequence": "Consequence", "clinvar": "ClinVar class", ANY: "Any of them"}


def head(jobs: Sequence[Job]) -> Component:
    """Which letter stands for which job."""
    items = [
        html.Li(
            [
                html.Strong(LETTERS[n], className="gas-letter"),
                dcc.Link(job.input_file_name, href=f"/jobs/{job.job_id}"),
                html.Span([" · ", *about(job)], className="gas-muted"),
            ]
        )
        for n, job in enumerate(jobs)
    ]
    return html.Header(
        [
            dcc.Link("Choose other jobs", href="/jobs/compare", className="gas-back"),
            html.H1("Compare jobs", className="gas-title"),
            html.Ul(items, className="gas-letters"),
        ],
        className="gas-job-head",
    )


def about(job: Job) -> list[Any]:
    """What tells a job from others of the same name: its variants, its reference, when it was submitted."""
    alleles = job.counts.get("alleles")
    told = [counted(alleles, "variant") if alleles is not None else "", job.bundle_id or "no reference"]
    return [" · ".join(text for text in told if text), " · ", time(job.submit_time)]


def discordant(found: Shared, other_versions: Sequence[str]) -> Component:
    """How many of the shared variants are annotated differently, and in what; `other_versions` may be why."""
    compared = [TITLES[name] if name == "clinvar" else TITLES[name].lower() for name in found.compared]
    if not found.shared:
        sentence: Any = "No variant is in two of these jobs, so there is nothing that they could tell differently."
    elif not compared:
        sentence = "No two of these jobs are annotated with a gene, a consequence or a ClinVar class."
    elif not found.discordant[ANY]:
        sentence = f"All {number(found.shared)} shared variants have the same {listed(compared)}."
    else:
        told = ", ".join(
            f"{word} {number(found.discordant[name])}" for name, word in zip(found.compared, compared, strict=True)
        )
        sentence = [
            html.Strong(counted(found.discordant[ANY], "variant")),
            f" of {number(found.shared)} shared ones are annotated differently: {told}.",
        ]
    made = "Not all of these jobs were made with the same versions, which are listed at the end: "
    return html.Section(
        [
            html.H2("Annotated differently", className="gas-subtitle"),
            html.P(sentence, className="gas-last" if not other_versions else None),
            html.P(f"{made}{listed(other_versions)}.", className="gas-muted gas-last") if other_versions else None,
        ],
        className="gas-card",
        id="shared-discordant",
    )


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
