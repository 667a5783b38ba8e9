"""Removes an installed bundle: out of sight in one step, then from the disk."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from pipeline.reference.staging import BUILDING, clear_leftovers, installed_folder, locked


def remove_bundle(bundles_dir: Path, bundle_id: str) -> None:
    """Remove a bundle below `bundles_dir`. Raises ConfigurationError for embedded and unknown ones.

    Whatever the folder links to stays: links are removed, never followed.
    """
    with locked(bundles_dir, bundle_id):
        folder = installed_folder(bundles_dir, bundle_id)
        hidden = Path(tempfile.mkdtemp(prefix=f"{BUILDING}{bundle_id}@", dir=bundles_dir))
        folder.rename(hidden / bundle_id)
        shutil.rmtree(hidden)
        clear_leftovers(bundles_dir, bundle_id)
