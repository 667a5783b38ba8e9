"""Adds a source to a bundle and takes one away: the table is written beside, the manifest replaced in one step."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.files import flush, sha256_of
from pipeline.reference.bundle import bundle_from
from pipeline.reference.manifest import SOURCE_ID, BundleManifest, Source
from pipeline.reference.sources.known_publishers import PRESETS
from pipeline.reference.sources.requested import SourceRequest, converted
from pipeline.reference.staging import installed_folder, locked, read_manifest, write_manifest

__all__ = ["SourceRequest", "add_source", "add_to_folder", "remove_source"]

Progress = Callable[[str], None]


def add_source(
    bundles_dir: Path, bundle_id: str, request: SourceRequest, progress: Progress
) -> tuple[Source, Counter[str]]:
    """Add a source to an installed bundle; the source as declared, and the counts of its conversion.

    Raises ConfigurationError where the bundle or a name does not allow it, InputError for a file that is none.
    """
    with locked(bundles_dir, bundle_id):
        return add_to_folder(installed_folder(bundles_dir, bundle_id), request, progress)


def add_to_folder(folder: Path, request: SourceRequest, progress: Progress) -> tuple[Source, Counter[str]]:
    """Add a source to the bundle in a folder that nobody else changes meanwhile."""
    manifest = read_manifest(folder)
    _check_name(manifest, request)
    for leftover in folder.glob(".adding-*"):
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    bundle = bundle_from(folder, manifest)
    temporary = folder / f".adding-{request.name}.parquet"
    try:
        source, counts = converted(folder, bundle, request, temporary, progress)
        progress("checksum")
        digest = sha256_of(temporary)
        source = source.model_copy(update={"file": f"{request.name}-{digest[:12]}.parquet"})
        flush(temporary)
        temporary.chmod(0o644)
        temporary.replace(folder / source.file)
    finally:
        temporary.unlink(missing_ok=True)
    before = [item for item in manifest.sources if item.id == request.name]
    _replace(folder, manifest, remove=before, add=source, checksum=digest)
    return source, counts


def remove_source(bundles_dir: Path, bundle_id: str, name: str) -> None:
    """Take a source out of an installed bundle, with its file."""
    with locked(bundles_dir, bundle_id):
        folder = installed_folder(bundles_dir, bundle_id)
        manifest = read_manifest(folder)
        found = [source for source in manifest.sources if source.id == name]
        if not found:
            raise ConfigurationError(
                f"The bundle {bundle_id} has no source {name!r}. It has: "
                f"{', '.join(source.id for source in manifest.sources) or 'none'}.",
                code="no_such_source",
            )
        _replace(folder, manifest, remove=found)


def _replace(
    folder: Path, manifest: BundleManifest, remove: list[Source], add: Source | None = None, checksum: str = ""
) -> None:
    """Write the manifest without and with these sources, then remove the files that nothing names any more."""
    gone = {source.file for source in remove} - ({add.file} if add else set())
    sources = tuple(source for source in manifest.sources if source not in remove) + ((add,) if add else ())
    checksums = {name: value for name, value in manifest.checksums.items() if name not in gone}
    said = {source.attribution for source in remove} - {source.attribution for source in sources}
    attribution = [text for text in manifest.attribution if text not in said]
    if add:
        checksums[add.file] = checksum
        attribution += [add.attribution] if add.attribution and add.attribution not in attribution else []
    changed = {"sources": sources, "checksums": checksums, "attribution": tuple(attribution)}
    write_manifest(folder, manifest.model_copy(update=changed))
    for name in gone:
        (folder / name).unlink(missing_ok=True)


def _check_name(manifest: BundleManifest, request: SourceRequest) -> None:
    if not re.fullmatch(SOURCE_ID, request.name):
        raise ConfigurationError(
            f"{request.name!r} cannot be the name of a source: small letters, digits and underscores, at most 40.",
            code="bad_source_name",
        )
    if request.preset and request.preset not in PRESETS:
        raise ConfigurationError(f"There is no preset {request.preset!r}; there are {', '.join(PRESETS)}.")
    if not request.replace and any(source.id == request.name for source in manifest.sources):
        raise ConfigurationError(
            f"The bundle {manifest.id} has a source {request.name} already. Add --replace, or choose another name.",
            code="source_exists",
        )
