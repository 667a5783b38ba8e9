"""The plots that stand on the page under every filter."""

from __future__ import annotations

from functools import partial

from pipeline.results.filters.presets import significance_column
from pipeline.results.filters.table import Table
from pipeline.results.matches import Source
from pipeline.results.plots import classes as _classes
from pipeline.results.plots import consequences as _consequences
from pipeline.results.plots import contigs as _contigs
from pipeline.results.plots import frequencies as _frequencies
from pipeline.results.plots import genes as _genes
from pipeline.results.plots import genome as _genome
from pipeline.results.plots import indels as _indels
from pipeline.results.plots import substitutions as _substitutions
from pipeline.results.plots.histograms import Histogram, histogram
from portal.explore.figures import (
    classes,
    consequences,
    frequencies,
    genes,
    genome,
    histograms,
    indels,
    substitutions,
)
from portal.explore.figures.plot import Asked, Columns, Plot


def frequency_column(table: Table, asked: Asked) -> str:
    """The column of the frequencies: the one that is asked for, if the result has it, else the first."""
    columns = _frequencies.frequency_columns(table)
    return asked.frequency if asked.frequency in columns else columns[0]


def _always(*columns: str) -> Columns:
    return lambda _table, _asked: columns


def _along(source: Source, asked: Asked) -> _genome.Genome | _genome.Stretch:
    found = _contigs.contigs(source)
    lengths = _contigs.lengths_of(asked.job.bundle_id, [contig.name for contig in found])
    region = asked.zoom or _genome.whole_contig(found)
    return _genome.stretch(source, region, lengths) if region else _genome.genome(source, lengths)


def _numbers_of(source: Source, _asked: Asked, column: str) -> Histogram:
    return histogram(source, column)


WALL = [
    Plot(
        "genome",
        "Along the genome",
        "Where the variants lie. Click or drag to look only there.",
        ("chrom", "pos", "impact"),
        _always(*_genome.COLUMNS),
        _along,
        genome,
        wide=True,
    ),
    Plot(
        "consequences",
        "Consequences",
        "Variants by the consequence that speaks for each, coloured by impact.",
        ("consequence", "impact"),
        _always(*_consequences.COLUMNS),
        lambda source, _asked: _consequences.consequences(source),
        consequences,
    ),
    Plot(
        "genes",
        "Genes with damaging variants",
        "Genes ranked by their variants of high or moderate impact.",
        ("gene", "impact"),
        _always(*_genes.COLUMNS),
        lambda source, _asked: _genes.genes(source),
        genes,
    ),
    Plot(
        "clinvar",
        "ClinVar",
        "Variants by ClinVar's class, the worst first.",
        (),
        lambda table, _asked: (significance_column(table) or "",),
        lambda source, _asked: _classes.classes(source),
        classes,
        fits=lambda table, _job: significance_column(table) is not None,
    ),
    Plot(
        "frequencies",
        "Allele frequency",
        "How frequent the alleles are, on a logarithmic axis; those that nobody knows stand beside it.",
        (),
        lambda table, asked: (frequency_column(table, asked),),
        lambda source, asked: _frequencies.frequencies(source, frequency_column(source.table, asked)),
        frequencies,
        fits=lambda table, _job: bool(_frequencies.frequency_columns(table)),
    ),
    Plot(
        "substitutions",
        "Substitutions",
        "Single-base changes by type: transitions, which are more frequent in nature, and transversions.",
        ("ref", "alt"),
        _always(*_substitutions.COLUMNS),
        lambda source, _asked: _substitutions.substitutions(source),
        substitutions,
    ),
    Plot(
        "indels",
        "Insertions and deletions",
        "By how many bases they add or take away.",
        ("ref", "alt", "type"),
        _always(*_indels.COLUMNS),
        lambda source, _asked: _indels.indels(source),
        indels,
    ),
    *(
        Plot(
            name,
            title,
            sentence,
            (column,),
            _always(column),
            partial(_numbers_of, column=column),
            histograms,
            # Empty throughout in files without the field, which is known before anybody asks.
            fits=lambda table, _job, column=column: table.kind(column) != "text",
        )
        for name, column, title, sentence in (
            ("quality", "qual", "Quality", "How sure the caller is of each variant: QUAL of the record."),
            ("depth", "dp", "Depth", "Reads at the site of each variant, all samples together."),
        )
    ),
]
