"""What both tables share: AG Grid with our theme, text only (C09), and row ids that updates go by."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
from dash import ClientsideFunction, Input, State, clientside_callback

SHARED_OPTIONS: dict[str, Any] = {
    "enableCellTextSelection": True,
    "ensureDomOrder": True,
    "suppressDragLeaveHidesColumns": True,
    "suppressColumnMoveAnimation": True,
    "tooltipShowDelay": 400,
    "animateRows": False,
}

# A turn of the phone, another width of the window.
FIT_COLUMNS: dict[str, list[str]] = {"gridSizeChanged": ["gasFitColumns(params)"]}


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


def formatter(name: str) -> dict[str, str]:
    """A function of `assets/grid.js` that writes a cell's value."""
    return {"function": f"{name}(params)"}


def fit_columns_when_ready(grid_id: str) -> None:
    """Register what fits the columns to the width at first: the grid's first events come before anybody listens,
    but it writes its column state when it is ready."""
    clientside_callback(ClientsideFunction("gas", "fitColumns"), Input(grid_id, "columnState"), State(grid_id, "id"))
