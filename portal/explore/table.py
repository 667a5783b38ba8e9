"""The explorer's table: every row that the filter lets through, of which the browser holds a few blocks."""

from __future__ import annotations

from collections.abc import Sequence

import dash_ag_grid as dag
from dash import ClientsideFunction, Input, clientside_callback, dcc, html
from dash.development.base_component import Component

from pipeline.results.blocks import Sort
from pipeline.results.columns import Column
from portal.components.grid import FIT_COLUMNS
from portal.components.variant_table import variant_grid
from portal.explore import ids, notes_panel

RENDERERS = {"id": "GasIds", "gene": "GasGene"}  # cells that are links
MOVED = ["gasColumnsMoved(params)"]
LISTENERS = FIT_COLUMNS | {
    "rowClicked": ["gasOpenVariant(params)"],
    "cellKeyDown": ["gasVariantKey(params)"],
    "modelUpdated": ["gasKeepPlace(params)"],
    "columnMoved": MOVED,
    "columnResized": MOVED,
    "columnPinned": MOVED,
    "columnVisible": MOVED,
}


def section(columns: list[Column], sorts: Sequence[Sort] = ()) -> html.Section:
    """The table under its heading, at first in the order of `sorts`."""
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Variants", id=ids.ROWS, className="gas-subtitle", tabIndex=-1),
                    html.Div(
                        [
                            html.Span(
                                "One allele a row; a row opens its variant; shift-click sorts by several columns",
                                className="gas-muted",
                            ),
                            _columns_menu(),
                        ],
                        className="gas-table-tools",
                    ),
                ],
                className="gas-section-head",
            ),
            html.Div(_grid(columns, sorts), className="gas-variants"),
            html.Div(id="explore-rows-notice", role="alert"),
        ],
        className="gas-card gas-table-card",
    )


def _grid(columns: list[Column], sorts: Sequence[Sort]) -> dag.AgGrid:
    grid = variant_grid(columns, ids.GRID)
    grid.eventListeners = LISTENERS
    grid.dashGridOptions["context"]["remembersColumns"] = True
    grid.columnDefs = [notes_panel.COLUMN, *grid.columnDefs]
    orders = {sort.column: (place, sort) for place, sort in enumerate(sorts)}
    for definition in grid.columnDefs:
        if definition["field"] in RENDERERS:
            definition["cellRenderer"] = RENDERERS[definition["field"]]
        if definition["field"] in orders:
            place, sort = orders[definition["field"]]
            definition |= {"sort": "desc" if sort.descending else "asc", "sortIndex": place}
    return grid


def _columns_menu() -> Component:
    """Its lines are made by `assets/columns.js`, which knows the table's columns as they stand."""
    return html.Details(
        [
            html.Summary("Columns", className="btn btn-outline-secondary btn-sm"),
            html.Div(
                [
                    html.Div(
                        [
                            dcc.Input(
                                id="explore-columns-find",
                                type="search",
                                placeholder="Find a column",
                                className="form-control form-control-sm",
                            ),
                            html.Button(
                                "Reset",
                                type="button",
                                className="btn btn-sm btn-outline-secondary",
                                **{"data-columns": "reset"},
                            ),
                        ],
                        className="gas-columns-head",
                    ),
                    html.Ul(className="gas-columns-list", **{"data-columns": "list", "aria-label": "Columns"}),
                ],
                className="gas-menu-panel gas-columns-panel",
                **{"data-columns": "panel"},
            ),
        ],
        className="gas-menu",
    )


clientside_callback(ClientsideFunction("gas", "showSort"), Input(ids.WENT, "data"), Input(ids.SORT, "data"))
