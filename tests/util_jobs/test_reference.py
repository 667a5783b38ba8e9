"""`reference` as an operator types it: one line of JSON, sentences and exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.settings import get_settings
from tests.pipeline.reference.genomes import fasta_text, gff3_text, sequences, vcf_text
from tests.pipeline.reference.install.publisher_server import PublisherServer, publish
from util_jobs.cli import main


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GAS_BUNDLES_DIR", str(tmp_path / "bundles"))
    get_settings.cache_clear()
    base = sequences()["1"][99]
    other = "ACGT"["ACGT".index(base) - 1]
    (tmp_path / "g.fa").write_text(fasta_text())
    (tmp_path / "g.gff3").write_text(gff3_text())
    (tmp_path / "bands.bed").write_text("1\t0\t3000\tp1\n")
    meta = '##INFO=<ID=N,Number=1,Type=Integer,Description="n">\n'
    (tmp_path / "own.vcf").write_text(vcf_text(f"chr1 100 . {base} {other} . . N=4", meta=meta))
    (tmp_path / "job.vcf").write_text(vcf_text(f"chr1 100 . {base} {other} . . ."))
    return tmp_path


def typed(*words: object) -> Result:
    return CliRunner().invoke(main, ["reference", *map(str, words)])


def answer(result: Result) -> dict[str, Any]:
    """The one line of JSON, last on standard output."""
    assert len(result.stdout.splitlines()) == 1
    return json.loads(result.stdout)


def build(files: Path, *more: object) -> Result:
    return typed("build", "tiny", "--fasta", files / "g.fa", "--gff3", files / "g.gff3", *more)


def test_build_add_list_verify_annotate_and_remove(files: Path) -> None:
    built = answer(
        build(files, "--genetic-code", "2=11", "--source", f"band={files / 'bands.bed'}", "--title", "Tiny", "--json")
    )
    assert (built["status"], built["contigs"], built["bases"]) == ("BUILT", 3, 5400)
    assert built["sources"] == {"band": {"read": 1, "kept": 1}}
    added = answer(typed("add-source", "tiny", f"own={files / 'own.vcf'}", "--column", "N:own_n:Own number", "--json"))
    assert added["source"]["columns"][0] | {"unit": ""} == {
        "name": "own_n", "field": "OWN_N", "type": "integer", "title": "Own number", "description": "n", "unit": "",
        "source_field": "N",
    }  # fmt: skip
    listed = {bundle["id"]: bundle for bundle in answer(typed("list", "--json"))["bundles"]}
    assert listed["rcrs"]["embedded"] and not listed["tiny"]["embedded"]
    assert listed["tiny"]["genetic_codes"] == {"1": 1, "2": 11, "MT": 2} and listed["tiny"]["title"] == "Tiny"
    assert [source["id"] for source in listed["tiny"]["sources"]] == ["band", "own"]
    assert answer(typed("verify", "tiny", "--json")) == {
        "status": "VERIFIED",
        "id": "tiny",
        "vep_cache": None,
        "differences": [],
    }
    arguments = ["annotate", str(files / "job.vcf"), "--bundle", "tiny", "--out", str(files / "out"), "--json"]
    assert json.loads(CliRunner().invoke(main, arguments).stdout.splitlines()[-1])["counts"]["annotated"] == 1
    assert answer(typed("remove-source", "tiny", "own", "--json"))["status"] == "REMOVED"
    refused = typed("remove", "tiny", "--json")
    assert refused.exit_code == 2 and answer(refused)["error"]["code"] == "not_confirmed"
    assert answer(typed("remove", "tiny", "--yes", "--json")) == {"status": "REMOVED", "id": "tiny"}
    assert "tiny" not in typed("list").stdout


def test_build_tells_what_became_of_each_source(files: Path) -> None:
    told = build(files, "--source", f"band={files / 'bands.bed'}").stdout.splitlines()
    assert told[0].startswith("tiny: 3 contigs, 5,400 bases in ")
    assert "    band, kept: 1" in told


def test_verify_names_differences_and_exits_1(files: Path) -> None:
    build(files)
    (files / "bundles" / "tiny" / "genome.fa").unlink()
    result = typed("verify", "tiny")
    assert result.exit_code == 1 and result.stdout == "genome.fa is missing.\n"
    result = typed("verify", "tiny", "--json")
    assert result.exit_code == 1 and answer(result)["differences"] == ["genome.fa is missing."]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("verify", "../x"), "bad_bundle_id"),
        (("remove", "rcrs", "--yes"), "bundle_embedded"),
        (("install", "GRCh99"), "no_such_bundle"),
        (("add-source", "tiny", "noequals"), "bad_option"),
        (("build", "x", "--fasta", "/nothing.fa", "--gff3", "/nothing.gff3"), "unreadable_file"),
        (("build", "x", "--fasta", "a", "--gff3", "b", "--genetic-code", "MT=two"), "bad_option"),
        (("build", "x", "--fasta", "a", "--gff3", "b", "--source", "x"), "bad_option"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_exit_2(files: Path, words: tuple[str, ...], code: str) -> None:
    result = typed(*words, "--json")
    assert result.exit_code == 2
    assert answer(result)["status"] == "FAILED" and answer(result)["error"]["code"] == code
    plain = typed(*words)
    assert (
        plain.exit_code == 2 and plain.stdout == "" and plain.stderr.splitlines()[-1].startswith(f"FAILED ({code}): ")
    )


def test_a_broken_bundle_is_listed_with_its_reason(files: Path) -> None:
    build(files)
    (files / "bundles" / "tiny" / "bundle.json").write_text("{}")
    assert "tiny  BROKEN: The manifest" in typed("list").stdout
    assert answer(typed("list", "--json"))["broken"][0]["id"] == "tiny"
    assert typed("remove", "tiny", "--yes").exit_code == 0, "a broken bundle can be removed"


def test_install_from_a_mirror(files: Path) -> None:
    publish(files / "site")
    with PublisherServer(files / "site") as server:
        done = answer(typed("install", "GRCh38", "--with", "dbsnp", "--mirror", server.address, "--json"))
    assert done["status"] == "INSTALLED" and set(done["sources"]) == {"clinvar", "dbsnp"}
    assert typed("verify", "GRCh38").exit_code == 0
