"""Which contig of the file is which of the bundle, in which order they are written, how engines take them."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.annotation.engines.base import Segment
from pipeline.annotation.prepare.survey import Survey
from pipeline.reference.bundle import Bundle, Contig


@dataclass(frozen=True)
class PlannedContig:
    """A contig of the file: its name there, its place in the output, the bundle's contig (None: not held)."""

    name: str
    order: int
    target: Contig | None
    segment: int  # index of the engine run that takes it; -1 where there is none


@dataclass(frozen=True)
class ContigPlan:
    """All contigs of the file, in output order."""

    contigs: dict[str, PlannedContig]
    segments: list[Segment]

    def unknown(self) -> list[str]:
        """Names of contigs that the bundle does not hold."""
        return [contig.name for contig in self.contigs.values() if contig.target is None]


def plan_contigs(survey: Survey, bundle: Bundle) -> ContigPlan:
    """Contigs keep the order of a sorted file; an unsorted one takes the order of its header, then of appearance."""
    names = list(survey.contigs)
    if not survey.in_order:
        declared = [name for name in survey.header.contigs if name in survey.contigs]
        names = declared + [name for name in names if name not in survey.header.contigs]
    planned: dict[str, PlannedContig] = {}
    segments: list[Segment] = []
    for order, name in enumerate(names):
        target = bundle.contig_for(name, survey.header.contigs.get(name))
        index = -1 if target is None else _segment_for(target, order, segments)
        planned[name] = PlannedContig(name, order, target, index)
    return ContigPlan(planned, segments)


def _segment_for(target: Contig, order: int, segments: list[Segment]) -> int:
    """Add the contig to the last segment, or open a new one: a run has one genetic code and each contig once."""
    last = segments[-1] if segments else None
    fits = (
        last is not None
        and last.genetic_code == target.genetic_code
        and last.has_genes == target.has_genes
        and target.name not in last.contigs
    )
    if last is None or not fits:
        segments.append(Segment({}, target.genetic_code, target.has_genes))
    segments[-1].contigs[target.name] = order
    return len(segments) - 1
