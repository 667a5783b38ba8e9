"""Which contig of the file is which of the bundle, in which order they are written, how engines take them."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.annotation.build.choice import BundleChoice
from pipeline.annotation.build.contig_names import YORUBA_ACCESSION, chromosome_of
from pipeline.annotation.build.contig_policy import ContigPolicy
from pipeline.annotation.build.fit import assembly_of
from pipeline.annotation.engines.base import Engine, Segment
from pipeline.annotation.prepare.header import VcfHeader
from pipeline.annotation.prepare.survey import Survey
from pipeline.errors import LimitError
from pipeline.reference.bundle import Bundle, Contig
from pipeline.settings import get_settings


@dataclass(frozen=True)
class PlannedContig:
    """A contig of the file: its name there, its place in the output, the bundle's contig (None: not held)."""

    name: str
    order: int
    target: Contig | None
    segment: int  # index of the engine run that takes it; -1 where there is none


class ContigPlan:
    """The contigs of the file in output order; it grows as contigs appear in the records.

    `choice` says which of them the bundle's contigs of the same name stand for, `engine` which of them go together.
    """

    def __init__(self, header: VcfHeader, bundle: Bundle, choice: BundleChoice, engine: Engine) -> None:
        self.contigs: dict[str, PlannedContig] = {}
        self.by_order: list[PlannedContig] = []
        self.segments: list[Segment] = []
        self.choice = choice
        self._header = header
        self._bundle = bundle
        self._engine = engine
        self._assembly = assembly_of(bundle)
        self._most = get_settings().max_contigs

    def contig(self, name: str) -> PlannedContig:
        """The plan of a contig, made when the name is first asked for. Raises LimitError for too many."""
        if name not in self.contigs:
            declared = self._header.contigs.get(name)
            target = target_of(name, declared, self._bundle, self._assembly, self.choice.policy)
            order = len(self.by_order)
            if order >= self._most:
                raise too_many_contigs(self._most)
            index = -1 if target is None else self._segment_for(target, order)
            planned = PlannedContig(name, order, target, index)
            self.by_order.append(planned)
            self.contigs[name] = planned
        return self.contigs[name]

    def unknown(self) -> list[str]:
        """Names of contigs that the bundle does not hold."""
        return [contig.name for contig in self.contigs.values() if contig.target is None]

    def _segment_for(self, target: Contig, order: int) -> int:
        """Add the contig to the last segment, or open a new one: a run has one genetic code and each contig once."""
        last = self.segments[-1] if self.segments else None
        route = self._engine.route(target, self._bundle)
        fits = (
            last is not None
            and last.genetic_code == target.genetic_code
            and last.has_genes == target.has_genes
            and last.route == route
            and target.name not in last.contigs
        )
        if last is None or not fits:
            self.segments.append(Segment({}, target.genetic_code, target.has_genes, route))
        self.segments[-1].contigs[target.name] = order
        return len(self.segments) - 1


def plan_contigs(survey: Survey, bundle: Bundle, choice: BundleChoice, engine: Engine) -> ContigPlan:
    """The plan of a file whose contigs are all known: they keep the order of a sorted file; an unsorted one takes the
    order of its header, then of appearance. Raises LimitError for too many."""
    plan = ContigPlan(survey.header, bundle, choice, engine)
    declared = [] if survey.in_order else [name for name in survey.header.contigs if name in survey.contigs]
    for name in (*declared, *survey.contigs):
        plan.contig(name)
    return plan


def target_of(name: str, declared: int | None, bundle: Bundle, assembly: str, policy: ContigPolicy) -> Contig | None:
    """The bundle's contig that annotates the file's contig `name`, of `declared` base pairs; None: carried through.

    The version of a RefSeq accession decides the build (NC_000001.10 is GRCh37, NC_000001.11 is GRCh38): one of another
    assembly than the bundle's is another sequence.
    """
    chromosome = chromosome_of(name)
    mitochondrial = chromosome is not None and chromosome.is_mitochondrial
    if not (policy.mitochondrial if mitochondrial else policy.nuclear):
        return None
    length = declared if mitochondrial or policy.declared_lengths else None
    if bundle.contig_for(name) is not None or chromosome is None:
        return bundle.contig_for(name, length)
    if mitochondrial:
        return None if chromosome.assembly == YORUBA_ACCESSION else bundle.contig_for(chromosome.name, length)
    return bundle.contig_for(chromosome.name, length) if chromosome.assembly in (None, assembly) else None


def too_many_contigs(limit: int) -> LimitError:
    """The error for records on more contigs than any assembly has."""
    return LimitError(
        f"The records lie on more than {limit:,} different contigs (setting max_contigs). Check that the first column "
        "holds contig names.",
        code="too_many_contigs",
    )
