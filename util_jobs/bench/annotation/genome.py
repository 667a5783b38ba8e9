"""A made-up genome with gene models: the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

CONTIGS = 5
GENES_PER_CONTIG = 400
GENE_SPACING = 25_000
EXONS = 8
EXON_BASES = 180  # whole codons, so that every choice of exons keeps the frame
INTRON_BASES = 1_320
UTR_BASES = 90
LINE_BASES = 80
BASES = np.frombuffer(b"ACGT", np.uint8)
COMPLEMENT = np.zeros(256, np.uint8)
COMPLEMENT[list(b"ACGT")] = list(b"TGCA")
STOPS = ("TAA", "TAG", "TGA")

Sequence = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Genome:
    """Sequences by contig name, as bytes in upper case."""

    sequences: dict[str, Sequence]
    fasta: Path
    gff3: Path

    @property
    def bases(self) -> int:
        """Length in base pairs."""
        return sum(len(sequence) for sequence in self.sequences.values())


def make_genome(folder: Path, seed: int) -> Genome:
    """Write `genome.fa` and `genes.gff3`: 50 Mb, 2,000 genes with three transcripts each."""
    random = np.random.default_rng(seed)
    sequences: dict[str, Sequence] = {}
    lines = ["##gff-version 3"]
    for number in range(1, CONTIGS + 1):
        name = str(number)
        sequence = BASES[random.integers(0, 4, GENES_PER_CONTIG * GENE_SPACING)]
        for index in range(GENES_PER_CONTIG):
            lines += _gene(name, index, sequence, random)
        sequences[name] = sequence
    fasta, gff3 = folder / "genome.fa", folder / "genes.gff3"
    gff3.write_text("\n".join(lines) + "\n")
    _write_fasta(fasta, sequences)
    return Genome(sequences, fasta, gff3)


def _gene(contig: str, index: int, sequence: Sequence, random: np.random.Generator) -> list[str]:
    """The lines of one gene, whose coding sequence is written into `sequence`."""
    start = index * GENE_SPACING + int(random.integers(3_000, 10_000))  # 0-based
    forward = bool(random.integers(0, 2))
    starts = start + UTR_BASES + np.arange(EXONS) * (EXON_BASES + INTRON_BASES)
    exons = [(int(first), int(first) + EXON_BASES) for first in starts]
    _write_codons(sequence, exons, forward, random)
    end = exons[-1][1] + UTR_BASES
    key, strand = f"SYNG{contig}{index:05d}", "+" if forward else "-"
    attributes = f"ID=gene:{key};Name=SYN{contig}{index};gene_id={key};biotype=protein_coding"
    lines = [_line(contig, "gene", start, end, strand, ".", attributes)]
    skipped: tuple[set[int], ...] = (set(), {int(random.integers(2, EXONS - 2))}, {2, 4})
    for number, without in enumerate(skipped, start=1):
        kept = [exon for place, exon in enumerate(exons) if place not in without]
        lines += _transcript(contig, f"{key}T{number}", key, kept, strand)
    return lines


def _transcript(contig: str, name: str, gene: str, exons: list[tuple[int, int]], strand: str) -> list[str]:
    """Lines of one transcript; the first and last exon are longer than their coding part by the untranslated ends."""
    start, end = exons[0][0] - UTR_BASES, exons[-1][1] + UTR_BASES
    parent = f"Parent=transcript:{name}"
    left, right = ("five_prime_UTR", "three_prime_UTR") if strand == "+" else ("three_prime_UTR", "five_prime_UTR")
    attributes = f"ID=transcript:{name};Parent=gene:{gene};biotype=protein_coding"
    lines = [
        _line(contig, "mRNA", start, end, strand, ".", attributes),
        _line(contig, left, start, exons[0][0], strand, ".", parent),
        _line(contig, right, exons[-1][1], end, strand, ".", parent),
    ]
    for first, last in exons:
        whole = (start if first == exons[0][0] else first, end if last == exons[-1][1] else last)
        lines.append(_line(contig, "exon", *whole, strand, ".", parent))
        lines.append(_line(contig, "CDS", first, last, strand, "0", f"ID=CDS:{name}P;{parent}"))
    return lines


def _line(contig: str, kind: str, start: int, end: int, strand: str, phase: str, attributes: str) -> str:
    """One GFF3 line from a 0-based half-open interval."""
    return f"{contig}\tsynthetic\t{kind}\t{start + 1}\t{end}\t.\t{strand}\t{phase}\t{attributes}"


def _write_codons(sequence: Sequence, exons: list[tuple[int, int]], forward: bool, random: np.random.Generator) -> None:
    """An open reading frame from start to stop codon over the exons."""
    codons = [a + b + c for a in "ACGT" for b in "ACGT" for c in "ACGT" if a + b + c not in STOPS]
    count = EXONS * EXON_BASES // 3
    chosen = [codons[index] for index in random.integers(0, len(codons), count)]
    text = np.frombuffer("".join(["ATG", *chosen[1:-1], "TAA"]).encode(), np.uint8)
    if not forward:
        text = COMPLEMENT[text[::-1]]
    for index, (start, end) in enumerate(exons):
        sequence[start:end] = text[index * EXON_BASES : (index + 1) * EXON_BASES]


def _write_fasta(path: Path, sequences: dict[str, Sequence]) -> None:
    with path.open("wb") as handle:
        for name, sequence in sequences.items():
            handle.write(f">{name}\n".encode())
            lines = np.full((len(sequence) // LINE_BASES, LINE_BASES + 1), ord("\n"), np.uint8)
            lines[:, :-1] = sequence.reshape(-1, LINE_BASES)
            handle.write(lines.tobytes())
