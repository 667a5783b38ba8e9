"""The pass ahead of the one that annotates: finds the alleles that act together, in files whose genotypes tell.

It reads the genotypes of coding alleles alone, so that it takes little more than the time of reading the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.alleles import ANNOTATED, alleles_of
from pipeline.annotation.children import ChildFamily
from pipeline.annotation.columnar import IntArray, mask, to_numpy
from pipeline.annotation.contig_plan import ContigPlan
from pipeline.annotation.haplotypes.carriers import Carried, carriers_of
from pipeline.annotation.haplotypes.coding import contig_coding
from pipeline.annotation.haplotypes.compounds import Compounds, compounds_of
from pipeline.annotation.haplotypes.hold import ContigHold
from pipeline.annotation.haplotypes.judge import judge
from pipeline.annotation.haplotypes.locus import CodingAlleles, Joint
from pipeline.annotation.haplotypes.phase import Blocks, is_phased, some_records
from pipeline.annotation.prepare.blocks import Block
from pipeline.annotation.prepare.first_pass import ReadAgainError
from pipeline.annotation.prepare.survey import runs
from pipeline.errors import LimitError
from pipeline.reference.bundle import Bundle, Contig
from pipeline.reference.gene_model import GeneModel, load_gene_model
from pipeline.settings import Settings


def look_ahead(
    blocks: Callable[[], Blocks],
    samples: int,
    plan: ContigPlan,
    bundle: Bundle,
    family: ChildFamily,
    on_progress: Callable[[int, int], None],
) -> Compounds | None:
    """The joined consequences of a file, in a pass of its own over `blocks()`; None where it has none, or where its
    first records (setting `phase_probe_records`) have no phased genotype. `on_progress(bytes read, records)`.

    Raises what reading the file raises, ReadAgainError where the records are not in order, LimitError where the setting
    `max_haplotype_bytes` is too small, and PermanentError where bcftools fails.
    """
    if not samples or not is_phased(blocks(), family.settings.phase_probe_records, plan):
        return None
    model = load_gene_model(bundle.gff3)
    found = _Loci(samples, plan, model, family.settings)
    for block, numbers, bytes_read in blocks():
        found.look(block, numbers)
        on_progress(bytes_read, int(numbers[-1]) + 1)
    found.end_contig()
    if not found.by_code:
        return None
    judged = [(judge(loci, code, bundle, family), loci) for code, loci in found.by_code.items()]
    return compounds_of(judged, bundle, model)


class _Loci:
    """Collects, contig by contig, the alleles that may act together."""

    def __init__(self, samples: int, plan: ContigPlan, model: GeneModel, settings: Settings) -> None:
        self.by_code: dict[int, list[tuple[str, Joint]]] = {}
        self._samples = samples
        self._plan = plan
        self._model = model
        self._settings = settings
        self._name = ""
        self._seen: set[str] = set()
        self._reached = 0
        self._target: Contig | None = None
        self._hold: ContigHold | None = None
        self._kept_bytes = 0

    def look(self, block: Block, numbers: IntArray) -> None:
        """Take the next block of the file, whose records are in order."""
        starts, names = runs(block.chrom)
        for first, last, name in zip(starts, [*starts[1:], len(block)], names, strict=True):
            if name != self._name:
                self._begin_contig(name)
            positions = block.pos[first:last]
            if positions[0] < self._reached or (np.diff(positions) < 0).any():
                raise ReadAgainError("records_out_of_order")
            self._reached = int(positions[-1])
            if self._hold is not None:
                self._look_at(some_records(block, np.arange(first, last)), numbers[first:last])

    def end_contig(self) -> None:
        """Take what the last loci of the contig have."""
        if self._hold is not None:
            self._keep(self._hold.finish())

    def _begin_contig(self, name: str) -> None:
        self.end_contig()
        if name in self._seen:
            raise ReadAgainError("records_out_of_order")
        self._seen.add(name)
        self._name, self._reached = name, 0
        self._target = self._plan.contig(name).target
        named = self._target is not None and self._target.has_genes
        coding = contig_coding(self._model, self._target.name) if self._target is not None and named else None
        self._hold = ContigHold(coding, self._samples) if coding is not None else None
        self._holds = coding.holds if coding is not None else None

    def _look_at(self, part: Block, numbers: IntArray) -> None:
        assert self._hold is not None and self._holds is not None  # noqa: S101 - begun with the contig
        length = to_numpy(pc.binary_length(part.ref)).astype(np.int64)
        rows = self._holds(part.pos, part.pos + length - 1)
        alleles = self._alleles(some_records(part, rows), numbers[rows])
        self._keep(self._hold.add(alleles, int(part.pos[-1])))
        if self._hold.nbytes + self._kept_bytes > self._settings.max_haplotype_bytes:
            raise _too_much(self._settings)

    def _alleles(self, part: Block, numbers: IntArray) -> CodingAlleles:
        """The alleles that a copy certainly carries."""
        if not len(part):
            none = Carried(np.zeros((0, 0), np.uint8), np.zeros(0, np.int64), np.zeros((0, 3), np.int64))
            return CodingAlleles(np.zeros(0, np.int64), pa.array([], pa.string()), pa.array([], pa.string()), none)
        found = alleles_of(part, numbers, 0, self._plan)
        carried = carriers_of(part, found)
        alleles = CodingAlleles(found.pos, pc.utf8_upper(found.ref), pc.utf8_upper(found.alt), carried)
        known = ~mask(pc.match_substring(alleles.alt, "N"))  # an unknown base changes no codon in a known way
        return alleles.take(np.flatnonzero((found.skip == ANNOTATED) & carried.certain & known))

    def _keep(self, joints: Iterator[Joint]) -> None:
        for joint in joints:
            assert self._target is not None  # noqa: S101 - only contigs of the bundle are held
            self.by_code.setdefault(self._target.genetic_code, []).append((self._target.name, joint))
            self._kept_bytes += joint.patterns.nbytes + joint.alleles.nbytes


def _too_much(settings: Settings) -> LimitError:
    return LimitError(
        f"The phased genotypes of neighbouring coding variants need more than {settings.max_haplotype_bytes:,} bytes "
        "(setting max_haplotype_bytes). Split the file by samples, or leave the phase out, and upload it again.",
        code="haplotype_limit",
    )
