"""Genes and transcripts of a bundle, read from its GFF3 (Ensembl's dialect): their names and where they lie."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

ATTRIBUTE = re.compile(r"(?:^|;)\s*([^=;]+)=([^;]*)")


@dataclass(frozen=True)
class Transcript:
    """A transcript; `start` and `end` are 1-based and inclusive."""

    id: str
    gene: str
    gene_id: str
    biotype: str
    strand: str
    contig: str
    start: int
    end: int


@dataclass
class ContigGenes:
    """Genes of one contig, sorted by start; positions are 1-based and inclusive."""

    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    reach: npt.NDArray[np.int64]  # the farthest end among this gene and those before it
    reaching: npt.NDArray[np.int64]  # index of the gene that has that end
    forward: npt.NDArray[np.bool_]
    names: list[str]


@dataclass
class GeneModel:
    """All transcripts by id, and by gene name and biotype for engines that leave the transcript out."""

    transcripts: dict[str, Transcript] = field(default_factory=dict)
    by_gene: dict[tuple[str, str], list[Transcript]] = field(default_factory=dict)
    genes: dict[str, ContigGenes] = field(default_factory=dict)


def load_gene_model(gff3: Path) -> GeneModel:
    """Read a GFF3 file (plain or gzipped); kept in memory until the file changes."""
    return _load(gff3, gff3.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _load(gff3: Path, _modified: int) -> GeneModel:
    model = GeneModel()
    genes: dict[str, tuple[str, str]] = {}
    placed: dict[str, list[tuple[int, int, str, str]]] = {}
    for contig, start, end, strand, attributes in _features(gff3):
        key = attributes["ID"]
        if key.startswith("gene:"):
            name = attributes.get("Name", attributes.get("gene_id", key[5:]))
            genes[key] = (name, attributes.get("gene_id", key[5:]))
            placed.setdefault(contig, []).append((start, end, strand, name))
        elif key.startswith("transcript:") and attributes.get("Parent") in genes:
            name, gene_id = genes[attributes["Parent"]]
            transcript = Transcript(key[11:], name, gene_id, attributes.get("biotype", ""), strand, contig, start, end)
            model.transcripts[transcript.id] = transcript
            model.by_gene.setdefault((name, transcript.biotype.lower()), []).append(transcript)
    model.genes = {contig: _contig_genes(rows) for contig, rows in placed.items()}
    return model


def _features(gff3: Path) -> Iterator[tuple[str, int, int, str, dict[str, str]]]:
    """Lines that have an ID: genes, transcripts and coding sequences."""
    opener = gzip.open if gff3.suffix == ".gz" else open
    with opener(gff3, "rt", encoding="utf-8") as handle:
        for line in handle:
            if line.startswith("#") or "\tID=" not in line:
                continue
            fields = line.rstrip("\n").split("\t")
            yield fields[0], int(fields[3]), int(fields[4]), fields[6], dict(ATTRIBUTE.findall(fields[8]))


def _contig_genes(rows: list[tuple[int, int, str, str]]) -> ContigGenes:
    rows.sort()
    ends = np.array([row[1] for row in rows], np.int64)
    reach = np.maximum.accumulate(ends)
    farthest = np.where(ends == reach, np.arange(len(ends)), 0)
    return ContigGenes(
        starts=np.array([row[0] for row in rows], np.int64),
        ends=ends,
        reach=reach,
        reaching=np.maximum.accumulate(farthest),
        forward=np.array([row[2] != "-" for row in rows]),
        names=[row[3] for row in rows],
    )
