"""The engine vep is offered only where its command and a cache for the bundle's assembly are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.annotation.engines.registry import EngineChoice, engine_named, installed_engines
from pipeline.annotation.engines.vep import VepEngine
from pipeline.annotation.options import AnnotationOptions
from pipeline.errors import ConfigurationError
from pipeline.reference.bundle import Bundle, Contig, load_bundle
from pipeline.reference.vep_cache import MANIFEST, CacheManifest, cache_for, plain_assembly
from pipeline.settings import get_settings
from tests.pipeline.annotation.helpers import run_job, vcf_text
from tests.vepyr import acting_vepyr


@pytest.fixture
def bundle() -> Bundle:
    """A bundle of GRCh38 with a chromosome, the mitochondrion and a scaffold with genes."""
    contigs = {"22": Contig("22", 1000), "MT": Contig("MT", 1000, genetic_code=2), "KI1": Contig("KI1", 1000)}
    return replace(load_bundle("rcrs"), id="hs", title="Human", assembly="GRCh38.p14", contigs=contigs)


def install_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str = "") -> Path:
    """A command that stands in for vepyr."""
    command = acting_vepyr(tmp_path, body)
    monkeypatch.setenv("GAS_VEP_COMMAND", str(command))
    get_settings.cache_clear()
    return command


def put_cache(name: str, **fields: object) -> None:
    """A described cache without tables."""
    folder = get_settings().resolved_vep_caches_dir() / name
    folder.mkdir(parents=True)
    assembly, release = name.split("-")
    usual = {
        "contigs": ("chr22",),
        "made_by": "vepyr 0.10.0",
        "files": {},
        "sha256": "abc",
        "sources": {"dbsnp": "156"},
    }
    manifest = CacheManifest(**{"assembly": assembly, "release": int(release)} | usual | fields)  # type: ignore[arg-type]
    (folder / MANIFEST).write_text(manifest.model_dump_json())


@pytest.fixture(autouse=True)
def not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this checkout has installed."""
    monkeypatch.setenv("GAS_VEP_COMMAND", str(tmp_path / "no-vepyr"))
    get_settings.cache_clear()


def test_without_the_command_only_csq_is_offered(bundle: Bundle) -> None:
    put_cache("GRCh38-115")
    assert installed_engines(bundle) == [EngineChoice("csq", "bcftools csq")]


def test_without_a_cache_of_the_assembly_only_csq_is_offered(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_command(tmp_path, monkeypatch)
    put_cache("GRCh37-115")
    assert [engine.name for engine in installed_engines(bundle)] == ["csq"]


def test_command_and_cache_make_the_engine_one_to_choose_without_starting_anything(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "vepyr").write_text("this cannot be run")
    monkeypatch.setenv("GAS_VEP_COMMAND", str(tmp_path / "vepyr"))
    get_settings.cache_clear()
    put_cache("GRCh38-115")
    assert installed_engines(bundle)[1] == EngineChoice("vep", "Ensembl VEP 115 (vepyr)")


def test_the_newest_cache_is_used_and_half_built_ones_are_not(bundle: Bundle) -> None:
    for name in ("GRCh38-115", "GRCh38-116", "GRCh37-117", "GRCh38-118"):
        put_cache(name)
    folder = get_settings().resolved_vep_caches_dir()
    (folder / "GRCh38-118").rename(folder / ".building-GRCh38-118")
    found = cache_for(bundle)
    assert found is not None and found.name == "GRCh38-116"


def test_asking_for_what_is_not_installed_says_what_the_operator_types(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigurationError, match="make vep") as refused:
        engine_named("vep", bundle)
    assert refused.value.code == "engine_not_installed"
    install_command(tmp_path, monkeypatch)
    with pytest.raises(ConfigurationError, match="reference install-vep hs"):
        engine_named("vep", bundle)
    put_cache("GRCh38-115")
    assert engine_named("vep", bundle).name == "vep"


def test_a_job_for_vep_where_it_is_not_installed_fails_with_that_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Choose the engine csq"):
        run_job(tmp_path, vcf_text("MT 3308 . T C . . ."), options=AnnotationOptions(engine="vep"))
    assert list((tmp_path / "work").iterdir()) == [] and list((tmp_path / "out").iterdir()) == []


def test_a_command_that_does_not_start_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = install_command(tmp_path, monkeypatch)
    command.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(ConfigurationError, match="does not start"):
        VepEngine().version()


def test_provenance_names_cache_release_checksum_and_what_csq_does_C45(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_command(tmp_path, monkeypatch)
    put_cache("GRCh38-115")
    assert VepEngine().version() == "vepyr 0.10.0"
    parameters = VepEngine().parameters(bundle)
    assert (parameters["cache"], parameters["cache_sha256"]) == ("GRCh38-115", "abc")
    assert parameters["cache_sources"] == "dbsnp=156"
    assert parameters["by_csq"].startswith("MT,KI1 (bcftools csq") and "MT=2" in parameters["by_csq"]
    assert parameters["not_in_cache"] == "KI1"


def test_a_wrong_description_of_a_cache_is_named(bundle: Bundle) -> None:
    put_cache("GRCh38-115")
    (get_settings().resolved_vep_caches_dir() / "GRCh38-115" / MANIFEST).write_text("{}")
    with pytest.raises(ConfigurationError, match="install it again"):
        cache_for(bundle)


def test_an_unusable_cache_takes_nothing_else_away(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_command(tmp_path, monkeypatch)
    put_cache("GRCh38-115")
    (get_settings().resolved_vep_caches_dir() / "GRCh38-115" / MANIFEST).write_text("{}")
    assert [engine.name for engine in installed_engines(bundle)] == ["csq"]


@pytest.mark.parametrize(
    ("assembly", "plain"),
    [("GRCh38", "GRCh38"), ("GRCh38.p14", "GRCh38"), ("GRCh37 (hg19)", "GRCh37"), ("hg38", "GRCh38"), ("", "")],
)
def test_an_assembly_has_the_name_that_ensembl_gives_it(assembly: str, plain: str) -> None:
    assert plain_assembly(assembly) == plain
