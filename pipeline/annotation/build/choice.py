"""Chooses the bundle for a file, or refuses the one that was chosen, before any work starts (C39)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.annotation.build.assemblies import title_of
from pipeline.annotation.build.detect import FileBuild
from pipeline.annotation.build.fit import BundleFit, Verdict, contradicts
from pipeline.errors import ConfigurationError, InputError
from pipeline.reference.bundle import Bundle

WRONG_BUILD = "wrong_build"
RANK = {Verdict.FITS: 2, Verdict.CANNOT_TELL: 1, Verdict.DOES_NOT_FIT: 0}
INSTALLABLE = ("GRCh38", "GRCh37")
GENERAL_ADVICE = (
    "These records can be annotated once your operator has installed a reference bundle of the file's genome build "
    "(`python -m util_jobs reference install GRCh38` or `GRCh37`); upload the file again then."
)


@dataclass(frozen=True)
class ContigPolicy:
    """Which contigs of a file are annotated with the bundle's of the same name; the others are carried through.

    `declared_lengths`: a contig that the header declares with another length is another sequence.
    """

    nuclear: bool = True
    mitochondrial: bool = True
    declared_lengths: bool = True


USUAL_POLICY = ContigPolicy()


@dataclass(frozen=True)
class BundleChoice:
    """The bundle that annotates the file, what is done with its contigs, and what the owner should know."""

    fit: BundleFit
    automatic: bool
    build: FileBuild
    policy: ContigPolicy
    notes: tuple[str, ...] = ()
    advice: str = ""  # what to install, where records are carried through because nothing fits them

    @property
    def bundle(self) -> Bundle:
        """The bundle."""
        return self.fit.bundle

    def document(self) -> dict[str, Any]:
        """As `summary.json` keeps it."""
        return self.build.document() | {
            "bundle": self.bundle.id,
            "automatic": self.automatic,
            "verdict": self.fit.verdict.value,
            "records_sampled": self.build.sampled,
            "carried_through": self.fit.holds_nuclear and not self.policy.nuclear,
            "notes": list(self.notes),
            "advice": self.advice,
        }


def choose_bundle(build: FileBuild, wanted: str | None, default: str, *, any_build: bool = False) -> BundleChoice:
    """The bundle `wanted` by id, or with None the one that fits best; `any_build` overrides a refusal.

    Raises InputError (`wrong_build`) where records would be annotated with the sequence of another build.
    """
    if wanted is None:
        fit = best_fit(build.fits, default)
        refuse = fit.holds_nuclear and build.assembly is None and contradicts(fit.match.nuclear)
    else:
        chosen = build.fit(wanted)
        if chosen is None:
            raise ConfigurationError(f"The reference bundle {wanted!r} is not installed.", code="bundle_not_installed")
        fit = chosen
        refuse = fit.holds_nuclear and fit.verdict == Verdict.DOES_NOT_FIT
    if refuse and not any_build:
        raise InputError(refusal(build, fit, automatic=wanted is None), code=WRONG_BUILD)
    policy = _policy(fit, any_build=any_build)
    notes = _notes(build, fit, policy, forced=refuse)
    return BundleChoice(fit, wanted is None, build, policy, tuple(notes), "" if refuse else _advice(build, fit))


def best_fit(fits: Sequence[BundleFit], default: str) -> BundleFit:
    """The bundle that fits best: by verdict, then by how many records lie where it has sequence; ties → `default`."""
    if not fits:
        raise ConfigurationError("No reference is installed. Ask your operator.", code="bundle_not_installed")

    def worth(fit: BundleFit) -> tuple[object, ...]:
        if fit.verdict == Verdict.DOES_NOT_FIT:  # then the one that annotates at least the mitochondrial records
            usable = fit.match.mitochondrial.compared if fit.mitochondrial else 0
        else:
            usable = fit.match.usable
        return RANK[fit.verdict], usable, fit.agrees, fit.bundle.id == default, fit.bundle.id

    return max(fits, key=worth)


def _policy(fit: BundleFit, *, any_build: bool) -> ContigPolicy:
    if any_build:
        return ContigPolicy(nuclear=True, mitochondrial=fit.mitochondrial, declared_lengths=False)
    return ContigPolicy(
        nuclear=fit.verdict != Verdict.DOES_NOT_FIT,
        mitochondrial=fit.mitochondrial,
        # Where REF says that the sequences are the same, lengths of which none is the bundle's are wrong.
        declared_lengths=not (fit.proven and not fit.same_lengths),
    )


def named_build(build: FileBuild) -> str:
    """`GRCh37 (hg19)`, or that it cannot be told."""
    return build.title or "of an unknown genome build"


def _because(build: FileBuild) -> str:
    return " ".join(build.evidence)


def refusal(build: FileBuild, fit: BundleFit, *, automatic: bool) -> str:
    """What the file is and what was chosen, why they do not go together, and what to choose instead."""
    held = f"{title_of(fit.assembly)}, “{fit.bundle.title}”"
    chosen = f"and does not go together with what is installed ({held})" if automatic else f"you chose {held}"
    fitting = [other.bundle.title for other in build.fits if other.verdict == Verdict.FITS]
    if fitting:
        way_out = f"Choose {' or '.join(fitting)}, or leave the choice to us (Automatic)."
    elif build.assembly is None:
        way_out = (
            "Check the file: its REF column is not this reference's. Made with another genome build, it needs a "
            "reference of that build, which your operator can install."
        )
    else:
        way_out = f"{_missing(build)} With Automatic its records are carried through without annotation."
    return f"This file is {named_build(build)}, {chosen}. {_because(build)} {way_out}"


def _missing(build: FileBuild) -> str:
    if build.assembly in INSTALLABLE:
        return (
            f"No installed reference is {build.title}; your operator can add it: "
            f"`python -m util_jobs reference install {build.assembly}`."
        )
    return f"No installed reference is {build.title}."


def _notes(build: FileBuild, fit: BundleFit, policy: ContigPolicy, *, forced: bool) -> list[str]:
    notes = []
    if forced:
        notes.append(
            f"The check of the genome build was overridden. This file is {named_build(build)}, and it was annotated "
            f"with {fit.bundle.title} ({title_of(fit.assembly)}) all the same: consequences and known variants are "
            f"wrong wherever the two builds differ. {_because(build)}"
        )
    elif not policy.nuclear and fit.holds_nuclear:
        notes.append(
            f"This file is {named_build(build)}, and none of the installed references fits it: records outside the "
            f"mitochondrial genome are carried through without annotation. {_because(build)}"
        )
    elif not policy.mitochondrial and build.mitochondrial_only:
        notes.append(f"The records are carried through without annotation. {_because(build)}")
    elif fit.verdict == Verdict.CANNOT_TELL and build.sampled:
        notes.append(
            f"The genome build of this file cannot be told; it was annotated with {fit.bundle.title} "
            f"({title_of(fit.assembly)}). {_because(build)}".rstrip()
        )
    if not forced and not policy.declared_lengths and build.header.lengths:
        notes.append(
            "The contig lengths in the header are not those of the reference, but REF is the reference's sequence: "
            "the lengths were not believed."
        )
    return notes


def _advice(build: FileBuild, fit: BundleFit) -> str:
    """What to install so that the records can be annotated; empty where the bundle fits."""
    if fit.verdict != Verdict.DOES_NOT_FIT or build.mitochondrial_only:
        return ""
    if build.assembly == "NCBI36":
        return (
            "For the genome build NCBI36 (hg18) no current gene models exist. To annotate these records, lift the file "
            "over to GRCh37 or GRCh38, once your operator has installed that reference."
        )
    if build.assembly in INSTALLABLE:
        return (
            f"These records can be annotated once your operator has installed a {build.assembly} reference bundle "
            f"(`python -m util_jobs reference install {build.assembly}`); upload the file again then."
        )
    if build.assembly:
        return (
            f"These records can be annotated once your operator has installed a reference bundle of {build.title} "
            "(`python -m util_jobs reference build`); upload the file again then."
        )
    return GENERAL_ADVICE
