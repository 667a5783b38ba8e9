"""The evidence for a genome build as sentences that a scientist can check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.annotation.build.assemblies import YORUBA_ACCESSION, YORUBA_LENGTH, title_of
from pipeline.annotation.build.fit import BundleFit, contradicts
from pipeline.annotation.build.header_evidence import HeaderEvidence

MOST_SENTENCES = 8
LEAST_TOLD = 5  # comparisons; fewer with another build than the file's own are not worth a sentence
NOT_RCRS = (
    f"The mitochondrial contig is declared with {YORUBA_LENGTH:,} bases: it is the older sequence {YORUBA_ACCESSION}, "
    "which UCSC calls chrM in hg19, and not the revised Cambridge Reference Sequence (rCRS)."
)
UNLIKE_RCRS = (
    "It is probably the older mitochondrial sequence that UCSC calls chrM in hg19 "
    f"({YORUBA_ACCESSION}, {YORUBA_LENGTH:,} bases), and not rCRS."
)


def evidence_sentences(
    header: HeaderEvidence, fits: list[BundleFit], assembly: str | None, mitochondrial_only: bool
) -> list[str]:
    """What speaks for and against the build, weightiest first."""
    sentences = [
        *_declared(header),
        *_words(header),
        *_nuclear(fits, assembly),
        *_mitochondrial(header, fits, mitochondrial_only),
    ]
    return sentences[:MOST_SENTENCES]


def _declared(header: HeaderEvidence) -> Iterator[str]:
    for assembly, count in header.by_m5.most_common(2):
        yield f"{_counted(count, 'contig checksum')} in the header {_is(count)} of {title_of(assembly)}."
    for assembly, count in header.by_length.most_common(2):
        yield f"{_counted(count, 'contig length')} in the header {_is(count)} of {title_of(assembly)}."
    for assembly, count in header.by_accession.most_common(2):
        names = "1 contig name is an accession" if count == 1 else f"{count:,} contig names are accessions"
        yield f"{names} of {title_of(assembly)}."


def _words(header: HeaderEvidence) -> Iterator[str]:
    words = header.words
    if len(words) == 1:
        for assembly, word in words.items():
            known = word.lower() in title_of(assembly).lower()
            yield f"The header names {title_of(assembly) if known else f'{word}, which is {title_of(assembly)}'}."
    elif words:
        named = " and ".join(f"{word} ({title_of(assembly)})" for assembly, word in words.items())
        yield f"The header names {named}, which are different builds."


def _nuclear(fits: Iterable[BundleFit], assembly: str | None) -> Iterator[str]:
    """One sentence for each assembly that an installed bundle has, the file's own first."""
    best: dict[str, BundleFit] = {}
    for fit in fits:
        kept = best.get(fit.assembly)
        if fit.match.nuclear.compared and (kept is None or fit.match.nuclear.compared > kept.match.nuclear.compared):
            best[fit.assembly] = fit
    for name, fit in sorted(best.items(), key=lambda item: (item[0] != assembly, -item[1].match.nuclear.rate)):
        tally = fit.match.nuclear
        if name != assembly and tally.compared < LEAST_TOLD:
            continue
        masked = f"; {tally.masked:,} more lie where the reference is masked" if tally.masked else ""
        yield (
            f"REF matches {title_of(name)} in {tally.matched:,} of {_counted(tally.compared, 'compared record')} "
            f"({_percent(tally.rate)}){masked}."
        )


def _mitochondrial(header: HeaderEvidence, fits: list[BundleFit], mitochondrial_only: bool) -> Iterator[str]:
    if mitochondrial_only:
        yield "All records looked at are mitochondrial."
    if header.is_yoruba:
        yield NOT_RCRS
        return
    fit = max(fits, key=lambda fit: fit.match.mitochondrial.compared, default=None)
    tally = fit.match.mitochondrial if fit else None
    if tally and tally.compared and (mitochondrial_only or contradicts(tally)):
        yield (
            f"REF matches the mitochondrial reference (rCRS) in {tally.matched:,} of "
            f"{_counted(tally.compared, 'compared record')} ({_percent(tally.rate)})."
        )
        if contradicts(tally):
            yield UNLIKE_RCRS


def _counted(count: int, singular: str) -> str:
    return f"{count:,} {singular}" + ("" if count == 1 else "s")


def _is(count: int) -> str:
    return "is that" if count == 1 else "are those"


def _percent(rate: float) -> str:
    """Never 100 % for what is not all."""
    shown = f"{100 * rate:.1f}"
    if shown == "100.0":
        return "100 %" if rate == 1 else "99.9 %"
    return f"{shown} %"
