"""What changed between two jobs of the same file: versions side by side, counts by column, every value (C45)."""

from __future__ import annotations

from typing import Any

import dash
from botocore.exceptions import BotoCoreError, ClientError
from dash import Input, Output, State, callback, dcc, html
from dash.development.base_component import Component

from pipeline.errors import GasError, NotFoundError
from pipeline.jobs.model import Job
from pipeline.jobs.store import get_owned
from pipeline.results import comparison, documents
from pipeline.results.columns import described_by
from portal.auth.current import current_user
from portal.components import change_table, changes, states
from portal.components.frame import PRODUCT
from portal.components.grid import fit_columns_when_ready
from portal.components.variant_table import span_of

# Dash takes the first template that fits, and /jobs/<job_id> fits these addresses too.
dash.register_page(__name__, path_template="/jobs/<job_id>/compare/<other>", title=f"What changed · {PRODUCT}", order=1)

PAIR = "compare-pair"


def layout(job_id: str | None = None, other: str | None = None, **_: str) -> Component:
    """The page of two jobs; the same answer whichever of them is somebody else's or none (C03)."""
    user = current_user()
    try:
        old, new = get_owned(job_id, user.user_id), get_owned(other, user.user_id)
    except (NotFoundError, BotoCoreError, ClientError) as error:
        return states.not_read(error)
    return html.Div(
        [
            changes.head(old, new),
            dcc.Store(id=PAIR, data=[old.job_id, new.job_id]),
            html.Div(states.loading("what changed"), id="compare-result"),
        ],
        id="compare-page",
        className="gas-job",
    )


def _owned_pair(pair: object) -> tuple[Job, Job]:
    """Both jobs, whatever the browser sent in place of their ids."""
    user = current_user()
    old, new = pair if isinstance(pair, list) and len(pair) == 2 else (None, None)
    return get_owned(old, user.user_id), get_owned(new, user.user_id)


@callback(Output("compare-result", "children"), Input(PAIR, "data"))
def show_changes(pair: object) -> Component | list[Component]:
    """Versions, counts, and the table, still without rows: it asks for them itself."""
    try:
        old, new = _owned_pair(pair)
        manifests = documents.document(old, "manifest"), documents.document(new, "manifest")
        found = comparison.compare(old, new)
        described = described_by(manifests[0]) | described_by(manifests[1])
        parts = [changes.overview(found, described), changes.versions(*manifests)]
        if found.changes:
            parts.insert(1, change_table.section(old, new, found, described))
        return parts
    except GasError as error:
        return states.notice(error.message)


@callback(
    Output(change_table.GRID_ID, "getRowsResponse"),
    Output(change_table.NOTICE, "children"),
    Output(change_table.NOTICE, "hidden"),
    Input(change_table.GRID_ID, "getRowsRequest"),
    State(PAIR, "data"),
    State(change_table.FILTER, "value"),
    prevent_initial_call=True,
)
def show_rows(request: dict[str, Any] | None, pair: object, column: object) -> tuple[Any, ...]:
    """One block of changes; a sentence instead of rows where they cannot be read."""
    start, count = span_of(request or {})
    try:
        old, new = _owned_pair(pair)
        manifests = documents.document(old, "manifest"), documents.document(new, "manifest")
        block = comparison.read(old, new, start, count, change_table.column_of(column))
    except GasError as error:
        return {"rowData": [], "rowCount": 0}, error.message, False
    described = described_by(manifests[0]) | described_by(manifests[1])
    rows = [change_table.row(row, described) for row in block.rows]
    return {"rowData": rows, "rowCount": block.total}, "", True


@callback(Output(change_table.DOWNLOAD, "href"), Input(change_table.FILTER, "value"), State(PAIR, "data"))
def lead_to_download(column: object, pair: object) -> str:
    """The download holds what the table shows."""
    old, new = _owned_pair(pair)
    return change_table.download_address(old, new, change_table.column_of(column))


change_table.ask_again_when_filtered()
fit_columns_when_ready(change_table.GRID_ID)
