"""The counts of a job's plots as its summary holds them: what there is to draw while the tables are in the archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.annotation.consequence_terms import IMPACT
from pipeline.results.queries import POSITION_BINS, ConsequenceCount, Contig, Substitutions, split_drawn

# Types of alleles that are no single-base substitution, in the words that the plot over the table uses.
OTHERS = {"MNV": "multi-base substitution", "insertion": "insertion", "deletion": "deletion"}
SYMBOLIC = "symbolic or missing"


@dataclass(frozen=True)
class Stretch:
    """Alleles on the `length` bases of a contig from `start` (1-based) on."""

    contig: str
    start: int
    length: int
    alleles: int


@dataclass(frozen=True)
class Stretches:
    """Alleles along the genome. `left_out` are the contigs with the fewest variants, of which none is counted."""

    contigs: list[Contig]
    left_out: list[Contig]
    stretches: list[Stretch]


def consequences(summary: dict[str, Any]) -> list[ConsequenceCount]:
    """Alleles by consequence and impact, most frequent first; those without annotation too."""
    found = [
        ConsequenceCount(term, IMPACT.get(term, "MODIFIER"), int(n))
        for term, n in (summary.get("consequences") or {}).items()
    ]
    bare = int(summary.get("alleles", 0)) - int(summary.get("annotated_alleles", 0))
    if bare > 0:
        found.append(ConsequenceCount(None, None, bare))
    return sorted(found, key=lambda count: (-count.alleles, count.consequence or ""))


def substitutions(summary: dict[str, Any]) -> Substitutions:
    """Alleles by type of substitution; what is no single-base substitution by class."""
    counts: dict[str, int] = summary.get("substitutions") or {}
    others: dict[str, int] = {}
    for kind, n in (summary.get("types") or {}).items():
        if kind != "SNV":
            name = OTHERS.get(kind, "insertion and deletion" if kind == "indel" else SYMBOLIC)
            others[name] = others.get(name, 0) + int(n)
    plain = {name: int(n) for name, n in counts.items() if set(name) <= set("ACGT>")}
    ambiguous = sum(counts.values()) - sum(plain.values())
    if ambiguous:
        others[OTHERS["MNV"]] = others.get(OTHERS["MNV"], 0) + ambiguous
    return Substitutions(plain, dict(sorted(others.items())))


def stretches(summary: dict[str, Any]) -> Stretches:
    """Alleles along the genome. Each contig is counted in up to 100 stretches of its own length; neighbours are taken
    together until they are about as long as a bin of the plot."""
    rows = [row for row in summary.get("positions") or [] if any(row["counts"])]
    contigs = [_contig(row) for row in rows]
    drawn, left_out = split_drawn(contigs)
    wanted = sum(contig.last for contig in drawn) / POSITION_BINS
    names = {contig.name for contig in drawn}
    found = [stretch for row in rows if row["contig"] in names for stretch in _merged(row, wanted)]
    return Stretches(drawn, left_out, found)


def _contig(row: dict[str, Any]) -> Contig:
    """Where the summary does not tell the first and the last position, the edges of the stretches that hold them."""
    filled = [index for index, n in enumerate(row["counts"]) if n]
    first = row.get("first", filled[0] * row["bin_width"] + 1)
    last = row.get("last", (filled[-1] + 1) * row["bin_width"])
    return Contig(str(row["contig"]), sum(row["counts"]), int(first), int(last))


def _merged(row: dict[str, Any], wanted: float) -> Iterator[Stretch]:
    width, counts = int(row["bin_width"]), row["counts"]
    together = max(1, round(wanted / width))
    for index in range(0, len(counts), together):
        alleles = sum(counts[index : index + together])
        if alleles:
            length = width * min(together, len(counts) - index)
            yield Stretch(str(row["contig"]), index * width + 1, length, alleles)
