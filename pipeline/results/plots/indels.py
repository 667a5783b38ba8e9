"""Insertions and deletions by length."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.results.counted import counts
from pipeline.results.matches import Source

COLUMNS = ("type",)
LONGEST = 24  # bases; longer ones share a bar at either end
TYPES = ("insertion", "deletion", "indel")


@dataclass(frozen=True)
class Indels:
    """Variants by the bases that they add (negative: take away); `shorter` and `longer` than `LONGEST` apart."""

    lengths: dict[int, int]
    shorter: int
    longer: int

    @property
    def insertions(self) -> int:
        """Variants that add bases."""
        return self.longer + sum(n for length, n in self.lengths.items() if length > 0)

    @property
    def deletions(self) -> int:
        """Variants that take bases away."""
        return self.shorter + sum(n for length, n in self.lengths.items() if length < 0)


def indels(source: Source) -> Indels:
    """By the difference of the lengths of both alleles, where both are sequences of bases."""
    length = f"greatest(least(strlen(alt) - strlen(ref), {LONGEST + 1}), {-LONGEST - 1})"
    found = dict(sorted(counts(source, length, condition="type IN ('insertion', 'deletion', 'indel')")))
    shorter, longer = found.pop(-LONGEST - 1, 0), found.pop(LONGEST + 1, 0)
    return Indels({length: n for length, n in found.items() if length}, shorter, longer)
