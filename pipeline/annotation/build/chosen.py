"""From a file on disk to the bundle that annotates it: detection, and the choice or its refusal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.annotation.build.choice import BundleChoice, choose_bundle
from pipeline.annotation.build.detect import detect_file
from pipeline.annotation.options import AnnotationOptions
from pipeline.logs import get_logger
from pipeline.reference.bundle import Bundle, list_bundles
from pipeline.settings import get_settings


def bundle_for(path: Path, wanted: Bundle | None, options: AnnotationOptions) -> BundleChoice:
    """The bundle for a file: `wanted` if it fits, with None the installed one that fits best.

    Raises InputError (`wrong_build`, or for a file that is no VCF), ConfigurationError.
    """
    settings = get_settings()
    others = [bundle for bundle in list_bundles() if wanted is None or bundle.id != wanted.id]
    bundles = others if wanted is None else [wanted, *others]
    build = detect_file(path, bundles, settings)
    if wanted is None and options.among is not None:
        build = replace(build, fits=tuple(fit for fit in build.fits if fit.bundle.id in options.among))
    choice = choose_bundle(build, wanted.id if wanted else None, settings.default_bundle, any_build=options.any_build)
    get_logger().info(
        "build_detected",
        assembly=build.assembly,
        bundle=choice.bundle.id,
        automatic=choice.automatic,
        sampled=build.sampled,
    )
    return choice
