"""What both tables share: AG Grid with our theme, text only (C09), and row ids that updates go by."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
from dash import ClientsideFunction, Input, State, clientside_callback

from pipeline.settings import get_settings

SHARED_OPTIONS: dict[str, Any] = {
    "enableCellTextSelection": True,
    "ensureDomOrder": True,
    "suppressDragLeaveHidesColumns": True,
    "suppressColumnMoveAnimation": True,
    "tooltipShowDelay": 400,
    "animateRows": False,
    # AG Grid says "No Rows To Show" also while rows are on their way; for an empty table a page has words of its own.
    "suppressNoRowsOverlay": True,
}

# A turn of the phone, another width of the window.
FIT_COLUMNS: dict[str, list[str]] = {"gridSizeChanged": ["gasFitColumns(params)"]}
BLOCK_ROW_HEIGHT = 38  # pixels
BLOCKS_KEPT = 20


def grid(
    grid_id: str, columns: list[dict[str, Any]], row_height: int, options: dict[str, Any], **properties: Any
) -> dag.AgGrid:
    """A table; `row_height` in pixels. `dangerously_allow_code` stays off: what a cell holds is text (C09)."""
    theme = {"theme": {"function": f"gasGridTheme(themeQuartz, {row_height})"}}
    return dag.AgGrid(
        id=grid_id,
        columnDefs=columns,
        dashGridOptions=SHARED_OPTIONS | theme | options,
        dangerously_allow_code=False,
        className="gas-grid",
        **properties,
    )


def grid_of_blocks(
    grid_id: str, columns: list[dict[str, Any]], on_phones: dict[str, int], row_id: str, defaults: dict[str, Any]
) -> dag.AgGrid:
    """A table of any length by AG Grid's infinite row model: it asks for a block when one comes into view.

    `on_phones` are the columns that a phone shows and their widths in pixels, `row_id` is a function of
    `assets/grid.js`, `defaults` holds for every column.
    """
    return grid(
        grid_id,
        columns,
        BLOCK_ROW_HEIGHT,
        {
            "cacheBlockSize": get_settings().table_block_rows,
            "maxBlocksInCache": BLOCKS_KEPT,
            "maxConcurrentDatasourceRequests": 1,
            "infiniteInitialRowCount": 1,
            "blockLoadDebounceMillis": 60,
            "context": {"onPhones": on_phones},
        },
        rowModelType="infinite",
        getRowId=f"{row_id}(params)",
        defaultColDef={"resizable": True, "minWidth": 70} | defaults,
        eventListeners=FIT_COLUMNS,
        style={"height": "100%"},
    )


def formatter(name: str) -> dict[str, str]:
    """A function of `assets/grid.js` that writes a cell's value."""
    return {"function": f"{name}(params)"}


def fit_columns_when_ready(grid_id: str) -> None:
    """Register what fits the columns to the width at first: the grid's first events come before anybody listens,
    but it writes its column state when it is ready."""
    clientside_callback(ClientsideFunction("gas", "fitColumns"), Input(grid_id, "columnState"), State(grid_id, "id"))
