"""The plots of a finished job: over its table of variants, or from its summary while the table is in the archive."""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component

from pipeline.jobs.model import Job
from pipeline.results import blocks, documents, summarised
from pipeline.results.filters.model import NOTHING
from pipeline.results.matches import matching
from pipeline.results.plots.contigs import lengths_of
from portal.components.figure_card import card
from portal.explore.figures.catalogue import Asked, plot_of

SHOWN = ("consequences", "substitutions", "genome")  # the explorer has all of them


def plots(job: Job) -> list[Component]:
    """Consequences, substitutions, positions. Raises GasError where they cannot be read now."""
    data = _of_tables(job) if job.has_results else _of_summary(job)
    return [card(plot_of(name), plot_of(name).drawn(found, NOTHING)) for name, found in data.items()]


def _of_tables(job: Job) -> dict[str, Any]:
    if not blocks.total(job):
        return {}
    with matching(job, NOTHING) as source:
        return {name: plot_of(name).query(source, Asked(job)) for name in SHOWN}


def _of_summary(job: Job) -> dict[str, Any]:
    """A job that another system wrote has no summary, and so nothing to draw until its files are back."""
    counted = documents.document(job, "summary") if "summary" in job.outputs else {}
    if not counted.get("alleles"):
        return {}
    names = [str(row["contig"]) for row in counted.get("positions") or []]
    return {
        "consequences": summarised.consequences(counted),
        "substitutions": summarised.substitutions(counted),
        "genome": summarised.genome(counted, lengths_of(job.bundle_id, names)),
    }
