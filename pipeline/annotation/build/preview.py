"""What each choice of reference would lead to, so that a person hears of it before the file is sent."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.annotation.build.choice import BundleChoice, choose_bundle
from pipeline.annotation.build.detect import FileBuild
from pipeline.errors import InputError


@dataclass(frozen=True)
class Preview:
    """`automatic` is the choice that the service makes by itself; None with a `problem`: it refuses the file.

    `refusals` are sentences by the id of each bundle that would be refused. `warning`: nothing installed fits.
    """

    build: FileBuild
    automatic: BundleChoice | None
    problem: str
    refusals: dict[str, str]
    warning: str


def preview(build: FileBuild, default: str) -> Preview:
    """Try the automatic choice and every bundle. Raises ConfigurationError where no bundle is installed."""
    automatic, problem = _try(build, None, default)
    refusals = {fit.bundle.id: _try(build, fit.bundle.id, default)[1] for fit in build.fits}
    warning = ""
    if automatic is not None and build.sampled and not build.mitochondrial_only and not automatic.policy.nuclear:
        warning = (
            f"{'This file is ' + build.title if build.title else 'The genome build of this file is not known'}, and "
            "none of the installed references fits it: records outside the mitochondrial genome will be carried "
            "through without annotation."
        )
    return Preview(build, automatic, problem, {name: text for name, text in refusals.items() if text}, warning)


def _try(build: FileBuild, wanted: str | None, default: str) -> tuple[BundleChoice | None, str]:
    try:
        return choose_bundle(build, wanted, default), ""
    except InputError as error:
        return None, error.message
