"""Which alleles act together in which transcripts: what csq joined, as far as it is the deed of all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.annotation.haplotypes.judge import Compound, Judged, Place
from pipeline.annotation.haplotypes.locus import Joint

# What a site does by itself, whatever lies beside it: taken from the allele's own row, never from its partners'.
OF_THE_SITE = {
    "splice_acceptor", "splice_donor", "splice_region", "5_prime_utr", "3_prime_utr", "non_coding", "intron",
    "coding_sequence", "NMD_transcript",
}  # fmt: skip


@dataclass(frozen=True)
class Member:
    """An allele that acts with others in a transcript. `terms` are csq's, `&`-joined; `together` are all the alleles
    in csq's words; `always`: no copy has the allele without such partners."""

    place: Place
    transcript: str
    terms: str
    partners: tuple[Place, ...]
    together: str
    always: bool


def members_of(judged: Judged, loci: list[tuple[str, Joint]]) -> Iterator[Member]:
    """One for each allele of each joined consequence."""
    kept = [(terms, compound) for compound in judged.compounds if (terms := joint_terms(compound.text))]
    covered: dict[tuple[Place, str], set[int]] = defaultdict(set)
    for _, compound in kept:
        for place in compound.members:
            covered[place, _transcript(compound)].update(compound.patterns)
    for terms, compound in kept:
        transcript = _transcript(compound)
        together = compound.text.rpartition("|")[2]
        for place in compound.members:
            always = _always(judged, loci, place, covered[place, transcript])
            yield Member(place, transcript, terms, compound.members, together, always)


def joint_terms(text: str) -> str:
    """csq's terms without those of one site alone; empty where the changes do not act together.

    A shift of the frame that is not made good in time is the deed of one allele: those behind it keep their own rows.
    """
    terms = [term for term in text.partition("|")[0].lstrip("*").split("&") if term not in OF_THE_SITE]
    return "" if "frameshift" in terms else "&".join(terms)


def _transcript(compound: Compound) -> str:
    return compound.text.split("|")[2]


def _always(judged: Judged, loci: list[tuple[str, Joint]], place: Place, patterns: set[int]) -> bool:
    """Whether every copy that carries the allele shows one of these patterns."""
    locus, row = judged.alleles[place]
    joint = loci[locus][1]
    return int(joint.shown_by[sorted(patterns)].sum()) == int(joint.copies[row])
