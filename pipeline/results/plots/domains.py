"""Domains of a protein, from those tracks of a bundle that hold domains by their places on the genome."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow.parquet as pq

from pipeline.reference.bundle import Bundle
from pipeline.results.plots.coding_path import CodingPath

TRACKS = ("domains", "pfam", "interpro", "uniprot")  # ids of sources, or how these begin
MOST = 60  # of one protein


@dataclass(frozen=True)
class Domain:
    """A named stretch of a protein; residues are counted from 1, both ends included."""

    name: str
    first: int
    last: int


def domains_of(bundle: Bundle, path: CodingPath) -> list[Domain]:
    """What the bundle's tracks of domains hold along the protein, by first residue; at most `MOST`, the longest. Blocks
    of one name that follow each other (a domain that an intron splits) are one domain."""
    start = min(each for each, _ in path.stretches)
    end = max(each for _, each in path.stretches)
    found: list[Domain] = []
    for source in bundle.sources:
        if source.kind == "track" and source.id.startswith(TRACKS):
            wanted = [("contig", "=", path.contig), ("start", "<", end), ("end", ">=", start)]
            rows = pq.read_table(bundle.path(source.file), columns=["start", "end", "name"], filters=wanted).to_pylist()
            placed = [(row["name"], path.residues_of(row["start"] + 1, row["end"])) for row in rows]
            found += _joined([Domain(str(name), *residues) for name, residues in placed if residues])
    longest = sorted(set(found), key=lambda each: (each.first - each.last, each.first))[:MOST]
    return sorted(longest, key=lambda each: (each.first, each.last, each.name))


def _joined(blocks: list[Domain]) -> list[Domain]:
    found: dict[str, list[Domain]] = {}
    for block in sorted(blocks, key=lambda each: each.first):
        of_name = found.setdefault(block.name, [])
        if of_name and block.first <= of_name[-1].last + 1:
            of_name[-1] = Domain(block.name, of_name[-1].first, max(block.last, of_name[-1].last))
        else:
            of_name.append(block)
    return [each for of_name in found.values() for each in of_name]
