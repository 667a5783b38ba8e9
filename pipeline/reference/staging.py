"""Building beside the bundles and moving into place in one step, so that a killed build leaves nothing that counts."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import ConfigurationError, ConflictError
from pipeline.files import flush, sha256_of
from pipeline.reference.bundle import is_embedded
from pipeline.reference.manifest import BUNDLE_ID, MANIFEST_NAME, BundleManifest

BUILDING = ".building-"
LOCKS = ".locks"


def checked_id(bundle_id: str) -> str:
    """The id, if it can name a folder; raises ConfigurationError otherwise."""
    if not re.fullmatch(BUNDLE_ID, bundle_id):
        raise ConfigurationError(
            f"{bundle_id!r} cannot be the id of a bundle: use letters, digits, dots, hyphens and underscores, at most "
            "64, and begin with a letter or digit.",
            code="bad_bundle_id",
        )
    return bundle_id


def installed_folder(bundles_dir: Path, bundle_id: str) -> Path:
    """Folder of an installed bundle that may be changed. Raises ConfigurationError for embedded or unknown ones."""
    if is_embedded(checked_id(bundle_id)):
        raise ConfigurationError(
            f"The bundle {bundle_id} is part of the program and cannot be changed. Build one of your own.",
            code="bundle_embedded",
        )
    folder = bundles_dir / bundle_id
    if folder.is_symlink():
        raise ConfigurationError(
            f"{folder} is a link. Change the bundle where it lies: set GAS_BUNDLES_DIR to the folder above it.",
            code="bundle_is_link",
        )
    if not folder.is_dir():
        raise ConfigurationError(
            f"The bundle {bundle_id} is not installed in {bundles_dir}; see `python -m util_jobs reference list`.",
            code="bundle_not_installed",
        )
    return folder


@contextmanager
def locked(bundles_dir: Path, bundle_id: str) -> Iterator[None]:
    """Only one process changes a bundle at a time. The lock ends with the process, however that ends."""
    locks = bundles_dir / LOCKS
    locks.mkdir(parents=True, exist_ok=True)
    with (locks / checked_id(bundle_id)).open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConflictError(
                f"Another process is changing the bundle {bundle_id}; wait until it has ended.", code="bundle_busy"
            ) from error
        yield


@contextmanager
def building(bundles_dir: Path, bundle_id: str) -> Iterator[Path]:
    """A hidden folder that becomes the bundle when the block ends well. What a killed build left is cleared first.

    The caller holds the lock.
    """
    final = bundles_dir / bundle_id
    if is_embedded(bundle_id) or final.exists():
        raise ConfigurationError(
            f"There is a bundle {bundle_id} already. Choose another id, or type `python -m util_jobs reference remove "
            f"{bundle_id} --yes` first.",
            code="bundle_exists",
        )
    clear_leftovers(bundles_dir, bundle_id)
    _clear_dead_builds(bundles_dir, bundle_id)
    folder = Path(tempfile.mkdtemp(prefix=f"{BUILDING}{bundle_id}@", dir=bundles_dir))
    try:
        yield folder
        folder.chmod(0o755)
        flush_folder(folder)
        folder.rename(final)
        flush(bundles_dir)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_leftovers(bundles_dir: Path, bundle_id: str) -> None:
    """Remove what dead builds of this bundle left."""
    for path in bundles_dir.glob(f"{BUILDING}{bundle_id}@*"):
        shutil.rmtree(path, ignore_errors=True)


def _clear_dead_builds(bundles_dir: Path, own: str) -> None:
    """Remove what builds of other bundles left, unless one of them is at work."""
    others = {path.name.removeprefix(BUILDING).partition("@")[0] for path in bundles_dir.glob(f"{BUILDING}*@*")}
    for other in sorted(others - {own}):
        try:
            with locked(bundles_dir, other):
                clear_leftovers(bundles_dir, other)
        except ConflictError:
            continue


def flush_folder(folder: Path) -> None:
    """Bring a folder and its files to the disk."""
    for path in folder.iterdir():
        flush(path)
    flush(folder)


def checksums_of(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a folder but the manifest, by name."""
    return {path.name: sha256_of(path) for path in sorted(folder.iterdir()) if path.name != MANIFEST_NAME}


def write_manifest(folder: Path, manifest: BundleManifest) -> None:
    """Replace the manifest in one step; fields that say nothing are left out."""
    document = manifest.model_dump(mode="json", exclude_defaults=True)
    text = json.dumps({"schema_version": manifest.schema_version} | document, indent=2, ensure_ascii=False) + "\n"
    temporary = folder / f".{MANIFEST_NAME}"
    temporary.write_text(text, "utf-8")
    temporary.chmod(0o644)
    flush(temporary)
    temporary.replace(folder / MANIFEST_NAME)
    flush(folder)


def read_manifest(folder: Path) -> BundleManifest:
    """The manifest as it stands in the folder."""
    return BundleManifest.model_validate_json((folder / MANIFEST_NAME).read_bytes())
