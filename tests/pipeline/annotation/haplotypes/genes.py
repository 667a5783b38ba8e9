"""A made-up contig with one gene on each strand, of two exons that split a codon; and what a job says of it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from pipeline.annotation.annotate import AnnotationResult
from pipeline.annotation.transcripts.genetic_codes import reverse_complement
from pipeline.reference.bundle import Bundle
from tests.pipeline.annotation.helpers import ask, make_bundle, run_job

# Codon 11 is split: its G ends the first exon, AT begins the second.
FIRST = "ATG" + "TCA" + "AAA" + "GGA" + "CCC" + "TTA" + "GAT" + "CAC" + "GTT" + "TCT" + "G"
SECOND = "AT" + "TGG" + "CAA" + "AGC" + "GTC" + "TAA"
INTRON = "GT" + "C" * 96 + "AG"
LEADER, TRAILER, BETWEEN = 100, 50, 1000
GENE = FIRST + INTRON + SECOND
START = LEADER + 1  # of the coding sequence of the gene F, 1-based
REVERSE_END = LEADER + len(GENE) + BETWEEN + len(GENE)  # its mirror image, the gene R, begins here and goes down


def sequence() -> str:
    """The contig."""
    chosen = random.Random(3)
    filler = [("".join(chosen.choices("ACGT", k=size))) for size in (LEADER, BETWEEN, LEADER)]
    return filler[0] + GENE + filler[1] + reverse_complement(GENE) + filler[2]


def gff3_text() -> str:
    """Both genes, in Ensembl's dialect."""
    rows = ["##gff-version 3"]
    split, again = START + len(FIRST) - 1, START + len(FIRST) + len(INTRON)
    end = START + len(GENE) - 1
    forward = [(START, split, 0), (again, end, 2)]
    mirrored = [(REVERSE_END + START - last, REVERSE_END + START - first, phase) for first, last, phase in forward]
    for name, strand, parts in (("F", "+", forward), ("R", "-", mirrored)):
        low, high = min(part[0] for part in parts), max(part[1] for part in parts)
        place = "1\tx\t{}\t{}\t{}\t.\t" + strand + "\t{}\t"
        rows += [
            place.format("gene", low, high, ".") + f"ID=gene:{name};Name={name};biotype=protein_coding",
            place.format("mRNA", low, high, ".") + f"ID=transcript:T{name};Parent=gene:{name};biotype=protein_coding",
        ]
        for first, last, phase in parts:
            rows.append(place.format("exon", first, last, ".") + f"Parent=transcript:T{name}")
            rows.append(place.format("CDS", first, last, phase) + f"ID=CDS:P{name};Parent=transcript:T{name}")
    return "\n".join(rows) + "\n"


def made(folder: Path) -> Bundle:
    """The contig as a bundle below `folder`, which the settings must name."""
    fasta, gff3 = folder / "g.fa", folder / "g.gff3"
    folder.mkdir(parents=True, exist_ok=True)
    fasta.write_text(f">1\n{sequence()}\n")
    gff3.write_text(gff3_text())
    return make_bundle(folder, "genes", fasta, gff3)


def place(coding: int) -> int:
    """Position (1-based) on the contig of a base of the coding sequence (from 1) of the gene F."""
    return START + coding - 1 + (len(INTRON) if coding > len(FIRST) else 0)


def mirrored(coding: int) -> int:
    """The same for the gene R."""
    return REVERSE_END + START - place(coding)


def vcf(*records: str, samples: str = "a", fields: str = "GT") -> str:
    """Records as `POS REF ALT` and the samples' columns, on contig 1."""
    names = samples.split()
    lines = ["##fileformat=VCFv4.2", f"##contig=<ID=1,length={len(sequence())}>"]
    lines.append("\t".join(["#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT", *names]))
    for record in records:
        pos, ref, alt, *calls = record.split()
        lines.append("\t".join(["1", pos, ".", ref, alt, ".", ".", ".", fields, *calls]))
    return "\n".join(lines) + "\n"


def told(result: AnnotationResult) -> dict[int, list[tuple[Any, ...]]]:
    """By record: consequence, amino acids, residue and haplotype of each row inside a transcript."""
    rows = ask(
        result,
        "select v.record, c.consequence, c.amino_acids, c.protein_position, c.haplotype from consequences c "
        "join variants v using (rid) where c.distance is null order by 1, c.haplotype nulls first, 2",
    )
    found: dict[int, list[tuple[Any, ...]]] = {}
    for record, *row in rows:
        found.setdefault(record, []).append(tuple(row))
    return found


def annotated(tmp_path: Path, bundle: Bundle, *records: str, **words: str) -> dict[int, list[tuple[Any, ...]]]:
    """What a job says of these records."""
    return told(run_job(tmp_path, vcf(*records, **words), bundle))
