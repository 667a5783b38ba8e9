"""The distinct genotypes of a block, each parsed once: which alleles it holds, whether it is het, hom or missing."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.annotation.columnar import IntArray

MISSING = -1
ALLELE_NUMBER = re.compile(r"[0-9]{1,9}\Z")


def parse_genotype(text: str) -> tuple[int, ...]:
    """Allele numbers of a GT text; -1 for a missing allele."""
    parts = [part for part in re.split(r"[/|]", text) if part]
    return tuple(int(part) if ALLELE_NUMBER.match(part) else MISSING for part in parts) or (MISSING,)


@dataclass(frozen=True)
class Kinds:
    """The distinct genotypes of a block; `alleles` lists the alternate alleles that each holds, one after the other."""

    texts: list[str]
    starts: IntArray  # where the alleles of a genotype start
    sizes: IntArray  # how many there are
    alleles: IntArray
    held: IntArray  # copies of that allele
    pure: npt.NDArray[np.bool_]  # the genotype holds nothing else
    missing: npt.NDArray[np.bool_]  # by genotype: an allele is missing
    copies: IntArray  # by genotype: alleles that are not missing
    mixed: npt.NDArray[np.bool_]  # by genotype: called, with more than one allele
    homozygous: npt.NDArray[np.bool_]  # by genotype: called, one alternate allele only

    def expanded(self, codes: IntArray) -> tuple[IntArray, IntArray]:
        """For genotypes `codes`: index into `codes` and index into `alleles`, for each alternate allele held."""
        sizes = self.sizes[codes]
        first = np.repeat(np.cumsum(sizes) - sizes, sizes)
        which = np.repeat(np.arange(len(codes)), sizes)
        return which, self.starts[codes][which] + np.arange(len(which)) - first


def kinds_of(texts: list[str]) -> Kinds:
    """Parse each distinct genotype once."""
    parsed = [parse_genotype(text) for text in texts]
    alternates = [sorted({allele for allele in alleles if allele > 0}) for alleles in parsed]
    sizes = np.array([len(found) for found in alternates], np.int64)
    pairs = [(alleles, allele) for alleles, found in zip(parsed, alternates, strict=True) for allele in found]
    missing = np.array([MISSING in alleles for alleles in parsed], bool)
    single = np.array([len(set(alleles)) == 1 for alleles in parsed], bool)
    return Kinds(
        texts=texts,
        starts=np.cumsum(sizes) - sizes,
        sizes=sizes,
        alleles=np.array([allele for _, allele in pairs], np.int64),
        held=np.array([alleles.count(allele) for alleles, allele in pairs], np.int64),
        pure=np.array([len(set(alleles)) == 1 for alleles, _ in pairs], bool),
        missing=missing,
        copies=np.array([sum(allele != MISSING for allele in alleles) for alleles in parsed], np.int64),
        mixed=~missing & ~single,
        homozygous=~missing & single & (sizes == 1),
    )
