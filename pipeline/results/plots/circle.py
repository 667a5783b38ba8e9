"""The mitochondrial genome as the circle that it is: variants around it, genes inside."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.jobs.model import Job
from pipeline.reference.bundle import Bundle
from pipeline.reference.contigs import MITOCHONDRIAL
from pipeline.reference.gene_model import load_gene_model
from pipeline.results import cache
from pipeline.results.filters.model import Region
from pipeline.results.matches import Source
from pipeline.results.plots.contigs import contigs, contigs_of
from pipeline.results.plots.genome import Stretch, stretch

COLUMNS = ("pos", "chrom")


@dataclass(frozen=True)
class Arc:
    """A gene on the circle; positions are 1-based and inclusive."""

    name: str
    start: int
    end: int
    forward: bool


@dataclass(frozen=True)
class Circle:
    """Variants around the contig in bins, and its genes, where the reference knows them."""

    along: Stretch
    genes: list[Arc]


def mitochondrion(source: Source) -> str | None:
    """The file's name of the mitochondrial genome, if it has variants there."""
    return next((contig.name for contig in contigs(source) if contig.name in MITOCHONDRIAL), None)


def has_mitochondrion(job: Job) -> bool:
    """Whether the file has variants on the mitochondrial genome."""
    with cache.opened(job, "variants") as path:
        return any(contig.name in MITOCHONDRIAL for contig in contigs_of(str(path)))


def circle(source: Source, bundle: Bundle | None) -> Circle | None:
    """The variants that match on the mitochondrial genome; None where the file has none there."""
    name = mitochondrion(source)
    if name is None:
        return None
    known = bundle.contig_for(name) if bundle else None
    length = {name: known.length} if known else {}
    return Circle(stretch(source, Region(contig=name), length), _genes(bundle, known.name) if bundle and known else [])


def _genes(bundle: Bundle, contig: str) -> list[Arc]:
    found = load_gene_model(bundle.gff3).genes_of(contig) if bundle.gff3.exists() else None
    if found is None:
        return []
    rows = zip(found.names, found.starts.tolist(), found.ends.tolist(), found.forward.tolist(), strict=True)
    return [Arc(str(name), start, end, forward) for name, start, end, forward in rows]
