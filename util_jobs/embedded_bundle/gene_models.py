"""Takes from the cases the transcripts that are whole inside their region, and writes them as one GFF3."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.reference.gff3_lines import Feature
from util_jobs.embedded_bundle.csq_cases import Case

COMPLEMENT = str.maketrans("ACGT", "TGCA")
PARTS = ("exon", "CDS", "five_prime_UTR", "three_prime_UTR")
STOP_CODONS = {"TAA", "TAG", "TGA"}  # of the standard code (NCBI table 1), which all nuclear contigs use


@dataclass
class GeneModels:
    """Genes by id with their transcripts; `left_out` says of each dropped transcript why."""

    genes: dict[str, Feature] = field(default_factory=dict)
    transcripts: dict[str, tuple[Feature, list[Feature]]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def add(self, case: Case) -> None:
        """Add the case's genes and whole transcripts; a transcript that another case gave already is kept once."""
        genes = {f.id: f for f in case.features if f.id.startswith("gene:")}
        for transcript in (f for f in case.features if f.id.startswith("transcript:")):
            key = transcript.id
            parts = [f for f in case.features if f.type in PARTS and f.parents == [key]]
            fault = fault_of(transcript, parts, case)
            if fault:
                self.left_out[key.removeprefix("transcript:")] = fault
            elif key not in self.transcripts:
                gene = genes[transcript.parents[0]]
                self.genes.setdefault(gene.id, gene)
                self.transcripts[key] = transcript, parts

    def write(self, out: Path, lengths: dict[str, int], more: Iterable[str] = ()) -> None:
        """Write the GFF3: genes by contig and position, each followed by its transcripts; then the lines `more`."""
        lines = ["##gff-version 3\n"]
        lines += [f"##sequence-region   {contig} 1 {length}\n" for contig, length in lengths.items()]
        lines += ["#!genome-build GRCh37\n", "###\n"]
        order = {contig: number for number, contig in enumerate(lengths)}
        for gene in sorted(self.genes.values(), key=lambda g: (order[g.contig], g.start, g.end)):
            lines.append(gene.line())
            own = [t for t in self.transcripts.values() if t[0].parents == [gene.id]]
            for transcript, parts in sorted(own, key=lambda pair: (pair[0].start, pair[0].id)):
                lines.append(transcript.line())
                lines += [part.line() for part in sorted(parts, key=lambda p: (p.start, p.type))]
            lines.append("###\n")
        out.write_text("".join([*lines, *(f"{line}\n" for line in more)]), "utf-8")


def fault_of(transcript: Feature, parts: list[Feature], case: Case) -> str:
    """Why a transcript cannot be used; empty where it is whole and can be read from its first codon to its last."""
    exons = sorted((p for p in parts if p.type == "exon"), key=lambda p: p.start)
    if transcript.start < case.start or transcript.end > case.end:
        return "reaches outside the known sequence"
    if not exons or exons[0].start != transcript.start or exons[-1].end != transcript.end:
        return "lacks exons in the test's gene model"
    bases, phase = coding_sequence(parts, case)
    codons = {bases[at : at + 3] for at in range(phase, len(bases) - 3, 3)}
    if codons & STOP_CODONS:
        return "has a stop codon inside its coding sequence"
    return ""


def coding_sequence(parts: list[Feature], case: Case) -> tuple[str, int]:
    """The coding sequence in reading direction, and the phase of its first base (0 where it begins with a codon)."""
    pieces = sorted((p for p in parts if p.type == "CDS"), key=lambda p: p.start)
    if not pieces:
        return "", 0
    bases = "".join(case.bases(piece.start, piece.end) for piece in pieces)
    if pieces[0].strand == "-":
        return bases.translate(COMPLEMENT)[::-1], int(pieces[-1].phase)
    return bases, int(pieces[0].phase)
