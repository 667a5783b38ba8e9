"""An empty folder of bundles, and three bundles of different builds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.reference.bundle import Bundle
from pipeline.settings import get_settings
from tests.pipeline.annotation.build.making import bundle_of, sequence

MASKED = "N" * 20_000


@pytest.fixture
def bundles_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where bundles are installed in this test."""
    folder = tmp_path / "bundles"
    monkeypatch.setenv("GAS_BUNDLES_DIR", str(folder))
    get_settings.cache_clear()
    yield folder
    get_settings.cache_clear()


@pytest.fixture
def b37(bundles_dir: Path) -> Bundle:
    """A bundle that calls itself GRCh37."""
    return bundle_of(bundles_dir, "b37", "GRCh37", {"1": sequence(37), "MT": sequence(1, 16_569)})


@pytest.fixture
def b38(bundles_dir: Path) -> Bundle:
    """A bundle that calls itself GRCh38: another sequence, the same mitochondrial genome."""
    return bundle_of(bundles_dir, "b38", "GRCh38.p14", {"1": sequence(38), "MT": sequence(1, 16_569)})


@pytest.fixture
def masked(bundles_dir: Path) -> Bundle:
    """A demonstration of GRCh37: nearly everything is N."""
    bases = MASKED[:1000] + sequence(37)[1000:1200] + MASKED[1200:]
    return bundle_of(bundles_dir, "masked", "GRCh37", {"1": bases, "MT": sequence(1, 16_569)})
