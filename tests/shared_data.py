"""Finds the real input files that some tests need; they live beside the project and are not part of it."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CANDIDATES = (ROOT.parent / "shared" / "data", ROOT / ".shared-data")


def shared_data(relative: str) -> Path:
    """Path of a real input file, or skip the calling test with the reason."""
    for folder in CANDIDATES:
        if (folder / relative).exists():
            return folder / relative
    pytest.skip(f"needs the real input file {relative}, which is not beside this checkout (../shared/data)")
