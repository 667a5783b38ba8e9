"""What the page of several jobs shows: who is who, what they say differently, the table, the choice of jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_ag_grid as dag
from dash import dcc, html
from dash.development.base_component import Component

from pipeline.jobs.model import Job
from pipeline.results.shared_table import DIFFERING, MOST_JOBS
from pipeline.results.shared_variants import ANY, Shared
from portal.comparing.upset import LETTERS, of_whom
from portal.components.grid import formatter, grid_of_blocks
from portal.components.words import counted, number, time

GRID, WHO, WHAT, NOTICE = "shared-grid", "shared-who", "shared-what", "shared-notice"
CHOSEN, GO, SAID = "shared-chosen", "shared-go", "shared-said"
ALL = "all"
MOST_CHOICES = 100
TITLES = {"gene": "Gene", "consequence": "Consequence", "clinvar": "ClinVar class", ANY: "Any of them"}
COLUMNS: tuple[tuple[str, str, int, dict[str, Any]], ...] = (
    ("chrom", "Contig", 84, {"minWidth": 56}),
    ("pos", "Position", 118, {"type": "rightAligned", "valueFormatter": formatter("gasInteger")}),
    ("ref", "Ref", 80, {"cellClass": "gas-mono"}),
    ("alt", "Alt", 80, {"cellClass": "gas-mono"}),
    ("who", "In jobs", 96, {}),
    ("gene", "Gene", 150, {}),
    ("consequence", "Consequence", 300, {"flex": 1, "minWidth": 130}),
    ("clinvar", "ClinVar class", 240, {"flex": 1, "minWidth": 100}),
)
ON_PHONES = {"chrom": 58, "pos": 112, "who": 80, "consequence": 150}


def head(jobs: Sequence[Job]) -> Component:
    """Which letter stands for which job."""
    items = [
        html.Li(
            [
                html.Strong(LETTERS[n], className="gas-letter"),
                dcc.Link(job.input_file_name, href=f"/jobs/{job.job_id}"),
                html.Span([" · ", time(job.submit_time)], className="gas-muted"),
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


def discordant(found: Shared) -> Component:
    """How many of the shared variants are annotated differently, and in what."""
    if not found.shared:
        sentence: Any = "No variant is in two of these jobs, so there is nothing that they could tell differently."
    elif not found.discordant[ANY]:
        sentence = f"All {number(found.shared)} shared variants have the same gene, consequence and ClinVar class."
    else:
        told = ", ".join(f"{TITLES[name].lower()} {number(found.discordant[name])}" for name in DIFFERING)
        told = told.replace("clinvar", "ClinVar")
        sentence = [
            html.Strong(counted(found.discordant[ANY], "variant")),
            f" of {number(found.shared)} shared ones are annotated differently: {told}.",
        ]
    return html.Section(
        [html.H2("Annotated differently", className="gas-subtitle"), html.P(sentence)],
        className="gas-card",
        id="shared-discordant",
    )


def table(found: Shared, jobs: int) -> Component:
    """The table with the choice of a set of jobs and of a difference; its rows it asks for itself."""
    sets = [{"label": f"All variants ({number(found.variants)})", "value": ALL}]
    sets += [
        {"label": f"{of_whom(members, jobs)} ({number(count)})", "value": str(members)}
        for members, count in found.intersections.items()
    ]
    differences = [{"label": "Same or not", "value": ALL}]
    differences += [
        {"label": f"{TITLES[name]} differs ({number(found.discordant[name])})", "value": name} for name in DIFFERING
    ]
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Variants", className="gas-subtitle"),
                    html.Label("In which jobs", htmlFor=WHO, className="visually-hidden"),
                    dcc.Dropdown(sets, ALL, id=WHO, clearable=False, searchable=False, className="gas-shared-who"),
                    html.Label("Annotated alike", htmlFor=WHAT, className="visually-hidden"),
                    dcc.RadioItems(differences, ALL, id=WHAT, className="gas-chips", inline=True),
                ],
                className="gas-section-head gas-shared-head",
            ),
            html.Div(_grid(), className="gas-variants"),
            html.Div(id=NOTICE, role="alert"),
        ],
        className="gas-card gas-table-card",
    )


def _grid() -> dag.AgGrid:
    columns = [
        {"field": field, "headerName": name, "width": width, "tooltipField": field, **more}
        for field, name, width, more in COLUMNS
    ]
    return grid_of_blocks(GRID, columns, ON_PHONES, "gasChangeRowId", {"sortable": False})


def row(shared: dict[str, Any], jobs: int) -> dict[str, Any]:
    """A row as the table shows it: what the jobs agree on once, what they do not by letter."""
    shown = {key: shared[key] for key in ("n", "chrom", "pos", "ref", "alt")}
    letters = [LETTERS[n] for n in range(jobs) if shared["members"] & 1 << n]
    told = [said for said in shared["told"] if said is not None]
    differing = {name for bit, name in enumerate(DIFFERING) if shared["differs"] & 1 << bit}
    for name in DIFFERING:
        said = [_words(each[name], name) for each in told]
        if name in differing:
            shown[name] = " · ".join(f"{letter}: {text or '–'}" for letter, text in zip(letters, said, strict=True))
        else:
            shown[name] = next((text for text in said if text), "")
    return shown | {"who": ", ".join(letters)}


def _words(text: str | None, name: str) -> str:
    return (text or "").replace("_", " ") if name != "gene" else text or ""


def choice(jobs: Sequence[Job], chosen: Sequence[str]) -> Component:
    """The jobs to choose from, newest first; the button leads to those that are ticked."""
    options = [
        {"label": html.Span([job.input_file_name, html.Span([" · ", time(job.submit_time)], className="gas-muted")]),
         "value": job.job_id}
        for job in jobs[:MOST_CHOICES]
    ]  # fmt: skip
    more = len(jobs) - MOST_CHOICES
    return html.Section(
        [
            dcc.Link("Jobs", href="/jobs", className="gas-back"),
            html.H1("Compare jobs", className="gas-title"),
            html.P(
                f"Choose two to {MOST_JOBS} finished jobs, of the same or of different samples: which variants they "
                "share, which each has alone, and what is annotated differently.",
                className="gas-lead",
            )
            if len(jobs) > 1
            else html.P("There is nothing to compare yet: you need two finished jobs.", className="gas-lead"),
            html.Label("Jobs to compare", htmlFor=CHOSEN, className="visually-hidden"),
            dcc.Checklist(options, list(chosen), id=CHOSEN, className="gas-choices gas-shared-choices"),
            html.P(f"{counted(more, 'older job')} not listed.", className="gas-muted") if more > 0 else None,
            html.Div(
                [
                    # A plain link: the page with the plot is loaded whole, as plots need it.
                    html.A("Compare", id=GO, href="/jobs/compare", className="btn btn-primary disabled"),
                    html.Span(id=SAID, className="gas-muted", **{"aria-live": "polite"}),
                ],
                className="gas-note-foot",
            ),
        ],
        className="gas-card",
        id="shared-choice",
    )
