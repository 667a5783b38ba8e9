"""Reads one test case of bcftools csq: a stretch of sequence and gene models with positions relative to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import InputError
from pipeline.reference.gff3_lines import Feature, attributes_of

REGION = re.compile(r"^>\S+\s+(?:chr)?(\w+):(\d+)-(\d+)\s*$")


@dataclass(frozen=True)
class Case:
    """A region: `start` and `end` are 1-based and inclusive; `sequence` is upper case; `features` have positions on the
    contig."""

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
    """The lines of a GFF3 that describe features, as they stand there: positions in a region may be below 1."""
    for line in gff.read_text("utf-8").splitlines():
        fields = line.split("\t")
        if not line.startswith("#") and len(fields) == 9:
            start, end = int(fields[3]), int(fields[4])
            attributes = attributes_of(fields[8])
            yield Feature(fields[0], fields[1], fields[2], start, end, fields[6], fields[7], attributes)
