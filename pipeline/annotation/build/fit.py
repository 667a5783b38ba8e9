"""Whether a bundle fits a file: declared lengths and checksums, words, and REF against its sequence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from pipeline.annotation.build.assemblies import ASSEMBLIES, by_length, names_in
from pipeline.annotation.build.contig_names import chromosome_of, sounds_mitochondrial
from pipeline.annotation.build.header_evidence import HeaderEvidence
from pipeline.annotation.build.reference_match import ReferenceMatch, Tally, held_contig
from pipeline.reference.bundle import Bundle

# Of another build's bases a quarter to a third match by chance; of the right build's nearly all do. In between lie
# files whose REF and ALT were exchanged here and there (PLINK's), and these are left to the other evidence.
SUPPORTS_FROM, CONTRADICTS_BELOW = 0.9, 0.5
LEAST_COMPARED = 20  # records; fewer say nothing
PROVES_FROM, PROVES_COMPARED = 0.95, 50  # so much that a header which says otherwise is wrong


class Verdict(StrEnum):
    """How a bundle and a file go together."""

    FITS = "fits"
    CANNOT_TELL = "cannot_tell"
    DOES_NOT_FIT = "does_not_fit"


@dataclass(frozen=True)
class BundleFit:
    """The verdict on one bundle, with what led to it."""

    bundle: Bundle
    assembly: str  # of the bundle: one of the table's ids, else what its manifest says
    verdict: Verdict
    match: ReferenceMatch
    same_lengths: int  # declared contigs that are the bundle's, by length or checksum
    holds_nuclear: bool  # whether it holds one of the file's nuclear contigs, by name
    mitochondrial: bool  # whether the file's mitochondrial contig is the bundle's
    agrees: bool = False  # whether the header names or declares the bundle's own assembly

    @property
    def proven(self) -> bool:
        """Whether REF leaves no doubt."""
        return proves(self.match.nuclear)


def supports(tally: Tally) -> bool:
    """Whether REF speaks for the bundle."""
    return tally.compared >= LEAST_COMPARED and tally.rate >= SUPPORTS_FROM


def contradicts(tally: Tally) -> bool:
    """Whether REF speaks against the bundle."""
    return tally.compared >= LEAST_COMPARED and tally.rate < CONTRADICTS_BELOW


def proves(tally: Tally) -> bool:
    """Whether REF leaves no doubt."""
    return tally.compared >= PROVES_COMPARED and tally.rate >= PROVES_FROM


def assembly_of(bundle: Bundle) -> str:
    """The assembly that a bundle is of: as its manifest says, else as the lengths of its contigs say."""
    return _assembly_of(bundle.assembly, tuple((contig.name, contig.length) for contig in bundle.contigs.values()))


@lru_cache(maxsize=64)
def _assembly_of(said: str, contigs: tuple[tuple[str, int], ...]) -> str:
    named = {assembly for _, assembly in names_in(said)}
    if len(named) == 1:
        return named.pop()
    for name, length in contigs:
        chromosome = chromosome_of(name)
        if chromosome and (assembly := by_length().get((chromosome.name, length))):
            return assembly
    return said


def fit_of(bundle: Bundle, header: HeaderEvidence, contigs: set[str], match: ReferenceMatch) -> BundleFit:
    """The verdict; `contigs` are the names that the sampled records use (else those that the header declares)."""
    assembly = assembly_of(bundle)
    names = contigs or set(header.lengths)
    nuclear = {name for name in names if not sounds_mitochondrial(name)}
    held = {name for name in nuclear if held_contig(bundle, name)}
    same, other = _declared(bundle, assembly, header)
    mitochondrial = _same_mitochondrial(bundle, header, match)
    agrees = assembly in header.words or header.by_length[assembly] > 0 or header.by_accession[assembly] > 0
    if nuclear:
        verdict = _nuclear_verdict(header, assembly, match, same, other, bool(held))
    else:
        verdict = Verdict.FITS if mitochondrial else Verdict.DOES_NOT_FIT
        if not names:
            verdict = Verdict.CANNOT_TELL
    return BundleFit(bundle, assembly, verdict, match, same, bool(held), mitochondrial, agrees)


def _nuclear_verdict(
    header: HeaderEvidence, assembly: str, match: ReferenceMatch, same: int, other: int, held: bool
) -> Verdict:
    """In the order of the evidence's weight: sequence that leaves no doubt, declared contigs, sequence, words."""
    named = set(header.by_accession) or set(header.words) - {"rCRS"}
    if not held:
        verdict = Verdict.DOES_NOT_FIT
    elif proves(match.nuclear):
        verdict = Verdict.FITS
    elif other > same or contradicts(match.nuclear):
        verdict = Verdict.DOES_NOT_FIT
    elif same or supports(match.nuclear) or assembly in named:
        verdict = Verdict.FITS
    elif named and assembly in ASSEMBLIES:
        verdict = Verdict.DOES_NOT_FIT
    else:
        verdict = Verdict.CANNOT_TELL
    if verdict == Verdict.FITS and not same and len(named) > 1 and not supports(match.nuclear):
        verdict = Verdict.CANNOT_TELL  # the header names several builds, and nothing else decides
    return verdict


def _declared(bundle: Bundle, assembly: str, header: HeaderEvidence) -> tuple[int, int]:
    """How many declared nuclear contigs are the bundle's, and how many are those of another assembly.

    A length that belongs to no assembly at all says nothing: some programs write the last position in its place.
    """
    same = 0
    for name, length in header.lengths.items():
        target = None if sounds_mitochondrial(name) else held_contig(bundle, name)
        if target and (length == target.length or (target.m5 and header.m5.get(name) == target.m5)):
            same += 1
    other = sum(count for named, count in (header.by_length + header.by_m5).items() if named != assembly)
    return same, other


def _same_mitochondrial(bundle: Bundle, header: HeaderEvidence, match: ReferenceMatch) -> bool:
    target = next((c for c in bundle.contigs.values() if sounds_mitochondrial(c.name)), None)
    if target is None or contradicts(match.mitochondrial):
        return False
    return header.mitochondrial_length in (None, target.length)
