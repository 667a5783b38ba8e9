"""The drawer of one variant: a row of the table opens it, Escape closes it; `assets/drawer.js` moves the focus."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from pipeline.errors import ConfigurationError, GasError
from pipeline.jobs.model import Job
from pipeline.reference.bundle import load_bundle
from pipeline.results import variant
from portal.components import states
from portal.explore import drawer_calls, drawer_parts, ids, notes_panel
from portal.explore.answer import owned

DRAWER = "explore-drawer"
TITLE, SUMMARY, DETAILS, LOCUS = (
    "explore-drawer-title",
    "explore-drawer-summary",
    "explore-drawer-details",
    "explore-locus",
)
FLANK = 30  # bases to either side that the genome browser shows at first


def drawer() -> Component:
    """The drawer, still closed and empty."""
    return html.Section(  # not an aside: that may not be a dialog
        [
            html.Header(
                [
                    html.H2("Variant", id=TITLE, className="gas-subtitle", tabIndex=-1),
                    _button("‹", "previous", "Previous variant"),
                    _button("›", "next", "Next variant"),
                    _button("×", "close", "Close"),
                ],
                className="gas-drawer-head",
            ),
            html.Div(
                [
                    html.Div(id=SUMMARY),
                    notes_panel.place(),
                    _genome_browser(),
                    html.Div(id=DETAILS),
                    html.Div(className="visually-hidden", role="status", **{"data-drawer-says": ""}),
                ],
                className="gas-drawer-body",
            ),
            dcc.Store(id=LOCUS),
        ],
        id=DRAWER,
        className="gas-drawer",
        hidden=True,
        role="dialog",
        **{"aria-labelledby": TITLE},
    )


def _button(sign: str, does: str, title: str) -> Component:
    more = {"data-drawer": does, "aria-label": title}
    return html.Button(sign, type="button", title=title, className="gas-icon-button gas-drawer-button", **more)


def _genome_browser() -> Component:
    """Its library comes when somebody opens it, and stays for the variants that follow."""
    opens = html.Button(
        "Open the genome browser",
        type="button",
        className="btn btn-sm btn-outline-secondary",
        **{"data-browser": "open"},
    )
    return html.Section(
        [
            html.H3("Genome browser", className="gas-minor-title"),
            opens,
            html.P(className="gas-note gas-note-info", hidden=True, role="status", **{"data-browser": "says"}),
            html.Div(className="gas-browser", **{"data-browser": "place"}),
        ],
        className="gas-drawer-part",
    )


@callback(
    Output(TITLE, "children"),
    Output(SUMMARY, "children"),
    Output(DETAILS, "children"),
    Output(LOCUS, "data"),
    Input(ids.ROW, "data"),
    State(ids.JOB, "data"),
    prevent_initial_call=True,
)
def show(rid: Any, job_id: str) -> tuple[Any, ...]:
    """The variant with this row number, or why not: the same words for a job of somebody else and for none (C03)."""
    if not isinstance(rid, int) or isinstance(rid, bool):
        raise PreventUpdate
    try:
        job = owned(job_id)
        found = variant.detail(job, rid)
    except GasError as error:
        return "Variant", states.notice(error.message), [], no_update
    return found.name, drawer_parts.summary(found, job.job_id), drawer_parts.details(found), _locus(job, found)


def _locus(job: Job, found: variant.Variant) -> str:
    """What the genome browser shows: the variant's surroundings, by the reference's name of the contig; nothing where
    the reference has no such contig."""
    contig, position = str(found.row["chrom"]), int(found.row["pos"])
    try:
        known = load_bundle(str(job.bundle_id)).contig_for(contig)
    except ConfigurationError:  # the reference is gone, which the genome browser says itself
        return f"{contig}:{position}"
    if known is None:
        return ""
    last = position + len(str(found.row["ref"])) - 1
    return f"{known.name}:{max(1, position - FLANK)}-{last + FLANK}"


@callback(
    Output(drawer_calls.TABLE, "children"),
    Output(drawer_calls.START, "data"),
    Input(drawer_calls.SEARCH, "value"),
    Input(drawer_calls.EARLIER, "n_clicks"),
    Input(drawer_calls.LATER, "n_clicks"),
    State(drawer_calls.START, "data"),
    State(ids.ROW, "data"),
    State(ids.JOB, "data"),
    prevent_initial_call=True,
)
def show_calls(text: Any, earlier: Any, later: Any, start: Any, rid: Any, job_id: str) -> tuple[Any, ...]:
    """Another page of the genotypes, or those of the samples whose names hold a text."""
    if not isinstance(rid, int) or isinstance(rid, bool):
        raise PreventUpdate
    try:
        calls = variant.calls_of(owned(job_id), rid)
    except GasError as error:
        return states.notice(error.message), no_update
    return drawer_calls.page(calls, str(text or ""), drawer_calls.moved(start))


clientside_callback(ClientsideFunction("gas", "openDrawer"), Input(ids.ROW, "data"), Input(TITLE, "children"))
clientside_callback(ClientsideFunction("gas", "browseTo"), Input(LOCUS, "data"), State(ids.JOB, "data"))
