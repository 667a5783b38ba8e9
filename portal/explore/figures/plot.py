"""What a plot of the explorer is: what it needs, asks, draws and says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from pipeline.jobs.model import Job
from pipeline.results.filters.model import NOTHING, Group, Region
from pipeline.results.filters.table import Table
from pipeline.results.matches import Source
from portal.explore.figures.look import Figure, legend_apart

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


class Drawing(Protocol):
    """How the data of a plot are drawn and told: one module for each, with these functions."""

    @property
    def figure(self) -> Callable[[Any, Group], Figure]:
        """The plot in plotly's form; it has the filter too, to dim what that leaves out."""
        ...

    @property
    def alternative(self) -> Callable[[Any], str]:
        """What it shows, in words."""
        ...

    @property
    def numbers(self) -> Callable[[Any], Numbers]:
        """The numbers behind it: header and rows."""
        ...

    @property
    def is_empty(self) -> Callable[[Any], bool]:
        """True if there is nothing to draw."""
        ...


@dataclass(frozen=True)
class Plot:
    """One plot. `query` gives the data that `drawing` draws and tells. `columns` are those that a click or brush sets
    conditions on: the data are asked over the filter without conditions on them."""

    name: str
    title: str
    sentence: str
    needs: tuple[str, ...]
    columns: Columns
    query: Callable[[Source, Asked], Any]
    drawing: Drawing
    wide: bool = False  # takes a whole row of the page
    on_demand: bool = False  # too costly to be drawn at each change of the filter unless somebody looks at it
    fits: Callable[[Table, Job], bool] = lambda _table, _job: True

    def drawn(self, data: Any, group: Group) -> Drawn:
        """What the page shows of the data under the filter."""
        header, rows = self.drawing.numbers(data)
        figure = None if self.drawing.is_empty(data) else legend_apart(self.drawing.figure(data, group))
        return Drawn(figure, self.drawing.alternative(data), header, rows)
