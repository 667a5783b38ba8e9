"""The people of the sample: a father, a mother and their daughter, with genotypes that obey inheritance."""

from __future__ import annotations

import random
from dataclasses import dataclass

PEOPLE = ("father", "mother", "proband")
HOMOPLASMIC = 0.95


@dataclass(frozen=True)
class Call:
    """A genotype as VCF writes it, the reads with each allele, its quality; `level` only for mitochondrial calls."""

    gt: str
    reads: tuple[int, ...]
    gq: int
    level: str = ""

    def text(self) -> str:
        """GT:AD:DP:GQ, and AF where there is a level."""
        if not self.reads:
            return f"{self.gt}:.:.:." + (":." if self.level else "")
        parts = [self.gt, ",".join(map(str, self.reads)), str(sum(self.reads)), str(self.gq)]
        return ":".join([*parts, self.level] if self.level else parts)

    def alleles(self) -> list[int]:
        """Numbers of the called alleles."""
        return [int(allele) for allele in self.gt.replace("|", "/").split("/") if allele != "."]


def family(contig: str, rare: bool, seed: random.Random) -> list[Call]:
    """Calls of the three for an inherited variant; at least one parent has it. The daughter is phased where her parents
    tell which allele came from whom, the father's first."""
    frequency = 0.0 if rare else seed.choice((0.02, 0.05, 0.15, 0.3, 0.5, 0.8))
    haploid_father = contig == "X"
    father = [int(seed.random() < frequency) for _ in range(1 if haploid_father else 2)]
    mother = [int(seed.random() < frequency) for _ in range(2)]
    if not any(father + mother):
        parent = mother if haploid_father or seed.random() < 0.5 else father
        parent[seed.randrange(len(parent))] = 1
    return inherited(father, mother, (seed.choice(father), seed.choice(mother)), seed)


def inherited(father: list[int], mother: list[int], child: tuple[int, int], seed: random.Random) -> list[Call]:
    """Calls of the three, given the parents' alleles and what they passed on."""
    new = child[0] not in father or child[1] not in mother
    known = not new and (child[0] == child[1] or len(set(father)) == 1 or len(set(mother)) == 1)
    texts = (
        "/".join(map(str, sorted(father))),
        "/".join(map(str, sorted(mother))),
        f"{child[0]}|{child[1]}" if known else "/".join(map(str, sorted(child))),
    )
    return [_call(text, seed) for text in texts]


def _call(gt: str, seed: random.Random) -> Call:
    depth = max(12, round(seed.gauss(36, 8)))
    alleles = gt.replace("|", "/").split("/")
    share = alleles.count("1") / len(alleles)
    alt = sum(seed.random() < share for _ in range(depth)) if 0 < share < 1 else round(share * depth)
    alt = min(max(alt, 4), depth - 4) if 0 < share < 1 else alt
    return Call(gt, (depth - alt, alt), min(99, depth * 3))


def mitochondrial(level: str, alleles: int, seed: random.Random) -> Call:
    """A call from the level of an allele (`.38`, `2:.31` of the second, `1`, `0`, `-` for no call) of so many ALTs."""
    if level == "-":
        return Call("./.", (), 0, ".")
    which, _, share = level.rpartition(":")
    number, fraction = int(which or 1), float(share)
    depth = seed.randint(900, 2600)
    with_allele = round(depth * min(fraction, 1 - seed.randint(0, 3) / 1000)) if fraction else 0
    reads = [depth - with_allele, *([0] * alleles)]
    reads[number] = with_allele
    gt = str(number) if fraction >= HOMOPLASMIC else f"0/{number}" if fraction else "0"
    shown = ",".join(f"{reads[index + 1] / depth:.3f}" for index in range(alleles))
    return Call(gt, tuple(reads), 99, shown)
