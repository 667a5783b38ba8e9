"""Verifying and removing bundles: each difference is named, nothing outside the bundle's folder is touched."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.reference.add_source import SourceRequest, add_source
from pipeline.reference.bundle import EMBEDDED_DIR, broken_bundles, list_bundles, load_bundle
from pipeline.reference.remove import remove_bundle
from pipeline.reference.verify import differences
from pipeline.settings import get_settings
from tests.pipeline.reference.genomes import made


@pytest.fixture
def bundles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GAS_BUNDLES_DIR", str(tmp_path / "bundles"))
    get_settings.cache_clear()
    made(tmp_path / "bundles", "tiny")
    (tmp_path / "bundles" / "r.bed").write_text("1\t1\t20\tx\n")
    request = SourceRequest("bands", tmp_path / "bundles" / "r.bed")
    add_source(tmp_path / "bundles", "tiny", request, lambda text: None)
    return tmp_path / "bundles"


def change(folder: Path, edit: Callable[[dict[str, object]], object]) -> None:
    document = json.loads((folder / "bundle.json").read_text())
    edit(document)
    (folder / "bundle.json").write_text(json.dumps(document))


def found(folder: Path) -> str:
    return " ".join(differences(folder, lambda text: None))


def test_the_embedded_bundles_are_as_their_manifests_say() -> None:
    for folder in EMBEDDED_DIR.iterdir():
        assert differences(folder, lambda text: None) == [], folder.name


def test_each_difference_is_named(bundles: Path) -> None:
    folder = bundles / "tiny"
    (folder / "genome.fa").write_bytes((folder / "genome.fa").read_bytes().replace(b"A", b"C", 1))
    (folder / "genes.gff3").unlink()
    (folder / "more.txt").write_text("x")
    change(folder, lambda document: document["checksums"].pop("genome.fa.fai"))  # type: ignore[attr-defined]
    assert differences(folder, lambda text: None) == [
        "genes.gff3 is missing.",
        "genome.fa differs from its checksum.",
        "genome.fa.fai has no checksum in the manifest.",
        "more.txt belongs to nothing in the manifest.",
    ]


def test_lengths_and_tables_are_compared_with_the_manifest(bundles: Path) -> None:
    folder = bundles / "tiny"

    def edit(document: dict[str, object]) -> None:
        document["contigs"][0]["length"] = 2999  # type: ignore[index]
        document["contigs"][1]["name"] = "3"  # type: ignore[index]
        document["sources"][0]["records"] = 7  # type: ignore[index]

    change(folder, edit)
    text = found(folder)
    assert "The contig 1 has 3,000 bases in genome.fa, 2,999 in the manifest." in text
    assert "The contig 3 is not in genome.fa." in text and "The contig 2 is not in the manifest." in text
    assert "has 1 rows, 7 in the manifest" in text


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "..", "a/b", ""])
def test_a_manifest_never_leads_out_of_its_folder(bundles: Path, name: str) -> None:
    change(bundles / "tiny", lambda document: document.update(fasta=name))
    assert "bundle.json is wrong at fasta" in found(bundles / "tiny")
    with pytest.raises(ConfigurationError, match="manifest"):
        load_bundle("tiny")


def test_a_checksum_of_a_file_elsewhere_is_not_followed(bundles: Path) -> None:
    change(bundles / "tiny", lambda document: document["checksums"].update({"../r.bed": "0"}))  # type: ignore[attr-defined]
    assert "../r.bed is not a file of the bundle's own folder." in found(bundles / "tiny")
    (bundles / "tiny" / "genes.gff3").rename(bundles / "genes.gff3")
    (bundles / "tiny" / "genes.gff3").symlink_to(bundles / "genes.gff3")
    assert "genes.gff3 is not a file of the bundle's own folder." in found(bundles / "tiny")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"id": "tiny"}', '{"id": "other"}', "\x00\xff"])
def test_a_broken_bundle_is_told_and_does_not_hide_the_others(bundles: Path, text: str) -> None:
    made(bundles, "whole")
    (bundles / "tiny" / "bundle.json").write_bytes(text.encode("latin-1"))
    assert "whole" in [bundle.id for bundle in list_bundles()] and "rcrs" in [bundle.id for bundle in list_bundles()]
    assert list(broken_bundles()) == ["tiny"] and "manifest" in broken_bundles()["tiny"]
    assert "bundle.json is wrong" in found(bundles / "tiny")


def test_a_bundle_under_another_name_is_told(bundles: Path) -> None:
    (bundles / "tiny").rename(bundles / "renamed")
    assert broken_bundles() == {
        "renamed": "The manifest of the reference bundle renamed is that of tiny. Rename the folder."
    }
    assert "bundle.json is that of tiny, not of renamed." in found(bundles / "renamed")


def test_an_installed_bundle_never_stands_in_for_an_embedded_one(bundles: Path) -> None:
    (bundles / "tiny").rename(bundles / "rcrs")
    change(bundles / "rcrs", lambda document: document.update(id="rcrs"))
    assert load_bundle("rcrs").folder == EMBEDDED_DIR / "rcrs"


def test_a_bundle_is_removed_with_its_files_only(bundles: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("x")
    (bundles / "tiny" / "link").symlink_to(tmp_path / "precious")
    remove_bundle(bundles, "tiny")
    assert not (bundles / "tiny").exists() and (tmp_path / "precious" / "file").exists()
    assert not list(bundles.glob(".building-*"))


@pytest.mark.parametrize("bundle_id", ["rcrs", "nothing", "../precious", "link", ".", ".."])
def test_what_is_no_installed_bundle_is_not_removed(bundles: Path, tmp_path: Path, bundle_id: str) -> None:
    (tmp_path / "precious").mkdir()
    (bundles / "link").symlink_to(tmp_path / "precious")
    with pytest.raises(ConfigurationError):
        remove_bundle(bundles, bundle_id)
    assert (tmp_path / "precious").is_dir() and (EMBEDDED_DIR / "rcrs").is_dir() and (bundles / "tiny").is_dir()
