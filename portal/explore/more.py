"""The plots beside the wall, which cost more: each is asked for when somebody opens it, and anew while it is open."""

from __future__ import annotations

from typing import Any

from dash import MATCH, Input, Output, State, callback, ctx, no_update
from dash.exceptions import PreventUpdate

from pipeline.errors import GasError, SupersededError
from pipeline.results import connection
from pipeline.results.filters.reading import read_filter
from portal.auth.current import current_user
from portal.components import painting
from portal.explore import ids
from portal.explore.drawing import drawn
from portal.explore.figures.catalogue import Asked, plot_of
from portal.explore.matched import matched
from portal.explore.ownership import owned
from portal.explore.view import read_zoom


@callback(
    Output({"type": painting.FIGURE, "name": MATCH}, "data", allow_duplicate=True),
    Output({"type": ids.NUMBERS, "name": MATCH}, "children", allow_duplicate=True),
    Output({"type": ids.TABLE, "name": MATCH}, "data", allow_duplicate=True),
    Input({"type": ids.OPEN, "name": MATCH}, "data"),
    State(ids.FILTER, "data"),
    State(ids.ZOOM, "data"),
    State(ids.JOB, "data"),
    State(ids.PAGE, "data"),
    prevent_initial_call=True,
)
def opened(is_open: Any, document: Any, zoom: Any, job_id: str, page: str) -> tuple[Any, ...]:
    """One plot; its Store says when it was opened, or when the filter changed while it was open."""
    name = ctx.outputs_list[0]["id"]["name"]
    try:
        plot = plot_of(name)
    except KeyError as error:
        raise PreventUpdate from error
    if not is_open or not plot.on_demand:
        raise PreventUpdate
    try:
        job, group = owned(job_id), read_filter(document)
        asking = connection.asking(f"{current_user().user_id}/{page}/{name}")
        with asking, matched(job, group) as source:
            return drawn(plot, job, group, source, Asked(job, read_zoom(zoom), group=group))
    except SupersededError as error:
        raise PreventUpdate from error
    except GasError as error:
        return no_update, error.message, no_update
