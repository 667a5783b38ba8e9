"""The page of one gene of a job: its variants, where they lie in the protein, its transcripts, the notes on it."""

from __future__ import annotations

from typing import Any

import dash
from botocore.exceptions import BotoCoreError, ClientError
from dash import Input, Output, State, callback, dcc, html
from dash.development.base_component import Component

from pipeline.errors import GasError, NotFoundError
from pipeline.jobs.model import Job
from pipeline.jobs.store import get_owned
from pipeline.notes import store as notes
from pipeline.results import blocks, documents
from pipeline.results.columns import described_by
from pipeline.results.gene import describe, filter_of, gene_links, rows_among
from pipeline.results.matches import Source, matching
from portal import PRODUCT
from portal.auth.current import current_user
from portal.components import painting, states
from portal.components.figure_card import card
from portal.components.frame import message_card
from portal.components.grid import BLOCK_ROW_HEIGHT, fit_columns_when_ready
from portal.components.variant_table import sorts_of, span_of, variant_grid
from portal.explore.figures.catalogue import Asked, available, plot_of
from portal.genes import parts
from portal.genes.address import gene_of

# Before the page of one job, whose template fits these addresses too.
dash.register_page(__name__, path_template="/jobs/<job_id>/genes/<gene>", title=f"Gene · {PRODUCT}", order=3)

WHICH, GRID = "gene-which", "gene-grid"  # Store: [job, gene]; the table
LOLLIPOP = "lollipop"
MOST_ROWS_HIGH, ROOM_AROUND = 12, 70  # a longer table scrolls inside; pixels of its head and its scroll bar


def layout(job_id: str | None = None, gene: str | None = None, **_: str) -> Component:
    """The page; the same answer for a job of somebody else and for none (C03)."""
    user = current_user()
    try:
        job = get_owned(job_id, user.user_id)
    except (NotFoundError, BotoCoreError, ClientError) as error:
        return states.not_read(error)
    if not job.has_results or not job.has_tables:
        return message_card(
            "There is nothing to show",
            "This job has no table of variants that can be read now: its page says why.",
            href=f"/jobs/{job.job_id}",
            link="To the job",
        )
    name = gene_of(gene)
    return html.Div(
        [
            parts.head(job, name),
            html.Div(states.loading("the gene"), id="gene-parts", className="gas-gene"),
            dcc.Store(id=WHICH, data=[job.job_id, name]),
            dcc.Store(id=painting.THEME),
        ],
        id="gene-page",
        className="gas-job",
    )


def _asked(which: object) -> tuple[Job, str]:
    """The reader's own job and the gene, whatever the browser sent. NotFoundError otherwise."""
    user = current_user()
    job_id, gene = which if isinstance(which, list) and len(which) == 2 else (None, None)
    job = get_owned(job_id, user.user_id)
    filter_of(gene)
    return job, str(gene)


@callback(Output("gene-parts", "children"), Input(WHICH, "data"))
def show(which: object) -> Component | list[Component]:
    """All of the page but its rows, which the table asks for itself."""
    try:
        job, gene = _asked(which)
        manifest = documents.document(job, "manifest")
        with matching(job, filter_of(gene)) as source:
            found = describe(job, source, gene)
            shown = [
                parts.overview(job, found, gene_links(gene, found.gene_id, _assembly(manifest))),
                *_lollipop(job, source, gene),
                parts.notes(_notes(job, source)),
                _table(job, manifest, found.alleles) if found.alleles else None,
                parts.transcripts(found),
            ]
    except GasError as error:
        return states.notice(error.message)
    return [part for part in shown if part is not None]


def _assembly(manifest: dict[str, Any]) -> str | None:
    return (manifest.get("bundle") or {}).get("assembly")


def _lollipop(job: Job, source: Source, gene: str) -> list[Component]:
    if LOLLIPOP not in {plot.name for plot in available(source.table, job, on_demand=True)} or not source.count:
        return []
    plot = plot_of(LOLLIPOP)
    return [card(plot, plot.drawn(plot.query(source, Asked(job, gene=gene)), filter_of(gene)))]


def _notes(job: Job, source: Source) -> list[notes.Note]:
    found = notes.of_job(job.job_id)
    ours = rows_among(source, [rid for note in found for rid in note.rids])
    return [note for note in found if ours & set(note.rids)]


def _height(rows: int) -> str:
    return f"{min(rows, MOST_ROWS_HIGH) * BLOCK_ROW_HEIGHT + ROOM_AROUND}px"


def _table(job: Job, manifest: dict[str, Any], rows: int) -> Component:
    columns = [column for column in blocks.columns(job, described_by(manifest)) if column.name != "gene"]
    return html.Section(
        [
            html.Div(html.H2("Variants", className="gas-subtitle"), className="gas-section-head"),
            html.Div(variant_grid(columns, GRID), className="gas-variants", style={"height": _height(rows)}),
            html.Div(id="gene-rows-notice", role="alert"),
        ],
        className="gas-card gas-table-card",
    )


@callback(
    Output(GRID, "getRowsResponse"),
    Output("gene-rows-notice", "children"),
    Input(GRID, "getRowsRequest"),
    State(WHICH, "data"),
    prevent_initial_call=True,
)
def show_rows(request: dict[str, Any] | None, which: object) -> tuple[Any, ...]:
    """One block of the gene's variants; a sentence instead of rows where they cannot be read."""
    start, count = span_of(request or {})
    try:
        job, gene = _asked(which)
        block = blocks.read(job, start, count, sorts_of(request or {}), filter_of(gene))
    except GasError as error:
        return {"rowData": [], "rowCount": 0}, states.notice(error.message)
    return {"rowData": block.rows, "rowCount": block.total}, []


fit_columns_when_ready(GRID)
