"""The normal form of alleles in Python, for tables small enough; large sources go through `bcftools norm`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pysam

from pipeline.reference.allele_tables import Row


def normalised(rows: Iterable[Row], fasta: Path, counts: Counter[str]) -> Iterator[Row]:
    """Left-aligned, parsimonious rows (Tan, Abecasis and Kang, 2015); REF mismatches are left out and counted."""
    with pysam.FastaFile(str(fasta)) as reference:
        for contig, pos, ref, alt, values in rows:
            if reference.fetch(contig, pos - 1, pos - 1 + len(ref)).upper() != ref:
                counts["reference_mismatch"] += 1
                continue
            at, left, right = left_align(reference, contig, pos, ref, alt)
            counts["moved"] += at != pos
            yield contig, at, left, right, values


def left_align(reference: pysam.FastaFile, contig: str, pos: int, ref: str, alt: str) -> tuple[int, str, str]:
    """The normal form of one allele; `pos` is 1-based."""
    while True:
        if ref[-1] == alt[-1] and ((len(ref) > 1 and len(alt) > 1) or pos > 1):
            ref, alt = ref[:-1], alt[:-1]
        else:
            break
        if not ref or not alt:
            pos -= 1
            base = reference.fetch(contig, pos - 1, pos).upper()
            ref, alt = base + ref, base + alt
    while len(ref) > 1 and len(alt) > 1 and ref[0] == alt[0]:
        pos, ref, alt = pos + 1, ref[1:], alt[1:]
    return pos, ref, alt
