"""The plots of a finished job: over its table of variants, or from its summary while the table is in the archive."""

from __future__ import annotations

from dash.development.base_component import Component

from pipeline.errors import GasError
from pipeline.jobs.model import Job
from pipeline.reference.bundle import load_bundle
from pipeline.results import blocks, documents, queries, summarised
from portal.components import figures


def plots(job: Job) -> list[Component]:
    """Consequences, substitutions, positions. Raises GasError where they cannot be read now."""
    return _of_tables(job) if job.has_results else _of_summary(job)


def _of_tables(job: Job) -> list[Component]:
    if not blocks.total(job):
        return []
    along = queries.positions(job)
    return [
        figures.consequences(queries.consequences(job)),
        figures.substitutions(queries.substitutions(job)),
        figures.positions(along, contig_lengths(job.bundle_id, [contig.name for contig in along.contigs])),
    ]


def _of_summary(job: Job) -> list[Component]:
    """A job that another system wrote has no summary, and so nothing to draw until its files are back."""
    counted = documents.document(job, "summary") if "summary" in job.outputs else {}
    if not counted.get("alleles"):
        return []
    along = summarised.stretches(counted)
    return [
        figures.consequences(summarised.consequences(counted)),
        figures.substitutions(summarised.substitutions(counted)),
        figures.stretches(along, contig_lengths(job.bundle_id, [contig.name for contig in along.contigs])),
    ]


def contig_lengths(bundle_id: str | None, names: list[str]) -> dict[str, int]:
    """Lengths, in bases, of those contigs (named as in a file) that the job's reference holds."""
    try:
        bundle = load_bundle(bundle_id) if bundle_id else None
    except GasError:
        return {}
    found = {name: bundle.contig_for(name) for name in names} if bundle else {}
    return {name: contig.length for name, contig in found.items() if contig is not None}
