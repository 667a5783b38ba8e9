"""Asks before a job is deleted, naming its file. `assets/jobs.js` opens it, fills it in and does what it says."""

from __future__ import annotations

from dash import html

DIALOG_ID = "delete-dialog"


def dialog() -> html.Dialog:
    """The dialog, closed."""
    return html.Dialog(
        [
            html.H2("Delete this job?", id="delete-title", className="gas-dialog-title"),
            html.P(html.Strong("", id="delete-name"), className="gas-dialog-name"),
            html.P("Its file, results and log are removed for good. This cannot be undone."),
            html.P("", id="delete-error", className="gas-note gas-note-danger", hidden=True, role="alert"),
            html.Div(
                [
                    html.Button("Keep it", id="delete-no", type="button", className="btn gas-btn-quiet"),
                    html.Button("Delete", id="delete-yes", type="button", className="btn btn-danger"),
                ],
                className="gas-dialog-actions",
            ),
        ],
        id=DIALOG_ID,
        className="gas-dialog",
        **{"aria-labelledby": "delete-title"},
    )
