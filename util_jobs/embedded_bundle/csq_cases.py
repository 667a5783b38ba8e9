"""Reads one test case of bcftools csq: a stretch of sequence and gene models with positions relative to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import InputError

REGION = re.compile(r"^>\S+\s+(?:chr)?(\w+):(\d+)-(\d+)\s*$")
ATTRIBUTE = re.compile(r"(?:^|;)(ID|Parent|Name)=([^;]*)")


@dataclass(frozen=True)
class Feature:
    """One line of a GFF3; `start` and `end` are 1-based, inclusive and, after `load_case`, positions on the contig."""

    contig: str
    source: str
    type: str
    start: int
    end: int
    strand: str
    phase: str
    attributes: str

    def attribute(self, name: str) -> str:
        """Value of ID, Parent or Name; empty where the line has none."""
        return dict(ATTRIBUTE.findall(self.attributes)).get(name, "")

    def line(self) -> str:
        """The GFF3 line."""
        place = f"{self.start}\t{self.end}\t.\t{self.strand}\t{self.phase}"
        return f"{self.contig}\t{self.source}\t{self.type}\t{place}\t{self.attributes}"


@dataclass(frozen=True)
class Case:
    """A region: `start` and `end` are 1-based and inclusive; `sequence` is upper case."""

    name: str
    contig: str
    start: int
    end: int
    sequence: str
    features: tuple[Feature, ...]

    def bases(self, start: int, end: int) -> str:
        """Bases of an interval of the contig, 1-based and inclusive; it must lie in the region."""
        return self.sequence[start - self.start : end - self.start + 1]


def load_case(folder: Path) -> Case:
    """Read `folder/NAME.fa` and `folder/NAME.gff`. Raises InputError where the region and its sequence disagree."""
    name = folder.name
    header, _, body = (folder / f"{name}.fa").read_text("ascii").partition("\n")
    region = REGION.match(header)
    sequence = "".join(body.split()).upper()
    if region is None:
        raise InputError(f"{name}: the FASTA header {header!r} does not say which region it is. Leave the case out.")
    contig, start, end = region.group(1), int(region.group(2)), int(region.group(3))
    if end - start + 1 != len(sequence) or set(sequence) - set("ACGTN"):
        raise InputError(f"{name}: the header names {end - start + 1:,} bases, the sequence has {len(sequence):,}.")
    features = tuple(
        replace(feature, start=feature.start + start - 1, end=feature.end + start - 1)
        for feature in features_of(folder / f"{name}.gff")
    )
    return Case(name, contig, start, end, sequence, features)


def features_of(gff: Path) -> Iterator[Feature]:
    """The lines of a GFF3 that describe features, as they stand there."""
    for line in gff.read_text("utf-8").splitlines():
        fields = line.split("\t")
        if not line.startswith("#") and len(fields) == 9:
            start, end = int(fields[3]), int(fields[4])
            yield Feature(fields[0], fields[1], fields[2], start, end, fields[6], fields[7], fields[8])
