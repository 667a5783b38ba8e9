"""The coding sequence of a transcript as a path through the genome: where exons end, and what residue a base is of."""

from __future__ import annotations

from dataclasses import dataclass

import pysam

from pipeline.annotation.transcripts.genetic_codes import translate_bases
from pipeline.reference.bundle import Bundle
from pipeline.reference.gene_model import ContigTranscripts

COMPLEMENT = str.maketrans("ACGT", "TGCA")


@dataclass(frozen=True)
class CodingPath:
    """Coding stretches of a contig (1-based, both ends included) in the order in which they are read; `before` are the
    bases of the first codon that the annotation has cut off."""

    contig: str
    stretches: list[tuple[int, int]]
    forward: bool
    before: int

    @property
    def codons(self) -> int:
        """Whole codons of the path, the stop codon too where it is annotated."""
        return (self.before + sum(end - start + 1 for start, end in self.stretches)) // 3

    def residues(self, bundle: Bundle) -> int:
        """Residues of the protein: codons without the stop codon, as the bundle's sequence tells it."""
        contig = bundle.contig_for(self.contig)
        last = self.last_codon
        if contig is None or last is None:
            return self.codons
        with pysam.FastaFile(str(bundle.fasta)) as fasta:
            bases = "".join(fasta.fetch(contig.name, position - 1, position) for position in last).upper()
        codon = bases if self.forward else bases.translate(COMPLEMENT)
        return self.codons - (translate_bases(codon, contig.genetic_code) == "*")

    @property
    def last_codon(self) -> list[int] | None:
        """Positions of its three bases as they are read; None where the path ends within a codon."""
        bases = sum(end - start + 1 for start, end in self.stretches)
        if bases < 3 or (self.before + bases) % 3:
            return None
        found: list[int] = []
        for start, end in reversed(self.stretches):
            backwards = range(end, start - 1, -1) if self.forward else range(start, end + 1)
            found += backwards[: 3 - len(found)]
        return found[::-1]

    @property
    def borders(self) -> list[float]:
        """Where in the protein the exons end, in residues; the end of the last one is the protein's."""
        bases, found = self.before, []
        for start, end in self.stretches:
            bases += end - start + 1
            found.append(bases / 3)
        return found[:-1]

    def residues_of(self, start: int, end: int) -> tuple[int, int] | None:
        """First and last residue (from 1) that bases from `start` to `end` (1-based, included) are of, if any."""
        bases, found = self.before, []
        for first, last in self.stretches:
            low, high = max(first, start), min(last, end)
            if low <= high:
                inside = (low - first, high - first) if self.forward else (last - high, last - low)
                found += [bases + each for each in inside]
            bases += last - first + 1
        return (min(found) // 3 + 1, max(found) // 3 + 1) if found else None


def coding_path(transcripts: ContigTranscripts, number: int, contig: str) -> CodingPath | None:
    """Of one transcript; None where it is not translated."""
    first, count = int(transcripts.exon_first[number]), int(transcripts.exon_count[number])
    begin, end = int(transcripts.coding_start[number]), int(transcripts.coding_end[number])
    if not end:
        return None
    exons = [(int(transcripts.exon_start[at]), int(transcripts.exon_end[at])) for at in range(first, first + count)]
    inside = [(max(start, begin), min(stop, end)) for start, stop in exons if stop >= begin and start <= end]
    forward = bool(transcripts.forward[number])
    # Residues are counted from the codon that the phase tells to be cut off, as the table does.
    before = (3 - int(transcripts.phase[number])) % 3
    return CodingPath(contig, inside if forward else inside[::-1], forward, before)
