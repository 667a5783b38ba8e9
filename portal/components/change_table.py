"""The table of changes: one row for each allele and column that differs, as many as there are (C44)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import dash_ag_grid as dag
from dash import ClientsideFunction, Input, clientside_callback, dcc, html
from flask import url_for

from pipeline.jobs.model import Job
from pipeline.results.columns import Descriptions
from pipeline.results.comparison import Comparison
from portal.components.changes import title_of
from portal.components.grid import formatter, grid_of_blocks
from portal.components.words import counted

GRID_ID, FILTER, NOTICE, DOWNLOAD = "changes-grid", "changes-filter", "changes-notice", "changes-download"
ALL = "all"
KINDS = {"changed": "Changed", "added": "Added", "removed": "Removed"}
TERMS = frozenset({"consequence", "biotype", "skipped"})
# Field, heading, width in pixels, and what else the column is.
COLUMNS: tuple[tuple[str, str, int, dict[str, Any]], ...] = (
    ("chrom", "Contig", 90, {"minWidth": 56}),
    ("pos", "Position", 120, {"type": "rightAligned", "valueFormatter": formatter("gasInteger")}),
    ("ref", "Ref", 80, {"cellClass": "gas-mono"}),
    ("alt", "Alt", 80, {"cellClass": "gas-mono"}),
    ("gene", "Gene", 124, {}),
    ("title", "What", 190, {}),
    ("before", "Before", 260, {"flex": 1, "minWidth": 100}),
    ("after", "After", 260, {"flex": 1, "minWidth": 100}),
    ("kind", "Change", 110, {}),
)
ON_PHONES = {"chrom": 58, "pos": 112, "title": 96, "before": 100, "after": 100}


def section(old: Job, new: Job, found: Comparison, described: Descriptions) -> html.Section:
    """The table under its heading, with the choice of one column and the download of what is shown."""
    options = [{"label": f"All changes ({found.changes:,})", "value": ALL}]
    options += [
        {"label": f"{title_of(column.column, described)} ({column.total:,})", "value": column.column}
        for column in found.columns
    ]
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Changes", className="gas-subtitle"),
                    html.Span(f"{counted(found.changes, 'value')}, one a row", className="gas-muted"),
                    html.Label("Show", htmlFor=FILTER, className="visually-hidden"),
                    dcc.RadioItems(options, ALL, id=FILTER, className="gas-chips", inline=True),
                    html.A(
                        "Download as text (TSV)",
                        id=DOWNLOAD,
                        href=download_address(old, new, None),
                        className="btn btn-sm btn-outline-secondary gas-changes-download",
                        target="_blank",
                        rel="noopener",
                    ),
                ],
                className="gas-section-head gas-changes-head",
            ),
            html.Div(_grid(), className="gas-variants"),
            html.P("", id=NOTICE, className="gas-note gas-note-danger", hidden=True, role="alert"),
        ],
        className="gas-card gas-table-card",
    )


def _grid() -> dag.AgGrid:
    columns = [
        {"field": field, "headerName": name, "width": width, "tooltipField": field, **more}
        for field, name, width, more in COLUMNS
    ]
    return grid_of_blocks(GRID_ID, columns, ON_PHONES, "gasChangeRowId", {"sortable": False})


def row(change: dict[str, Any], described: Descriptions) -> dict[str, Any]:
    """A row as the table shows it."""
    shown = {key: change[key] for key in ("n", "chrom", "pos", "ref", "alt", "gene", "before", "after")}
    if change["what"] in TERMS:
        for side in ("before", "after"):
            shown[side] = shown[side].replace("_", " ") if shown[side] else shown[side]
    return shown | {"title": title_of(change["what"], described), "kind": KINDS[change["kind"]]}


def column_of(value: object) -> str | None:
    """The chosen column, whatever the browser sent; None for all of them."""
    return value if isinstance(value, str) and value != ALL else None


def download_address(old: Job, new: Job, column: str | None) -> str:
    """Where the changes can be fetched as text."""
    address = url_for("comparisons_api.download", job_id=old.job_id, other=new.job_id)
    return f"{address}?column={quote(column, safe='')}" if column else address


def ask_again_when_filtered() -> None:
    """Register what lets the table forget its rows when another column is chosen."""
    clientside_callback(
        ClientsideFunction("gas", "askAgain"), Input(FILTER, "value"), Input(GRID_ID, "id"), prevent_initial_call=True
    )
