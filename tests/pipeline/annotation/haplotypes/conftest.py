"""The made-up genes as a bundle."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.reference.bundle import Bundle
from pipeline.settings import get_settings
from tests.pipeline.annotation.haplotypes import genes


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bundle:
    """A contig with one gene on each strand."""
    folder = tmp_path / "bundles"
    monkeypatch.setenv("GAS_BUNDLES_DIR", str(folder))
    get_settings.cache_clear()
    return genes.made(folder)
