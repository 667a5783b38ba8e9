"""Chooses the bundle for a file, or refuses the one that was chosen, before any work starts (C39)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.annotation.build.choice_words import advice_on, notes_on, refusal
from pipeline.annotation.build.contig_policy import ContigPolicy
from pipeline.annotation.build.detect import FileBuild
from pipeline.annotation.build.fit import BundleFit, Verdict, contradicts
from pipeline.errors import ConfigurationError, InputError
from pipeline.reference.bundle import Bundle

WRONG_BUILD = "wrong_build"
RANK = {Verdict.FITS: 2, Verdict.CANNOT_TELL: 1, Verdict.DOES_NOT_FIT: 0}


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
    notes = notes_on(build, fit, policy, forced=refuse)
    return BundleChoice(fit, wanted is None, build, policy, tuple(notes), "" if refuse else advice_on(build, fit))


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
