"""What a plot of the explorer is: what it needs, asks, draws and says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pipeline.jobs.model import Job
from pipeline.results.filters.model import NOTHING, Group, Region
from pipeline.results.filters.table import Table
from pipeline.results.matches import Source
from portal.explore.figures.look import Figure

Numbers = tuple[list[str], list[list[Any]]]
Columns = Callable[[Table, "Asked"], tuple[str, ...]]


@dataclass(frozen=True)
class Asked:
    """What is asked of plots beside the filter: the stretch of the genome, the column of the frequencies, the gene."""

    job: Job
    zoom: Region | None = None
    frequency: str | None = None
    gene: str | None = None
    group: Group = NOTHING  # the whole filter, of which a gene can be read


@dataclass(frozen=True)
class Drawn:
    """A plot as the page shows it: no figure where there is nothing to draw, which `alternative` then says."""

    figure: Figure | None
    alternative: str
    header: list[str]
    rows: list[list[Any]]


@dataclass(frozen=True)
class Plot:
    """One plot. `query` gives the data that `figure`, `alternative` and `numbers` take; the figure has the filter too,
    to dim what that leaves out. `columns` are those that a click or brush sets conditions on: the data are asked over
    the filter without conditions on them."""

    name: str
    title: str
    sentence: str
    needs: tuple[str, ...]
    columns: Columns
    query: Callable[[Source, Asked], Any]
    figure: Callable[[Any, Group], Figure]
    alternative: Callable[[Any], str]
    numbers: Callable[[Any], Numbers]
    is_empty: Callable[[Any], bool]
    wide: bool = False  # takes a whole row of the page
    on_demand: bool = False  # too costly to be drawn at each change of the filter unless somebody looks at it
    fits: Callable[[Table, Job], bool] = lambda _table, _job: True

    def drawn(self, data: Any, group: Group) -> Drawn:
        """What the page shows of the data under the filter."""
        header, rows = self.numbers(data)
        figure = None if self.is_empty(data) else self.figure(data, group)
        return Drawn(figure, self.alternative(data), header, rows)
