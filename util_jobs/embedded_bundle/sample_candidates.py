"""Invents variants in and around the transcripts of the demonstration, for the sample to choose from."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pysam

from pipeline.reference.bundle import Bundle
from pipeline.reference.gff3_lines import Feature

Variant = tuple[str, int, str, str]  # contig, 1-based position, REF, ALT
TRANSITION = {"A": "G", "G": "A", "C": "T", "T": "C"}
TRANSITIONS = 0.7  # share of transitions among SNVs, as in human exomes
INDELS = 0.12
NEAR = 12  # bases beside an exon's ends, where splice sites and their regions lie
PER_PART = 14
DEEP_IN_INTRONS = 10


def candidates(bundle: Bundle, features: list[Feature], seed: random.Random) -> list[Variant]:
    """Distinct variants, sorted by contig (in the bundle's order) and position."""
    found: set[Variant] = set()
    with pysam.FastaFile(str(bundle.fasta)) as fasta:
        for feature in features:
            for position in _positions(feature, seed):
                variant = _variant(fasta, feature.contig, position, seed)
                if variant:
                    found.add(variant)
    order = {contig: number for number, contig in enumerate(bundle.contigs)}
    return sorted(found, key=lambda variant: (order[variant[0]], *variant[1:]))


def _positions(feature: Feature, seed: random.Random) -> Iterator[int]:
    if feature.type.endswith("UTR") or feature.type == "CDS":
        for _ in range(PER_PART):
            yield seed.randint(feature.start, feature.end)
    elif feature.type == "exon":
        for end in (feature.start, feature.end):
            for _ in range(PER_PART):
                yield end + seed.randint(-NEAR, NEAR)
    elif feature.id.startswith("transcript:"):
        for _ in range(DEEP_IN_INTRONS):
            yield seed.randint(feature.start - NEAR, feature.end + NEAR)


def _variant(fasta: pysam.FastaFile, contig: str, position: int, seed: random.Random) -> Variant | None:
    """A variant at the position; none where the sequence is not known."""
    bases = fasta.fetch(contig, position - 1, position + 9).upper()
    if "N" in bases or len(bases) < 10:
        return None
    ref = bases[0]
    if seed.random() < INDELS:
        size = seed.choice((1, 1, 1, 2, 3, 3, 4, 6, 9))
        if seed.random() < 0.5:
            return contig, position, bases[: size + 1], ref
        return contig, position, ref, ref + "".join(seed.choice("ACGT") for _ in range(size))
    if seed.random() < TRANSITIONS:
        return contig, position, ref, TRANSITION[ref]
    return contig, position, ref, seed.choice([base for base in "ACGT" if base not in (ref, TRANSITION[ref])])
