"""Finds out which genome build a file was made with, and how each installed bundle goes together with it (C39)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.annotation.build.assemblies import title_of
from pipeline.annotation.build.contig_names import sounds_mitochondrial
from pipeline.annotation.build.fit import BundleFit, Verdict, contradicts, fit_of, proves, supports
from pipeline.annotation.build.head import Head
from pipeline.annotation.build.header_evidence import HeaderEvidence, declared_is_rcrs, evidence_in
from pipeline.annotation.build.reference_match import compare
from pipeline.annotation.build.sampling import sample_file
from pipeline.annotation.build.sentences import evidence_sentences
from pipeline.errors import InputError
from pipeline.reference.bundle import Bundle
from pipeline.settings import Settings

RCRS = "rCRS"


@dataclass(frozen=True)
class FileBuild:
    """What was found out. `assembly` is an id of the table of assemblies, a bundle's own, or None: cannot be told."""

    assembly: str | None
    evidence: tuple[str, ...]
    fits: tuple[BundleFit, ...]
    header: HeaderEvidence
    sampled: int
    mitochondrial_only: bool

    @property
    def title(self) -> str:
        """What people call the build; empty where it cannot be told."""
        return title_of(self.assembly) if self.assembly else ""

    def fit(self, bundle_id: str) -> BundleFit | None:
        """The verdict on one bundle."""
        return next((fit for fit in self.fits if fit.bundle.id == bundle_id), None)

    def document(self) -> dict[str, Any]:
        """As the job's record and `summary.json` keep it."""
        return {"assembly": self.assembly, "title": self.title, "evidence": list(self.evidence)}


@dataclass
class _Findings:
    """What the decision on the assembly looks at."""

    header: HeaderEvidence
    fits: list[BundleFit] = field(default_factory=list)
    mitochondrial_only: bool = False


def detect_file(path: Path, bundles: Iterable[Bundle], settings: Settings) -> FileBuild:
    """Detect the build of a file on disk from a sample of it.

    Of a file that cannot be read nothing is found out: the pass that reads all of it says why, with the line.
    """
    try:
        head = sample_file(path, settings)
    except InputError:
        head = Head("plain")
    return detect(head, bundles, settings.build_check_s)


def detect(head: Head, bundles: Iterable[Bundle], check_s: float) -> FileBuild:
    """Detect the build from what the head of a file shows; sequences are compared for at most `check_s` seconds."""
    contigs = {place.contig for place in head.places}
    header = evidence_in(head.meta, contigs)
    findings = _Findings(header)
    findings.mitochondrial_only = bool(contigs) and all(map(sounds_mitochondrial, contigs))
    stop_at = time.monotonic() + check_s
    for bundle in bundles:
        findings.fits.append(fit_of(bundle, header, contigs, compare(head.places, bundle, stop_at)))
    assembly = _assembly(findings)
    findings.fits = [_settled(fit, assembly) for fit in findings.fits]
    sentences = evidence_sentences(header, findings.fits, assembly, findings.mitochondrial_only)
    return FileBuild(
        assembly, tuple(sentences), tuple(findings.fits), header, len(head.places), findings.mitochondrial_only
    )


def _settled(fit: BundleFit, assembly: str | None) -> BundleFit:
    """What a bundle by itself leaves open is settled where the file is known to be of another build."""
    open_yet = fit.verdict == Verdict.CANNOT_TELL and fit.holds_nuclear
    if open_yet and assembly not in (None, RCRS, fit.assembly):
        return replace(fit, verdict=Verdict.DOES_NOT_FIT)
    return fit


def _assembly(found: _Findings) -> str | None:
    """The weightiest evidence decides; what the sequence refutes is not believed."""
    refuted = {fit.assembly for fit in found.fits if contradicts(fit.match.nuclear)}
    header = found.header
    proven = [fit.assembly for fit in found.fits if proves(fit.match.nuclear)]
    supported = [fit.assembly for fit in found.fits if supports(fit.match.nuclear)]
    own = [fit.assembly for fit in found.fits if fit.same_lengths]
    candidates = [
        *proven[:1],
        _most(header.by_m5),
        _most(header.by_length),
        *(own[:1] if len(set(own)) == 1 else []),
        *supported[:1],
        _most(header.by_accession),
        next(iter(header.words)) if len(header.words) == 1 else None,
    ]
    for candidate in candidates:
        if candidate is not None and candidate not in refuted:
            return None if candidate == RCRS and not found.mitochondrial_only else candidate
    if found.mitochondrial_only and not header.is_yoruba:
        known = declared_is_rcrs(header) or any(supports(fit.match.mitochondrial) for fit in found.fits)
        return RCRS if known else None
    return None


def _most(counts: Counter[str]) -> str | None:
    """The assembly with most votes; None where two have as many."""
    first = counts.most_common(2)
    if not first or (len(first) == 2 and first[0][1] == first[1][1]):
        return None
    return first[0][0]
