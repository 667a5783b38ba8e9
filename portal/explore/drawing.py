"""Plots of the explorer under a filter: each over the filter without its own columns."""

from __future__ import annotations

from typing import Any

from pipeline.jobs.model import Job
from pipeline.results.filters import edit
from pipeline.results.filters.model import Group
from pipeline.results.matches import Source
from portal.explore.figures.catalogue import Asked, Plot
from portal.explore.matched import matched

Shown = tuple[Any, str, dict[str, Any]]  # figure, what it says, the numbers behind it


def drawn(plot: Plot, job: Job, group: Group, source: Source, asked: Asked) -> Shown:
    """A plot over the filter without its own columns, so that what it leaves out stays in sight to choose."""
    rest = edit.without(group, plot.columns(source.table, asked))
    if rest == group:
        data = plot.query(source, asked)
    else:
        with matched(job, rest) as wider:
            data = plot.query(wider, asked)
    found = plot.drawn(data, group)
    return found.figure, found.alternative, {"header": found.header, "rows": found.rows}
