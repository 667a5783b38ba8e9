"""The counts of a job's plots as its summary holds them: what there is to draw while the tables are in the archive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.annotation.consequence_terms import IMPACT
from pipeline.results.plots.consequences import ConsequenceCount
from pipeline.results.plots.contigs import Contig
from pipeline.results.plots.genome import Cell, Genome, Row, cell_width, shown_alone
from pipeline.results.plots.substitutions import OTHERS, Substitutions, other_class


def consequences(summary: dict[str, Any]) -> list[ConsequenceCount]:
    """Alleles by consequence and impact, most frequent first; those without annotation too."""
    found = [
        ConsequenceCount(term, IMPACT.get(term, "MODIFIER"), int(n))
        for term, n in (summary.get("consequences") or {}).items()
    ]
    bare = int(summary.get("alleles", 0)) - int(summary.get("annotated_alleles", 0))
    if bare > 0:
        found.append(ConsequenceCount(None, None, bare))
    return sorted(found, key=lambda count: (-count.variants, count.consequence or ""))


def substitutions(summary: dict[str, Any]) -> Substitutions:
    """Alleles by type of substitution; what is no single-base substitution by class."""
    counts: dict[str, int] = summary.get("substitutions") or {}
    others: dict[str, int] = {}
    for kind, n in (summary.get("types") or {}).items():
        if kind != "SNV":
            name = other_class(kind)
            others[name] = others.get(name, 0) + int(n)
    plain = {name: int(n) for name, n in counts.items() if set(name) <= set("ACGT>")}
    ambiguous = sum(counts.values()) - sum(plain.values())
    if ambiguous:
        others[OTHERS["MNV"]] = others.get(OTHERS["MNV"], 0) + ambiguous
    return Substitutions(plain, dict(sorted(others.items())))


def genome(summary: dict[str, Any], lengths: Mapping[str, int]) -> Genome:
    """Along all contigs. Each contig is counted in up to 100 stretches of its own length; neighbours are taken together
    until they are about as long as a cell of the plot over the table. `lengths` in bases, as the reference has them."""
    rows = [row for row in summary.get("positions") or [] if any(row["counts"])]
    found = {contig.name: contig for contig in map(_contig, rows)}
    alone = shown_alone(tuple(found.values()))
    drawn = {name: max(contig.last, lengths.get(name, 0)) for name, contig in found.items() if name in alone}
    wanted = cell_width(list(drawn.values()))
    cells = [cell for row in rows if row["contig"] in drawn for cell in _merged(row, wanted, drawn[row["contig"]])]
    return Genome(
        [Row(name, length, found[name].variants) for name, length in drawn.items()],
        cells,
        max((cell.end - cell.start + 1 for cell in cells), default=wanted),
        {name: contig.variants for name, contig in found.items() if name not in drawn},
    )


def _contig(row: dict[str, Any]) -> Contig:
    """Where the summary does not tell the first and the last position, the edges of the stretches that hold them."""
    filled = [index for index, n in enumerate(row["counts"]) if n]
    first = row.get("first", filled[0] * row["bin_width"] + 1)
    last = row.get("last", (filled[-1] + 1) * row["bin_width"])
    return Contig(str(row["contig"]), sum(row["counts"]), int(first), int(last))


def _merged(row: dict[str, Any], wanted: int, length: int) -> Iterator[Cell]:
    width, counts = int(row["bin_width"]), row["counts"]
    together = max(1, round(wanted / width))
    for index in range(0, len(counts), together):
        variants = sum(counts[index : index + together])
        if variants:
            end = min((index + together) * width, length)
            yield Cell(str(row["contig"]), index * width + 1, end, variants, None)
