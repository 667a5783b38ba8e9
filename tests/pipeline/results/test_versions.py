"""The versions behind a result, as its manifest tells them, and what is said when they change (C45)."""

from __future__ import annotations

from typing import Any

from pipeline.results.versions import versions_in, what_changed


def manifest(name: str, cache: str | None, checksum: str = "a" * 64) -> dict[str, Any]:
    """What decides a result, with an engine that brings data along or one that brings none."""
    parameters = {"norm": "-c x"}
    if cache:
        parameters |= {"cache": cache, "cache_sha256": checksum, "cache_sources": "dbsnp=156,gencode=GENCODE 49"}
    return {"engine": {"name": name, "version": f"{name} 1", "parameters": parameters}}


def test_the_data_of_an_engine_are_a_version_of_their_own_C45() -> None:
    found = versions_in(manifest("vep", "GRCh38-115"))
    assert found["engine_options"].version == "norm -c x"
    assert (found["engine_data"].version, found["engine_data"].sha256) == ("GRCh38-115", "a" * 64)


def test_newer_data_of_an_engine_are_told_in_a_few_words_C45() -> None:
    old, new = (versions_in(manifest("vep", f"GRCh38-{release}")) for release in (115, 116))
    assert what_changed(old, new) == ["Data of the engine was GRCh38-115 and is GRCh38-116 now"]
    other = versions_in(manifest("vep", "GRCh38-115", "b" * 64))
    assert what_changed(old, other) == ["Data of the engine (GRCh38-115) has another checksum now"]


def test_an_engine_without_data_of_its_own_has_none_C45() -> None:
    assert "engine_data" not in versions_in(manifest("csq", None))
    assert versions_in(manifest("vep", "GRCh38-115"))["engine_data"].differs_from(None)
