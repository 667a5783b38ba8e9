"""What a contig's name says: the chromosome that it means, and the build where the name itself tells it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pipeline.annotation.build.assemblies import MITOCHONDRIAL, RCRS_ACCESSION, YORUBA_ACCESSION, accessions

PREFIX = re.compile(r"^chr(?:omosome)?[_. ]?", re.IGNORECASE)
MITOCHONDRIAL_NAMES = frozenset({"M", "MT"})
CHROMOSOME = re.compile(r"^(?:\d{1,3}|[XYZWxyzw])$")


@dataclass(frozen=True)
class Chromosome:
    """A chromosome as a file's contig name means it; `assembly` is known where the name is a RefSeq accession."""

    name: str
    assembly: str | None = None

    @property
    def is_mitochondrial(self) -> bool:
        """Whether it is the mitochondrial genome."""
        return self.name == MITOCHONDRIAL


@lru_cache(maxsize=1 << 16)
def chromosome_of(contig: str) -> Chromosome | None:
    """`chr1`, `1`, `CHR1`, `NC_000001.11` → 1; `chrM`, `M`, `MT`, `NC_012920.1` → MT; None for anything else."""
    known = accessions().get(contig)
    if known:
        return Chromosome(known[1], known[0])
    if contig in (RCRS_ACCESSION, "rCRS"):
        return Chromosome(MITOCHONDRIAL, "rCRS")
    if contig.startswith(YORUBA_ACCESSION):
        return Chromosome(MITOCHONDRIAL, YORUBA_ACCESSION)
    bare = PREFIX.sub("", contig)
    if bare.upper() in MITOCHONDRIAL_NAMES:
        return Chromosome(MITOCHONDRIAL)
    return Chromosome(bare.upper()) if CHROMOSOME.match(bare) else None


def sounds_mitochondrial(contig: str) -> bool:
    """Whether the name is one of the mitochondrial genome's."""
    found = chromosome_of(contig)
    return found is not None and found.is_mitochondrial
