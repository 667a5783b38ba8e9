"""The rows of the explorer's table: a block at a time, under the filter, in the order that the grid asks for."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, callback, no_update
from dash.exceptions import PreventUpdate

from pipeline.errors import GasError, NotFoundError
from pipeline.results import blocks
from pipeline.results.filters.reading import read_filter
from portal.components import states
from portal.components.grid import fit_columns_when_ready
from portal.components.variant_table import sorts_of, span_of
from portal.explore import ids
from portal.explore.ownership import owned
from portal.explore.tagged import marked, tagged_of
from portal.explore.view import sort_document

NO_ROWS: dict[str, Any] = {"rowData": [], "rowCount": 0}


@callback(
    Output(ids.GRID, "getRowsResponse"),
    Output("explore-rows-notice", "children"),
    Output(ids.SORT, "data", allow_duplicate=True),
    Input(ids.GRID, "getRowsRequest"),
    State(ids.FILTER, "data"),
    State(ids.JOB, "data"),
    State(ids.SORT, "data"),
    prevent_initial_call=True,
)
def show_rows(request: dict[str, Any] | None, document: Any, job_id: str, sort: Any) -> tuple[Any, ...]:
    """One block; a sentence instead of rows where they cannot be read."""
    if not request:
        raise PreventUpdate
    start, count = span_of(request)
    sorts = sorts_of(request)
    try:
        job, group = owned(job_id), read_filter(document)
        block = blocks.read(job, start, count, sorts, group, tagged_of(job, group))
        rows = marked(job, block.rows)
    except NotFoundError:
        return NO_ROWS, states.notice("This job was deleted."), no_update
    except GasError as error:
        return NO_ROWS, states.notice(error.message), no_update
    empty = [] if block.total else states.notice("No variant passes the filter.", tone="info")
    asked = sort_document(sorts)
    return {"rowData": rows, "rowCount": block.total}, empty, asked if asked != (sort or []) else no_update


fit_columns_when_ready(ids.GRID)
