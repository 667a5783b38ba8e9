"""The table of variants: as many rows as the result has, of which the browser holds a few blocks."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
from dash import html

from pipeline.results.blocks import Sort
from pipeline.results.columns import Column
from portal.components.grid import formatter, grid_of_blocks
from portal.components.words import counted

GRID_ID = "variants-grid"
FORMATTERS = {"integer": "gasInteger", "decimal": "gasDecimal"}
WIDTHS = {
    "chrom": 84,
    "pos": 112,
    "ref": 72,
    "alt": 72,
    "id": 132,
    "gene": 136,
    "region": 206,
    "consequence": 276,
    "impact": 116,
    "amino_acids": 122,
    "hgvs_c": 250,
    "hgvs_p": 230,
    "hgvs_g": 220,
    "most_severe": 240,
    "exon": 84,
    "intron": 84,
    "haplotype": 200,
    "protein_position": 150,
    "dna_change": 140,
    "filter": 110,
    "gene_id": 160,
    "transcript": 170,
    "biotype": 150,
    "type": 104,
    "skipped": 190,
    "strand": 92,
}
WIDTH_OF_KIND = {"integer": 128, "decimal": 140, "text": 170}
TERMS = frozenset({"consequence", "most_severe", "biotype", "skipped"})
MONO = frozenset({"ref", "alt", "input_ref", "input_alt", "dna_change", "amino_acids"})
# What a phone shows and how wide there; the others are a wider screen's.
ON_PHONES = {"chrom": 86, "pos": 112, "ref": 62, "alt": 62, "gene": 92, "consequence": 190, "impact": 110}


def variant_section(columns: list[Column], total: int) -> html.Section:
    """The table under its heading, which says how many rows there are: all of them can be reached (C44)."""
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Variants", className="gas-subtitle"),
                    html.Span(f"{counted(total, 'allele')}, one a row", className="gas-muted"),
                ],
                className="gas-section-head",
            ),
            html.Div(variant_grid(columns), className="gas-variants"),
            html.P("", id="variants-notice", className="gas-note gas-note-danger", hidden=True, role="alert"),
        ],
        className="gas-card gas-table-card",
    )


def variant_grid(columns: list[Column], grid_id: str = GRID_ID) -> dag.AgGrid:
    """The table itself, which is filled by the page."""
    defaults = {"sortable": True, "suppressMovable": False}
    return grid_of_blocks(grid_id, [_column(column) for column in columns], ON_PHONES, "gasVariantRowId", defaults)


def _column(column: Column) -> dict[str, Any]:
    definition: dict[str, Any] = {
        "field": column.name,
        "headerName": column.title,
        "headerTooltip": column.description or column.title,
        "width": WIDTHS.get(column.name, WIDTH_OF_KIND[column.kind]),
        "sortingOrder": ["asc", "desc", None],
    }
    if column.kind == "text":
        definition["tooltipField"] = column.name
    else:
        definition |= {"type": "rightAligned", "valueFormatter": formatter(FORMATTERS[column.kind])}
    if column.name == "impact":
        definition["cellRenderer"] = "GasImpact"
    elif column.name in TERMS:
        definition["valueFormatter"] = formatter("gasTerm")
    elif column.name in MONO:
        definition["cellClass"] = "gas-mono"
    return definition


def sorts_of(request: dict[str, Any]) -> list[Sort]:
    """The order that the grid asks for, the column that counts most first."""
    return [Sort(str(part.get("colId")), part.get("sort") == "desc") for part in request.get("sortModel") or []]


def span_of(request: dict[str, Any]) -> tuple[int, int]:
    """First row (0-based) and number of rows that the grid asks for, whatever the browser sent."""
    try:
        start, end = int(request.get("startRow", 0)), int(request.get("endRow", 0))
    except (TypeError, ValueError, OverflowError):
        return 0, 0
    return start, end - start
