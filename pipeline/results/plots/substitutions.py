"""Single-base substitutions by type, transitions by transversions, and how many variants are none."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from pipeline.results.counted import counts
from pipeline.results.matches import Source

COLUMNS = ("ref", "alt")
BASES = "ACGT"
TRANSITIONS = frozenset({"A>G", "G>A", "C>T", "T>C"})
# Types of the table that are no single-base substitution, in words; what else there is has no sequence of bases.
OTHERS = {"MNV": "multi-base substitution", "insertion": "insertion", "deletion": "deletion"}
MIXED, SYMBOLIC = "insertion and deletion", "symbolic or missing"
# One letter each: what the two are as one number, which is grouped faster than text.
_CODE = "CASE WHEN strlen(ref) = 1 AND strlen(alt) = 1 THEN ascii(upper(ref)) * 256 + ascii(upper(alt)) ELSE 0 END"
# For tables without types: from the lengths, where both alleles are letters.
_TYPE = """CASE WHEN alt IS NULL OR NOT regexp_full_match(ref || alt, '[A-Za-z]+') THEN 'symbolic'
    WHEN strlen(ref) = strlen(alt) THEN 'MNV' WHEN strlen(ref) > strlen(alt) THEN 'deletion' ELSE 'insertion' END"""


@dataclass(frozen=True)
class Substitutions:
    """Single-base substitutions by type (`A>G`), and variants that are none, by class."""

    types: dict[str, int]
    others: dict[str, int]

    @property
    def transitions(self) -> int:
        """A↔G and C↔T."""
        return sum(n for name, n in self.types.items() if name in TRANSITIONS)

    @property
    def transversions(self) -> int:
        """All other substitutions."""
        return sum(self.types.values()) - self.transitions

    @property
    def ti_tv(self) -> float | None:
        """Transitions by transversions; None without transversions."""
        return self.transitions / self.transversions if self.transversions else None


def substitutions(source: Source) -> Substitutions:
    """Variants by type of substitution; what is no single-base substitution by class."""
    kind = "type" if "type" in source.table.types else _TYPE
    types: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for code, name, variants in counts(source, _CODE, kind):
        ref, alt = chr((code or 0) // 256), chr((code or 0) % 256)
        if ref in BASES and alt in BASES and ref != alt:
            types[f"{ref}>{alt}"] += variants
        else:
            others[other_class(name, bool(code) and (ref + alt).isalpha())] += variants
    return Substitutions(dict(sorted(types.items())), dict(sorted(others.items())))


def other_class(kind: str | None, of_letters: bool = False) -> str:
    """The class of what is no plain single-base substitution; ambiguous bases count as several ones."""
    if kind in OTHERS:
        return OTHERS[kind]
    if kind == "indel":
        return MIXED
    return OTHERS["MNV"] if kind == "SNV" or of_letters else SYMBOLIC
