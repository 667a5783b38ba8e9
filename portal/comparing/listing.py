"""The table of compared jobs: which variants are listed, by whom they are held, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import dash_ag_grid as dag
from dash import dcc, html
from dash.development.base_component import Component

from pipeline.results.filters.model import Group, InRegions, Region
from pipeline.results.shared_table import DIFFERING
from pipeline.results.shared_variants import ANY, Shared
from portal.comparing.parts import TITLES
from portal.comparing.upset import LETTERS, of_whom
from portal.components.grid import formatter, grid_of_blocks
from portal.components.words import number
from portal.explore.view import View

GRID, WHO, WHAT, NOTICE = "shared-grid", "shared-who", "shared-what", "shared-notice"
DOWNLOAD, ADDRESS = "shared-download", "shared-address"
LIST = "/api/jobs/shared/variants.tsv"
ALL = "all"
COLUMNS: tuple[tuple[str, str, int, dict[str, Any]], ...] = (
    ("chrom", "Contig", 84, {"minWidth": 56}),
    ("pos", "Position", 118, {"type": "rightAligned", "valueFormatter": formatter("gasInteger")}),
    ("ref", "Ref", 80, {"cellClass": "gas-mono"}),
    ("alt", "Alt", 80, {"cellClass": "gas-mono"}),
    ("who", "In jobs", 96, {"cellRenderer": "GasWho"}),
    ("gene", "Gene", 150, {}),
    ("consequence", "Consequence", 300, {"flex": 1, "minWidth": 130}),
    ("clinvar", "ClinVar class", 240, {"flex": 1, "minWidth": 100}),
)
ON_PHONES = {"chrom": 58, "pos": 112, "who": 104, "consequence": 150}


def table(found: Shared, jobs: Sequence[str]) -> Component:
    """The table with the choice of a set of jobs and of a difference; its rows it asks for itself."""
    sets = [{"label": f"All variants ({number(found.variants)})", "value": ALL}]
    sets += [
        {"label": f"{of_whom(members, len(jobs))} ({number(count)})", "value": str(members)}
        for members, count in found.intersections.items()
    ]
    address = f"{LIST}?{urlencode({'jobs': ','.join(jobs)})}"
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Variants", className="gas-subtitle"),
                    html.Label("In which jobs", htmlFor=WHO, className="visually-hidden"),
                    dcc.Dropdown(sets, ALL, id=WHO, clearable=False, searchable=False, className="gas-shared-who"),
                    html.A(
                        "Download (TSV)",
                        id=DOWNLOAD,
                        href=address,
                        className="btn btn-outline-secondary btn-sm gas-changes-download",
                        title="The variants as listed, with what each job says of them",
                    ),
                    dcc.Store(id=ADDRESS, data=address),
                    _differences(found),
                ],
                className="gas-section-head gas-shared-head",
            ),
            html.Div(_grid(found), className="gas-variants"),
            html.Div(id=NOTICE, role="alert"),
        ],
        className="gas-card gas-table-card",
    )


def _differences(found: Shared) -> Component:
    """Which differences to list: those that there are. Where there is none, no choice is shown."""
    there = [name for name in (*DIFFERING, ANY) if found.discordant[name]]
    if len(there) == 2:
        there.remove(ANY)  # it is the same as the one beside it
    options = [{"label": "Annotated alike or not", "value": ALL}]
    options += [
        {"label": f"{TITLES[name]} differs ({number(found.discordant[name])})", "value": name} for name in there
    ]
    return html.Div(
        [
            html.Label("Annotated alike", htmlFor=WHAT, className="visually-hidden"),
            dcc.RadioItems(options, ALL, id=WHAT, className="gas-chips", inline=True),
        ],
        hidden=not there,
        className="gas-shared-what",
    )


def _grid(found: Shared) -> dag.AgGrid:
    columns = [
        {"field": field, "headerName": name, "width": width, "tooltipField": field, **more}
        for field, name, width, more in COLUMNS
        if field not in DIFFERING or field in found.told
    ]
    return grid_of_blocks(GRID, columns, ON_PHONES, "gasChangeRowId", {"sortable": False})


def row(shared: dict[str, Any], jobs: Sequence[str]) -> dict[str, Any]:
    """A row as the table shows it: what the jobs agree on once, what they do not by letter; `jobs` are their ids."""
    shown = {key: shared[key] for key in ("n", "chrom", "pos", "ref", "alt")}
    holders = [n for n in range(len(jobs)) if shared["members"] & 1 << n]
    letters = [LETTERS[n] for n in holders]
    view = _view_of(shared)
    links = [{"letter": LETTERS[n], "href": f"/jobs/{jobs[n]}/explore?view={view}"} for n in holders]
    told = [said for said in shared["told"] if said is not None]
    differing = {name for bit, name in enumerate(DIFFERING) if shared["differs"] & 1 << bit}
    for name in DIFFERING:
        said = [_words(each[name], name) for each in told]
        if name in differing:
            shown[name] = " · ".join(f"{letter}: {text or '–'}" for letter, text in zip(letters, said, strict=True))
        else:
            shown[name] = next((text for text in said if text), "")
    return shown | {"who": ", ".join(letters), "links": links}


def _view_of(shared: dict[str, Any]) -> str:
    """The explorer's address of what stands at this position."""
    region = Region(contig=shared["chrom"], start=max(shared["pos"], 1), end=max(shared["pos"], 1))
    return View(Group(parts=(InRegions(regions=(region,)),))).address


def _words(text: str | None, name: str) -> str:
    return (text or "").replace("_", " ") if name != "gene" else text or ""
