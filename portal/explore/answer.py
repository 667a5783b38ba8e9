"""The explorer's answers: to a filter, its count, chips, plots and address; to a click, a filter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, no_update
from dash.exceptions import PreventUpdate
from pydantic import TypeAdapter, ValidationError

from pipeline.errors import GasError, InputError, SupersededError
from pipeline.jobs.model import Job
from pipeline.jobs.store import get_owned
from pipeline.results import connection, documents
from pipeline.results.columns import KNOWN, described_by
from pipeline.results.filters import edit
from pipeline.results.filters.model import NOTHING, Group, OneOf, Part
from pipeline.results.filters.presets import presets_for
from pipeline.results.filters.reading import FilterError, as_document, read_filter
from pipeline.results.matches import Source, matching, table_of
from portal.auth.current import current_user
from portal.components import painting, states
from portal.components.words import number
from portal.explore import chips, ids
from portal.explore.figures.catalogue import Asked, Plot, plot_of
from portal.explore.view import View, read_address, read_sorts, read_zoom, sort_document

_PART: TypeAdapter[Part] = TypeAdapter(Part)


def owned(job_id: object) -> Job:
    """The job, if it is the reader's. NotFoundError otherwise."""
    return get_owned(job_id, current_user().user_id)


def titles_of(job: Job) -> Mapping[str, str]:
    """The names of the columns for people."""
    described = described_by(documents.document(job, "manifest")) if "manifest" in job.outputs else {}
    return {name: title for name, (title, _) in (described | KNOWN).items()}


@callback(
    Output(ids.COUNT, "children"),
    Output(ids.CHIPS, "children"),
    Output(ids.NOTICE, "children"),
    Output(ids.ADDRESS, "data"),
    Output({"type": painting.FIGURE, "name": ALL}, "data"),
    Output({"type": ids.NUMBERS, "name": ALL}, "children"),
    Output({"type": ids.TABLE, "name": ALL}, "data"),
    Input(ids.FILTER, "data"),
    Input(ids.ZOOM, "data"),
    Input(ids.SORT, "data"),
    State(ids.JOB, "data"),
    State(ids.PAGE, "data"),
)
def answer(document: Any, zoom: Any, sort: Any, job_id: str, page: str) -> tuple[Any, ...]:
    """Everything that a filter changes but the rows, which the table asks for itself."""
    user = current_user()
    plots = [plot_of(output["id"]["name"]) for output in ctx.outputs_list[4]]
    nothing = [no_update] * len(plots)
    try:
        job = get_owned(job_id, user.user_id)
        view = View(read_filter(document), read_sorts(sort), read_zoom(zoom))
        shown = chips.chips(view.group, titles_of(job))
        with connection.asking(f"{user.user_id}/{page}"):
            counted, drawn = _drawn(job, view, plots)
    except SupersededError as error:
        raise PreventUpdate from error
    except GasError as error:
        return no_update, no_update, states.notice(error.message), no_update, nothing, nothing, nothing
    figures, said, tables = zip(*drawn, strict=True) if drawn else ((), (), ())
    return counted, shown, [], _address(view), list(figures), list(said), list(tables)


def _address(view: View) -> dict[str, str]:
    try:
        return {"view": view.address}
    except FilterError as error:  # too long for a link: the page works, the link does not hold it
        return {"view": "", "said": error.message}


def _drawn(job: Job, view: View, plots: list[Plot]) -> tuple[Any, list[tuple[Any, ...]]]:
    """The count in words; for each plot its figure, what it says, and its numbers."""
    asked = Asked(job, zoom=view.zoom)
    drawn = []
    with matching(job, view.group) as source:
        count = _count(source)
        for plot in plots:
            drawn.append(_one(plot, job, view.group, source, asked))
    return count, drawn


def _one(plot: Plot, job: Job, group: Group, source: Source, asked: Asked) -> tuple[Any, ...]:
    """A plot over the filter without its own columns, so that what it leaves out stays in sight to choose."""
    rest = edit.without(group, plot.columns(source.table, asked))
    if rest == group:
        data = plot.query(source, asked)
    else:
        with matching(job, rest) as wider:
            data = plot.query(wider, asked)
    found = plot.drawn(data, group)
    return found.figure, found.alternative, {"header": found.header, "rows": found.rows}


def _count(source: Source) -> str:
    if source.count == source.total:
        return f"{number(source.total)} variants"
    return f"{number(source.count)} of {number(source.total)} variants"


def _changed(document: Any, change: Callable[[Group], Group]) -> Any:
    """The filter's document after a change. What the browser sent is read anew each time."""
    try:
        return as_document(change(read_filter(document)))
    except InputError as error:
        raise PreventUpdate from error


@callback(
    Output(ids.FILTER, "data", allow_duplicate=True),
    Input({"type": ids.PICK, "name": ALL}, "data"),
    State(ids.FILTER, "data"),
    prevent_initial_call=True,
)
def picked(_picks: Any, document: Any) -> Any:
    """A click on a bar lets its values through, or no longer; a brush puts its range in place of the one before."""
    pick = ctx.triggered[0]["value"] if ctx.triggered else None
    if not isinstance(pick, dict):
        raise PreventUpdate
    try:
        wanted = pick.get("part")
        told = wanted.get("parts", []) if isinstance(wanted, dict) and wanted.get("kind") == "group" else [wanted]
        parts = [_PART.validate_python(part) for part in told]
    except ValidationError as error:
        raise PreventUpdate from error
    return _changed(document, lambda group: _with_picks(group, parts))


def _with_picks(group: Group, parts: list[Part]) -> Group:
    for part in parts:
        if isinstance(part, OneOf) and len(part.values) == 1 and not part.negated and not part.terms:
            group = edit.toggled(group, part.column, part.values[0])
        elif part in edit.as_all(group).parts:  # the same click again takes it away
            group = Group(parts=tuple(old for old in edit.as_all(group).parts if old != part))
        else:
            group = edit.replaced(group, part)
    return group


@callback(
    Output(ids.FILTER, "data", allow_duplicate=True),
    Input({"type": ids.CHIP, "place": ALL}, "n_clicks"),
    State(ids.FILTER, "data"),
    prevent_initial_call=True,
)
def removed(clicks: list[int | None], document: Any) -> Any:
    """A chip taken away."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        raise PreventUpdate  # chips that were just drawn
    place = chips.place_of(ctx.triggered_id["place"])
    return _changed(document, lambda group: edit.removed(group, place) if place else NOTHING)


@callback(
    Output(ids.FILTER, "data", allow_duplicate=True),
    Input(ids.CLEAR, "n_clicks"),
    prevent_initial_call=True,
)
def cleared(clicks: int | None) -> Any:
    """All filters taken away."""
    if not clicks:
        raise PreventUpdate
    return as_document(NOTHING)


@callback(
    Output(ids.FILTER, "data", allow_duplicate=True),
    Input({"type": ids.PRESET, "name": ALL}, "n_clicks"),
    State(ids.JOB, "data"),
    prevent_initial_call=True,
)
def preset(clicks: list[int | None], job_id: str) -> Any:
    """A preset's filter in place of what was filtered."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        raise PreventUpdate
    found = {each.id: each.group for each in presets_for(table_of(owned(job_id)))}
    group = found.get(ctx.triggered_id["name"])
    if group is None:
        raise PreventUpdate
    return as_document(group)


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
    zoom = view.zoom.model_dump(mode="json") if view.zoom else None
    return as_document(view.group), sort_document(view.sorts), zoom, []
