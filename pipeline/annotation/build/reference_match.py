"""Compares REF of sampled records with a bundle's sequence. A masked base (N) says nothing: it is no mismatch."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pysam

from pipeline.annotation.build.contig_names import chromosome_of, sounds_mitochondrial
from pipeline.annotation.build.head import Place
from pipeline.logs import get_logger
from pipeline.reference.bundle import Bundle, Contig

NEAR = 4096  # records closer than this, in bases, are compared with one piece of sequence


@dataclass
class Tally:
    """Counts of records. `outside`: off the end of the contig; `masked`: the sequence is N there."""

    matched: int = 0
    mismatched: int = 0
    masked: int = 0
    outside: int = 0

    @property
    def compared(self) -> int:
        """Records whose REF could be compared."""
        return self.matched + self.mismatched

    @property
    def rate(self) -> float:
        """Share of the compared records that match; 0 where none could be compared."""
        return self.matched / self.compared if self.compared else 0.0


@dataclass
class ReferenceMatch:
    """What the comparison with one bundle gave, nuclear and mitochondrial contigs apart."""

    nuclear: Tally = field(default_factory=Tally)
    mitochondrial: Tally = field(default_factory=Tally)
    not_held: int = 0  # records on contigs that the bundle does not hold

    @property
    def usable(self) -> int:
        """Records that lie where the bundle has sequence."""
        return self.nuclear.compared + self.mitochondrial.compared


def held_contig(bundle: Bundle, name: str) -> Contig | None:
    """The bundle's contig for a file's name, also where the name is an accession or is written `CHR1`."""
    found = bundle.contig_for(name)
    if found is None and (chromosome := chromosome_of(name)):
        found = bundle.contig_for(chromosome.name)
    return found


def compare(places: Iterable[Place], bundle: Bundle, stop_at: float) -> ReferenceMatch:
    """Compare the records with the bundle; `stop_at` (of `time.monotonic`) ends it, what was compared counts."""
    found = ReferenceMatch()
    by_contig: dict[str, list[Place]] = {}
    for place in places:
        by_contig.setdefault(place.contig, []).append(place)
    try:
        with pysam.FastaFile(str(bundle.fasta)) as fasta:
            for name, here in by_contig.items():
                target = held_contig(bundle, name)
                if target is None or target.name not in fasta:
                    found.not_held += len(here)
                    continue
                tally = found.mitochondrial if sounds_mitochondrial(name) else found.nuclear
                if not _compare_contig(here, fasta, target, tally, stop_at):
                    break
    except (OSError, ValueError) as error:  # a damaged bundle must not stop a file that another one fits
        get_logger().warning("bundle_not_compared", bundle=bundle.id, error=type(error).__name__)
    return found


def _compare_contig(places: list[Place], fasta: pysam.FastaFile, target: Contig, tally: Tally, stop_at: float) -> bool:
    """False when the time is over."""
    inside = [place for place in places if place.pos >= 1 and place.pos + len(place.ref) - 1 <= target.length]
    tally.outside += len(places) - len(inside)
    for group in _near(sorted(inside, key=lambda place: place.pos)):
        if time.monotonic() > stop_at:
            return False
        start = group[0].pos
        end = max(place.pos + len(place.ref) for place in group)
        sequence = fasta.fetch(target.name, start - 1, end - 1).upper()
        for place in group:
            bases = sequence[place.pos - start : place.pos - start + len(place.ref)]
            if "N" in bases or not bases:
                tally.masked += 1
            elif bases == place.ref:
                tally.matched += 1
            else:
                tally.mismatched += 1
    return True


def _near(places: list[Place]) -> Iterator[list[Place]]:
    """Groups of neighbours."""
    group: list[Place] = []
    for place in places:
        if group and place.pos - group[0].pos > NEAR:
            yield group
            group = []
        group.append(place)
    if group:
        yield group
