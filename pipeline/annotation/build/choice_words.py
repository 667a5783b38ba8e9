"""What the owner of a file is told of the choice of its bundle: the refusal, the notes, what to install."""

from __future__ import annotations

from pipeline.annotation.build.assemblies import title_of
from pipeline.annotation.build.contig_policy import ContigPolicy
from pipeline.annotation.build.detect import FileBuild
from pipeline.annotation.build.fit import BundleFit, Verdict

INSTALLABLE = ("GRCh38", "GRCh37")
GENERAL_ADVICE = (
    "These records can be annotated once your operator has installed a reference bundle of the file's genome build "
    "(`python -m util_jobs reference install GRCh38` or `GRCh37`); upload the file again then."
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


def notes_on(build: FileBuild, fit: BundleFit, policy: ContigPolicy, *, forced: bool) -> list[str]:
    """What the owner should know of the build before anything else; `forced`: a refusal was overridden."""
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


def advice_on(build: FileBuild, fit: BundleFit) -> str:
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
