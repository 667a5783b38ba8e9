"""The plots that cost more than the others: drawn when somebody opens them."""

from __future__ import annotations

from pipeline.results import cache
from pipeline.results.matches import Source
from pipeline.results.plots import circle as _circle
from pipeline.results.plots import contexts as _contexts
from pipeline.results.plots import contigs as _contigs
from pipeline.results.plots import protein as _protein
from pipeline.results.plots import rainfall as _rainfall
from pipeline.results.plots import samples as _samples
from pipeline.results.plots.histograms import Histogram, of_calls
from portal.explore.figures import circle, contexts, histograms, protein, rainfall, samples
from portal.explore.figures.plot import Asked, Plot


def _far(source: Source, asked: Asked) -> _rainfall.Rainfall:
    names = [contig.name for contig in _contigs.contigs(source)]
    return _rainfall.rainfall(source, _contigs.lengths_of(asked.job.bundle_id, names))


def _of_samples(source: Source, asked: Asked) -> _samples.Samples:
    with cache.opened(asked.job, "genotypes") as calls:
        return _samples.samples(source, str(calls), source.table.samples)


def _qualities(source: Source, asked: Asked) -> Histogram:
    with cache.opened(asked.job, "genotypes") as calls:
        return of_calls(source, str(calls), "gq")


def _gene(source: Source, asked: Asked) -> _protein.Protein:
    gene = asked.gene or _protein.gene_of(source, asked.group)
    return _protein.protein(source, gene, _contigs.reference_of(asked.job.bundle_id))


def _neighbours(source: Source, asked: Asked) -> _contexts.Contexts:
    bundle = _contigs.reference_of(asked.job.bundle_id)
    return _contexts.contexts(source, bundle) if bundle else _contexts.Contexts({}, 1, 0)


CLOSER = [
    Plot(
        "lollipop",
        "Along the protein",
        "A gene's variants along its protein: the gene of the filter, else the one with most damaging variants. "
        "Drag to choose residues.",
        ("gene", "transcript", "protein_position", "impact"),
        lambda _table, _asked: _protein.COLUMNS,
        _gene,
        protein,
        wide=True,
        on_demand=True,
    ),
    Plot(
        "rainfall",
        "Rainfall",
        "How far each variant is from the one before it. Clusters are low points side by side.",
        ("chrom", "pos", "impact"),
        lambda _table, _asked: _rainfall.COLUMNS,
        _far,
        rainfall,
        wide=True,
        on_demand=True,
    ),
    Plot(
        "contexts",
        "Substitutions in context",
        "Single-base changes with the bases beside them, told from the strand of the pyrimidine: 96 classes.",
        ("chrom", "pos", "ref", "alt"),
        lambda _table, _asked: (),
        _neighbours,
        contexts,
        wide=True,
        on_demand=True,
        fits=lambda _table, job: _contigs.reference_of(job.bundle_id) is not None,
    ),
    Plot(
        "samples",
        "Samples",
        "What each sample carries, and what the calls on its X chromosome say of its sex.",
        ("chrom", "pos"),
        lambda _table, _asked: (),
        _of_samples,
        samples,
        on_demand=True,
        fits=lambda table, job: bool(table.samples) and "genotypes" in job.outputs,
    ),
    Plot(
        "genotype_quality",
        "Genotype quality",
        "How sure the caller is of each call that holds a variant: GQ, all samples.",
        (),
        lambda _table, _asked: (),
        _qualities,
        histograms,
        on_demand=True,
        fits=lambda table, job: bool(table.samples) and "genotypes" in job.outputs,
    ),
    Plot(
        "circle",
        "Mitochondrial genome",
        "Variants around the circle, the genes inside of them. Click a gene or a bar to look there.",
        ("chrom", "pos", "impact"),
        lambda _table, _asked: _circle.COLUMNS,
        lambda source, asked: _circle.circle(source, _contigs.reference_of(asked.job.bundle_id)),
        circle,
        on_demand=True,
        fits=lambda _table, job: _circle.has_mitochondrion(job),
    ),
]
