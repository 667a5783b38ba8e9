"""What changes the explorer's filter and zoom: clicks and brushes in plots, chips, presets, back and forward."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, no_update
from dash.exceptions import PreventUpdate
from pydantic import TypeAdapter, ValidationError

from pipeline.errors import GasError, InputError
from pipeline.results.filters import edit
from pipeline.results.filters.model import NOTHING, Group, InRegions, Part
from pipeline.results.filters.presets import presets_for
from pipeline.results.filters.reading import FilterError, as_document, read_filter
from pipeline.results.result_table import table_of
from portal.components import states
from portal.explore import chips, ids, zoom
from portal.explore.ownership import owned
from portal.explore.picks import with_picks
from portal.explore.titles import descriptions_of
from portal.explore.view import read_address, read_zoom, sort_document

_PART: TypeAdapter[Part] = TypeAdapter(Part)


def _changed(document: Any, change: Callable[[Group], Group]) -> Group:
    """The filter after a change. What the browser sent is read anew each time."""
    try:
        return change(read_filter(document))
    except InputError as error:
        raise PreventUpdate from error


@callback(
    Output(ids.FILTER, "data", allow_duplicate=True),
    Output(ids.ZOOM, "data", allow_duplicate=True),
    Input({"type": ids.PICK, "name": ALL}, "data"),
    State(ids.FILTER, "data"),
    State(ids.ZOOM, "data"),
    prevent_initial_call=True,
)
def picked(_picks: Any, document: Any, shown: Any) -> tuple[Any, Any]:
    """A click on a bar lets its values through, or no longer; a brush puts its range in place of the one before, and
    over the genome the plot goes there."""
    pick = ctx.triggered[0]["value"] if ctx.triggered else None
    if not isinstance(pick, dict):
        raise PreventUpdate
    try:
        wanted = pick.get("part")
        told = wanted.get("parts", []) if isinstance(wanted, dict) and wanted.get("kind") == "group" else [wanted]
        parts = [_PART.validate_python(part) for part in told]
    except ValidationError as error:
        raise PreventUpdate from error
    group = _changed(document, lambda group: with_picks(group, parts))
    return as_document(group), zoom.after_pick(group, parts, read_zoom(shown), shown)


@callback(
    Output(ids.FILTER, "data", allow_duplicate=True),
    Output(ids.ZOOM, "data", allow_duplicate=True),
    Input({"type": ids.CHIP, "place": ALL}, "n_clicks"),
    Input({"type": ids.LOOSEN, "place": ALL}, "n_clicks"),
    State(ids.FILTER, "data"),
    State(ids.ZOOM, "data"),
    prevent_initial_call=True,
)
def removed(chip_clicks: list[int | None], other_clicks: list[int | None], document: Any, shown: Any) -> Any:
    """A chip taken away; with the region that the genome plot went to it comes back."""
    if not any([*chip_clicks, *other_clicks]) or not isinstance(ctx.triggered_id, dict):
        raise PreventUpdate  # chips that were just drawn
    place = chips.place_of(ctx.triggered_id["place"])
    group = _changed(document, lambda group: edit.removed(group, place) if place else NOTHING)
    gone = [part for part in read_filter(document).parts if part not in group.parts]
    left = any(isinstance(part, InRegions) for part in gone)
    return as_document(group), None if left and shown else no_update


@callback(
    Output(ids.FILTER, "data", allow_duplicate=True),
    Output(ids.ZOOM, "data", allow_duplicate=True),
    Input(ids.CLEAR, "n_clicks"),
    prevent_initial_call=True,
)
def cleared(clicks: int | None) -> tuple[Any, Any]:
    """All filters taken away; the whole genome."""
    if not clicks:
        raise PreventUpdate
    return as_document(NOTHING), None


@callback(
    Output(ids.ZOOM, "data", allow_duplicate=True),
    Input(ids.ZOOM_OUT, "n_clicks"),
    Input(ids.ZOOM_ALL, "n_clicks"),
    State(ids.ZOOM, "data"),
    prevent_initial_call=True,
)
def zoomed_out(out: int | None, everything: int | None, shown: Any) -> Any:
    """The genome plot shows more, or all; what is filtered stays."""
    region = read_zoom(shown)
    if not (out or everything) or region is None:
        raise PreventUpdate
    wider = zoom.wider(region) if ctx.triggered_id == ids.ZOOM_OUT else None
    return zoom.document(wider)


@callback(
    Output(ids.FILTER, "data", allow_duplicate=True),
    Output(ids.NOTICE, "children", allow_duplicate=True),
    Input({"type": ids.PRESET, "name": ALL}, "n_clicks"),
    State(ids.JOB, "data"),
    prevent_initial_call=True,
)
def preset(clicks: list[int | None], job_id: str) -> tuple[Any, Any]:
    """A preset's filter in place of what was filtered."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        raise PreventUpdate
    try:
        job = owned(job_id)
        found = {each.id: each.group for each in presets_for(table_of(job), descriptions_of(job))}
    except GasError as error:
        return no_update, states.notice(error.message)
    group = found.get(ctx.triggered_id["name"])
    if group is None:
        raise PreventUpdate
    return as_document(group), no_update


@callback(
    Output(ids.FILTER, "data", allow_duplicate=True),
    Output(ids.SORT, "data", allow_duplicate=True),
    Output(ids.ZOOM, "data", allow_duplicate=True),
    Output(ids.NOTICE, "children", allow_duplicate=True),
    Input(ids.WENT, "data"),
    prevent_initial_call=True,
)
def went(told: Any) -> tuple[Any, ...]:
    """Back or forward: the view of the address that the reader came to."""
    try:
        view = read_address(told.get("view") if isinstance(told, dict) else None)
    except FilterError as error:
        return no_update, no_update, no_update, states.notice(error.message)
    return as_document(view.group), sort_document(view.sorts), zoom.document(view.zoom), []
