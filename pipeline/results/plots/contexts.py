"""Substitutions in the context of the bases beside them: 96 classes, told from the strand of the pyrimidine.

The classes are those of mutational signatures (Alexandrov et al. 2013, doi:10.1038/nature12477). What is read of the
reference is bounded: of a large genome every so-many-th stretch is looked at, spread over all of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pysam

from pipeline.annotation.reference_bases import CHUNK_BITS, ContigBases
from pipeline.reference.bundle import Bundle
from pipeline.results import connection
from pipeline.results.matches import Source
from pipeline.results.plots.substitutions import BASES

COLUMNS = ("ref", "alt")
MOST_STRETCHES = 1_500  # of 32,768 bases each: about a second of reading
MOST_VARIANTS = 400_000
COMPLEMENT = str.maketrans("ACGT", "TGCA")
CLASSES = tuple(
    f"{before}[{change}]{after}"
    for change in ("C>A", "C>G", "C>T", "T>A", "T>C", "T>G")
    for before in BASES
    for after in BASES
)
_LETTERS = np.frombuffer(BASES.encode(), np.uint8)


@dataclass(frozen=True)
class Contexts:
    """Substitutions by class (`A[C>T]G`). One of `every` stretches of the genome was looked at; `unplaced` are
    substitutions on contigs or at bases that the reference does not hold, or of another reference base."""

    counts: dict[str, int]
    every: int
    unplaced: int


def contexts(source: Source, bundle: Bundle) -> Contexts:
    """Over the variants that match, with the bases beside them from the bundle's sequence."""
    every = max(1, -(-_stretches(source) // MOST_STRETCHES), -(-source.count // MOST_VARIANTS))
    sql = f"""
        SELECT chrom, pos, ascii(ref), ascii(alt) FROM {source.quick}
        WHERE strlen(ref) = 1 AND strlen(alt) = 1 AND ref IN ('A', 'C', 'G', 'T') AND alt IN ('A', 'C', 'G', 'T')
        AND ref <> alt AND (pos >> {CHUNK_BITS}) % $every = 0
    """
    table = connection.arrow_table(sql, source.parameters | {"every": every})
    columns = [table.column(number).to_numpy() for number in range(4)]
    counts: Counter[int] = Counter()
    unplaced = 0
    with pysam.FastaFile(str(bundle.fasta)) as fasta:
        for name in dict.fromkeys(columns[0].tolist()):
            of_contig = columns[0] == name
            codes = _codes(fasta, bundle, str(name), *(column[of_contig].astype(np.int64) for column in columns[1:]))
            placed = codes[codes >= 0]
            unplaced += len(codes) - len(placed)
            counts.update(dict(zip(*(part.tolist() for part in np.unique(placed, return_counts=True)), strict=True)))
    return Contexts(_classes(counts), every, unplaced)


def _stretches(source: Source) -> int:
    """Stretches of the reference with a variant in them."""
    if source.count <= MOST_STRETCHES:
        return source.count
    sql = f"SELECT count(*) FROM (SELECT DISTINCT chrom, pos >> {CHUNK_BITS} FROM {source.quick})"
    return int(connection.rows(sql, source.parameters)[0][0])


def _codes(
    fasta: pysam.FastaFile, bundle: Bundle, name: str, positions: np.ndarray, ref: np.ndarray, alt: np.ndarray
) -> np.ndarray:
    """Four bases (before, reference, after, alternate) as one number; -1 where one is unknown or REF is another."""
    known = bundle.contig_for(name)
    if known is None:
        return np.full(len(positions), -1)
    bases = ContigBases(fasta, known.name)
    letters = [bases.at(positions - 1), bases.at(positions), bases.at(positions + 1), alt]
    code = np.zeros(len(positions), np.int64)
    for each in letters:
        code = code * 4 + np.searchsorted(_LETTERS, each).clip(0, 3)
    whole = np.all([np.isin(each, _LETTERS) for each in letters], axis=0)
    return np.where(whole & (letters[1] == ref), code, -1)


def _classes(counts: Mapping[int, int]) -> dict[str, int]:
    found = dict.fromkeys(CLASSES, 0)
    for code, n in counts.items():
        before, ref, after, alt = (BASES[code >> shift & 3] for shift in (6, 4, 2, 0))
        found[class_of(before, ref, after, alt)] += n
    return found


def class_of(before: str, ref: str, after: str, alt: str) -> str:
    """The class of a substitution, from the strand on which the reference base is a pyrimidine."""
    if ref in "AG":
        before, ref, after, alt = (base.translate(COMPLEMENT) for base in (after, ref, before, alt))
    return f"{before}[{ref}>{alt}]{after}"
