"""Tidies the embedded AWS's stored objects after a `kill -9`, before the emulator reads them.

The emulator writes `<file>.tmp`, renames it to `<file>`, then writes the sidecar `<file>.meta.json` alike.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

SIDECAR = ".meta.json"


def remove_half_written(folder: Path) -> int:
    """Delete what a killed write left, and say how many files it was.

    A sidecar that names another size belongs to the object which the file has just replaced; without it the
    emulator measures the file itself.
    """
    removed = 0
    for path in list(_files(folder)):
        if path.name.endswith(".tmp") or (path.name.endswith(SIDECAR) and _contradicts_its_file(path)):
            path.unlink()
            removed += 1
    return removed


def _contradicts_its_file(sidecar: Path) -> bool:
    body = sidecar.with_name(sidecar.name.removesuffix(SIDECAR))
    try:
        meta = json.loads(sidecar.read_bytes())
        return body.is_file() and not meta.get("is_delete_marker") and meta.get("size") != body.stat().st_size
    except (OSError, ValueError, AttributeError):
        return True


def _files(folder: Path) -> Iterator[Path]:
    for directory, _, names in os.walk(folder):
        yield from (Path(directory) / name for name in names)
