"""The explorer's answers to a filter: its count, chips and plots; and the address of the view."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, no_update
from dash.exceptions import PreventUpdate

from pipeline import clock
from pipeline.errors import GasError, InputError, SupersededError
from pipeline.jobs.model import Job
from pipeline.results import connection
from pipeline.results.filters.reading import FilterError, read_filter
from portal.auth.current import current_user
from portal.components import painting, states
from portal.components.words import number
from portal.explore import chips, ids, loosen
from portal.explore.drawing import Shown, drawn
from portal.explore.figures.catalogue import Asked, Plot, plot_of
from portal.explore.matched import matched
from portal.explore.ownership import owned
from portal.explore.titles import titles_of
from portal.explore.view import View, read_sorts, read_zoom

PLOTS_AT = 4  # among the outputs


@callback(
    Output(ids.COUNT, "children"),
    Output(ids.CHIPS, "children"),
    Output(ids.NOTICE, "children"),
    Output(ids.ANSWERED, "data"),
    Output({"type": painting.FIGURE, "name": ALL}, "data"),
    Output({"type": ids.NUMBERS, "name": ALL}, "children"),
    Output({"type": ids.TABLE, "name": ALL}, "data"),
    Input(ids.FILTER, "data"),
    Input(ids.ZOOM, "data"),
    Input(ids.FREQUENCY, "data"),
    State(ids.JOB, "data"),
    State(ids.PAGE, "data"),
)
def answer(document: Any, zoom: Any, frequency: Any, job_id: str, page: str) -> tuple[Any, ...]:
    """Everything that a filter changes but the rows, which the table asks for itself, and the plots beside the wall."""
    plots = [plot_of(output["id"]["name"]) for output in ctx.outputs_list[PLOTS_AT]]
    nothing = [no_update] * len(plots)
    try:
        job = owned(job_id)
        view = View(read_filter(document), (), read_zoom(zoom))
        asked = Asked(job, view.zoom, frequency if isinstance(frequency, str) else None, group=view.group)
        with connection.asking(f"{current_user().user_id}/{page}"):
            count, total, shown = _shown(job, view, plots, asked)
            hints = loosen.hints(job, view.group, titles_of(job)) if total and not count else []
        told = chips.chips(job.job_id, view.group, titles_of(job), view.zoom)
    except SupersededError as error:
        raise PreventUpdate from error
    except GasError as error:
        return no_update, no_update, states.notice(error.message), clock.now(), nothing, nothing, nothing
    figures, said, tables = ([each[part] for each in shown] for part in range(3))
    return _count(count, total), told, hints, clock.now(), figures, said, tables


def _shown(job: Job, view: View, plots: list[Plot], asked: Asked) -> tuple[int, int, list[Any]]:
    """How many variants match of how many, and each plot of the wall."""
    as_it_is: Shown = (no_update, no_update, no_update)
    with matched(job, view.group) as source:
        shown = [as_it_is if plot.on_demand else drawn(plot, job, view.group, source, asked) for plot in plots]
        return source.count, source.total, shown


def _count(count: int, total: int) -> str:
    return f"{number(total)} variants" if count == total else f"{number(count)} of {number(total)} variants"


@callback(
    Output(ids.ADDRESS, "data"),
    Input(ids.FILTER, "data"),
    Input(ids.ZOOM, "data"),
    Input(ids.SORT, "data"),
)
def address(document: Any, zoom: Any, sort: Any) -> dict[str, str]:
    """The view as text for the address; too long for a link, the page works and the link does not hold it."""
    current_user()
    try:
        return {"view": View(read_filter(document), read_sorts(sort), read_zoom(zoom)).address}
    except FilterError as error:
        return {"view": "", "said": error.message}
    except InputError as error:
        raise PreventUpdate from error
