"""`reference install-vep`: what an operator types and reads."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from pipeline.reference.vep_cache import list_caches
from pipeline.settings import get_settings
from tests.vepyr import acting_vepyr
from util_jobs.reference.upkeep import verify_command
from util_jobs.reference.vep import install_vep_command

MAKES = """
import shutil
made = Path(option('--dir_cache')) / f"{option('--release')}_{option('--assembly')}_{option('--cache_type')}"
shutil.copytree(Path(__file__).parent / 'ready', made)
"""


@pytest.fixture
def vepyr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that stands in for vepyr."""
    for name in ("variation", "transcript"):
        (tmp_path / "ready" / name).mkdir(parents=True)
        pq.write_table(pa.table({"source_dbsnp": ["156"]}), tmp_path / "ready" / name / "chrMT.parquet")
    monkeypatch.setenv("GAS_VEP_COMMAND", str(acting_vepyr(tmp_path, MAKES)))
    get_settings.cache_clear()


def unpacked(tmp_path: Path) -> str:
    """An unpacked cache of Ensembl for the embedded mitochondrion's assembly."""
    folder = tmp_path / "115_rCRS"
    folder.mkdir()
    (folder / "info.txt").touch()
    return str(folder)


def test_the_cache_of_a_bundles_assembly_is_installed(vepyr: None, tmp_path: Path) -> None:
    local = ["--release", "115", "--local-cache", unpacked(tmp_path)]
    done = CliRunner().invoke(install_vep_command, ["rcrs", *local, "--json"])
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert {name: document[name] for name in ("status", "cache", "contigs")} == {
        "status": "INSTALLED",
        "cache": "rCRS-115",
        "contigs": ["chrMT"],
    }
    again = CliRunner().invoke(install_vep_command, ["rcrs", *local])
    assert again.exit_code == 2
    assert "installed already" in again.stderr


def test_without_vepyr_the_operator_is_told_what_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_VEP_COMMAND", str(tmp_path / "none"))
    get_settings.cache_clear()
    done = CliRunner().invoke(install_vep_command, ["rcrs"])
    assert done.exit_code == 2
    assert "make vep" in done.stderr


def test_verifying_a_bundle_looks_at_its_cache_too(vepyr: None, tmp_path: Path) -> None:
    before = CliRunner().invoke(verify_command, ["rcrs", "--json"])
    assert json.loads(before.stdout)["vep_cache"] is None
    CliRunner().invoke(install_vep_command, ["rcrs", "--release", "115", "--local-cache", unpacked(tmp_path)])
    whole = CliRunner().invoke(verify_command, ["rcrs"])
    assert whole.exit_code == 0
    assert "rCRS-115, the cache of the engine vep: every file is as it was installed." in whole.stdout
    [cache] = list_caches()
    table = cache.folder / "transcript" / "chrMT.parquet"
    table.write_bytes(table.read_bytes()[::-1])  # of the same size: only its checksum tells
    damaged = CliRunner().invoke(verify_command, ["rcrs"])
    assert damaged.exit_code == 1
    assert "rCRS-115 is not as it was installed" in damaged.stdout
