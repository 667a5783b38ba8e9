"""Export: a button in the filter bar and its dialog. `assets/export.js` asks for exports and lists them."""

from __future__ import annotations

import json

from dash import ClientsideFunction, Input, State, clientside_callback, dcc, html
from dash.development.base_component import Component

from pipeline.exports.formats.catalogue import FORMATS, Format
from pipeline.exports.noted import COLUMNS as NOTES
from pipeline.jobs.model import Job
from pipeline.results.columns import Column
from portal.explore import ids
from portal.static_files import asset_url

OPEN, DIALOG = "explore-export", "export-dialog"
FORMAT, WHICH, CHOSEN, START = "export-format", "export-which", "export-chosen", "export-start"

ORDER = "What the filter lets through, in the order of the file; sorting the table does not change that."


def button() -> Component:
    """Opens the dialog; stands in the filter bar."""
    return html.Button(
        "Export", id=OPEN, type="button", className="btn btn-outline-secondary btn-sm", **{"aria-haspopup": "dialog"}
    )


def panel(job: Job, columns: list[Column]) -> Component:
    """The dialog, closed."""
    return html.Div(
        [
            html.Link(rel="stylesheet", href=asset_url("export.css")),
            html.Dialog(
                [
                    _head(),
                    html.P(id="export-what", className="gas-export-what"),
                    html.P(ORDER, className="gas-muted gas-export-order"),
                    _formats(job),
                    _columns(columns),
                    html.P(id="export-error", className="gas-note gas-note-danger", hidden=True, role="alert"),
                    html.Div(
                        html.Button("Start the export", id=START, type="button", className="btn btn-primary"),
                        className="gas-dialog-actions",
                    ),
                    _mine(),
                ],
                id=DIALOG,
                className="gas-dialog gas-export-dialog",
                **{"aria-labelledby": "export-title", "data-job": job.job_id, "data-columns": _names(columns)},
            ),
        ]
    )


def _names(columns: list[Column]) -> str:
    """The names of the columns, for the script: what else the table shows is no column of the result."""
    return json.dumps([column.name for column in columns])


def _head() -> Component:
    return html.Header(
        [
            html.H2("Export", id="export-title", className="gas-dialog-title"),
            html.Button(type="button", id="export-close", className="btn-close", **{"aria-label": "Close"}),
        ],
        className="gas-export-head",
    )


def _formats(job: Job) -> Component:
    offered = [each for each in FORMATS if each.id != "vcf" or "vcf" in job.outputs]
    return html.Fieldset(
        [
            html.Legend("Format"),
            html.Label("Format", htmlFor=FORMAT, className="visually-hidden"),
            dcc.RadioItems(
                id=FORMAT,
                options=[{"label": _label(each), "value": each.id} for each in offered],
                value=offered[0].id,
                className="gas-export-formats",
            ),
        ]
    )


def _label(format: Format) -> Component:
    return html.Span(
        [html.Strong(format.title), html.Span(format.sentence, className="gas-muted")],
        className="gas-export-format",
    )


def _columns(columns: list[Column]) -> Component:
    """Which columns: for the formats that are tables."""
    names = [{"label": column.title, "value": column.name, "title": column.description} for column in columns]
    names += [{"label": title, "value": name, "title": said} for name, (title, said) in NOTES.items()]
    return html.Fieldset(
        [
            html.Legend("Columns"),
            html.Label("Columns", htmlFor=WHICH, className="visually-hidden"),
            dcc.RadioItems(
                id=WHICH,
                options=[
                    {"label": "All", "value": "all"},
                    {"label": "As in the table below", "value": "visible"},
                    {"label": "Choose", "value": "choose"},
                ],
                value="all",
                inline=True,
                className="gas-export-which",
            ),
            html.Div(
                dcc.Checklist(id=CHOSEN, options=names, value=[name["value"] for name in names]),
                id="export-chosen-box",
                className="gas-export-chosen",
                hidden=True,
            ),
        ],
        id="export-columns",
    )


def _mine() -> Component:
    return html.Section(
        [
            html.H3("Your exports of this result", className="gas-minor-title"),
            html.Ul(id="export-list", className="gas-export-list"),
            html.P("None yet.", id="export-none", className="gas-muted"),
            html.P(id="export-said", className="visually-hidden", role="status"),
        ],
        className="gas-export-mine",
    )


clientside_callback(
    ClientsideFunction("gas", "exportChoice"),
    Input(FORMAT, "value"),
    Input(WHICH, "value"),
    Input(ids.COUNT, "children"),
)
clientside_callback(
    ClientsideFunction("gas", "startExport"),
    Input(START, "n_clicks"),
    State(ids.FILTER, "data"),
    State(FORMAT, "value"),
    State(WHICH, "value"),
    State(CHOSEN, "value"),
    prevent_initial_call=True,
)
