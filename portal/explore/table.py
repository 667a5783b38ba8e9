"""The explorer's table: every row that the filter lets through, of which the browser holds a few blocks."""

from __future__ import annotations

from dash import html

from pipeline.results.columns import Column
from portal.components.variant_table import variant_grid
from portal.explore import ids


def section(columns: list[Column]) -> html.Section:
    """The table under its heading."""
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Variants", className="gas-subtitle"),
                    html.Span("one allele a row; shift-click sorts by several columns", className="gas-muted"),
                ],
                className="gas-section-head",
            ),
            html.Div(variant_grid(columns, ids.GRID), className="gas-variants"),
            html.Div(id="explore-rows-notice", role="alert"),
        ],
        className="gas-card gas-table-card",
    )
