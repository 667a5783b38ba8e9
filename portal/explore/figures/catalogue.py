"""All plots of the explorer, and which of them a result can have."""

from __future__ import annotations

from pipeline.jobs.model import Job
from pipeline.results.filters.table import Table
from pipeline.results.plots.frequencies import frequency_choices
from portal.explore.figures.closer import CLOSER
from portal.explore.figures.plot import Asked, Drawn, Plot
from portal.explore.figures.wall import WALL, frequency_column

__all__ = ["PLOTS", "Asked", "Drawn", "Plot", "available", "frequency_choices", "frequency_column", "plot_of"]

PLOTS = [*WALL, *CLOSER]
_BY_NAME = {plot.name: plot for plot in PLOTS}


def available(table: Table, job: Job, *, on_demand: bool = False) -> list[Plot]:
    """The plots that a result has the columns for, in the order of the page: those of the wall, or those that are drawn
    when somebody opens them."""
    return [
        plot
        for plot in PLOTS
        if plot.on_demand == on_demand and all(name in table.types for name in plot.needs) and plot.fits(table, job)
    ]


def plot_of(name: str) -> Plot:
    """The plot of this name. Raises KeyError for none."""
    return _BY_NAME[name]
