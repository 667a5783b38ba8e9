"""bcftools csq on the alleles that lie together: one made-up sample for two distinct chromosome copies.

csq without `-l` joins the changes of a copy that share a codon or whose shifts of the frame cancel out, and says the
joined consequence at one of their records (Danecek and McCarthy, Bioinformatics 2017).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.annotation.children import ChildFamily
from pipeline.annotation.engines.csq import SORT_MEMORY, start_pipe
from pipeline.annotation.haplotypes.locus import Joint
from pipeline.annotation.prepare.header import Declaration
from pipeline.annotation.prepare.header_repair import field_line
from pipeline.errors import PermanentError
from pipeline.reference.bundle import Bundle

# Consequences of one site and copy that csq may tell apart; its usual 15 are too few for genes with many transcripts.
MOST_CONSEQUENCES = 1000
MASK_BITS = 30  # of each number of FORMAT/BCSQ; consequence j of copy h is bit 2j + h (csq's manual)
PART = re.compile(r"^(\d+)([A-Z]+)>([A-Z]+)$")
NUMBER_TAG = "K"


@dataclass(frozen=True)
class Place:
    """An allele in its normal form; `pos` is 1-based, `contig` the bundle's name."""

    contig: str
    pos: int
    ref: str
    alt: str


@dataclass(frozen=True)
class Compound:
    """What csq says of alleles that act together in one transcript: its text, and the patterns that have it."""

    text: str
    members: tuple[Place, ...]
    locus: int
    patterns: tuple[int, ...]


@dataclass(frozen=True)
class Judged:
    """What came out of a run: the joined changes, and which allele (locus, row) each normal form stands for."""

    compounds: list[Compound]
    alleles: dict[Place, tuple[int, int]]


def judge(loci: list[tuple[str, Joint]], code: int, bundle: Bundle, family: ChildFamily) -> Judged:
    """Ask csq about loci (with the bundle's name of their contig) under one genetic code."""
    columns = (max(joint.patterns.shape[1] for _, joint in loci) + 1) // 2
    children = start_pipe(_steps(code, bundle, family), family)
    try:
        children[0].stdin.write(_header(bundle, columns))
        for number, (contig, joint) in enumerate(loci):
            children[0].stdin.write(_records(contig, number, joint, columns))
        children[0].stdin.close()
    except BrokenPipeError as error:
        family.finish(children)
        raise PermanentError("The annotation engine stopped reading.", code="engine_failed") from error
    lines = [line.decode() for line in children[-1].stdout]
    family.finish(children)
    return _read(lines, loci)


def _steps(code: int, bundle: Bundle, family: ChildFamily) -> list[list[str]]:
    fasta = str(bundle.fasta)
    options = ["-p", "a", "-n", str(MOST_CONSEQUENCES), "-C", str(code), "-v", "0"]
    layout = f"%CHROM\\t%POS\\t%REF\\t%ALT\\t%INFO/{NUMBER_TAG}\\t%INFO/BCSQ[\\t%BCSQ]\\n"
    return [
        ["norm", "--no-version", "-c", "x", "-f", fasta, "-Ou", "-"],
        ["sort", "-m", SORT_MEMORY, "-T", str(family.work_dir / "haplotypes"), "-Ou", "-"],
        ["csq", "--no-version", *options, "-f", fasta, "-g", str(bundle.gff3), "-Ou", "-"],
        ["query", "-u", "-o", "/dev/stdout", "-f", layout, "-"],
    ]


def _header(bundle: Bundle, columns: int) -> bytes:
    lines = [
        "##fileformat=VCFv4.2",
        *(f"##contig=<ID={contig.name},length={contig.length}>" for contig in bundle.contigs.values()),
        field_line("INFO", NUMBER_TAG, Declaration(".", "Integer"), "Number of locus and allele"),
        field_line("FORMAT", "GT", Declaration("1", "String"), "Genotype"),
        "\t".join(["#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT", *map(str, range(columns))]),
    ]
    return ("\n".join(lines) + "\n").encode()


def _records(contig: str, number: int, joint: Joint, columns: int) -> bytes:
    alleles, patterns = joint.alleles, joint.patterns
    even = np.pad(patterns, ((0, 0), (0, patterns.shape[1] % 2)))
    words = np.array(["0|0", "0|1", "1|0", "1|1"])[2 * even[:, 0::2] + even[:, 1::2]]
    rest = "\t." * (columns - words.shape[1])
    rows = zip(alleles.pos.tolist(), alleles.ref.to_pylist(), alleles.alt.to_pylist(), words.tolist(), strict=True)
    lines = [
        f"{contig}\t{pos}\t.\t{ref}\t{alt}\t.\t.\t{NUMBER_TAG}={number},{row}\tGT\t" + "\t".join(calls) + rest
        for row, (pos, ref, alt, calls) in enumerate(rows)
    ]
    return ("\n".join(lines) + "\n").encode()


def _read(lines: list[str], loci: list[tuple[str, Joint]]) -> Judged:
    compounds: list[Compound] = []
    alleles: dict[Place, tuple[int, int]] = {}
    for line in lines:
        contig, pos, ref, alt, number, texts, *masks = line.rstrip("\n").split("\t")
        locus, row = map(int, number.split(","))
        alleles[Place(contig, int(pos), ref, alt)] = (locus, row)
        if "+" in texts:
            shown = loci[locus][1].patterns.shape[1]
            compounds += _compounds(contig, texts, masks, locus, shown)
    return Judged(compounds, alleles)


def _compounds(contig: str, texts: str, masks: list[str], locus: int, shown: int) -> Iterator[Compound]:
    numbers = [[int(part) for part in mask.split(",")] if mask != "." else [] for mask in masks[: (shown + 1) // 2]]
    for index, text in enumerate(texts.split(",")):
        parts = [PART.match(part) for part in text.rpartition("|")[2].split("+")]
        if text.startswith("@") or len(parts) < 2 or not all(parts):
            continue
        members = tuple(Place(contig, int(part[1]), part[2], part[3]) for part in parts if part)
        patterns = tuple(pattern for pattern in range(shown) if _has(numbers[pattern // 2], index, pattern % 2))
        yield Compound(text, members, locus, patterns)


def _has(numbers: list[int], index: int, copy: int) -> bool:
    word, bit = divmod(2 * index + copy, MASK_BITS)
    return word < len(numbers) and bool(numbers[word] >> bit & 1)
