"""The summary: known and novel, classes, and the same numbers in the log as in the JSON (C41)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.annotation.annotate import AnnotationResult
from pipeline.annotation.outputs.log import WIDEST_COLUMN
from pipeline.reference.bundle import load_bundle
from tests.pipeline.annotation.helpers import run_job, vcf_text
from tests.pipeline.annotation.summary_checks import check_summary
from tests.shared_data import shared_data

GT = '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
MIXED = vcf_text(
    "MT 73 rs3087742 A G . . . GT 0/1 1/1",
    "MT 3243 . A G,T . . . GT 1/2 ./.",
    "MT 8270 . CACCCCCTCT C . . . GT 0/1 0/0",
    "MT 9000 . A <DEL> . . . GT 0/1 0/0",
    "MT 16183 x;rs28671493;y A C . . . GT 0/0 0/0",
    "MT 16000 rs . . . . . GT 0/0 0/0",
    "chrUn 5 rs5 A C . . . GT 0/1 0/0",
    samples="S1 S2",
    meta=GT,
)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> AnnotationResult:
    return run_job(tmp_path_factory.mktemp("job"), MIXED)


def summary_of(result: AnnotationResult) -> dict[str, Any]:
    return json.loads(result.files["summary"].read_text())


def test_everything_adds_up_and_the_log_says_the_same_C41(mixed: AnnotationResult) -> None:
    check_summary(mixed)


def test_alleles_fall_into_classes(mixed: AnnotationResult) -> None:
    classes = summary_of(mixed)["classes"]
    assert (classes["SNV"], classes["indel"], classes["SV"]) == (5, 1, 1)


def test_known_is_what_a_source_holds_or_an_rs_number_names(mixed: AnnotationResult) -> None:
    document = summary_of(mixed)
    # 73A>G and 16183A>C have rs numbers; the one on chrUn was not annotated, and `rs` alone is no number.
    assert document["with_rs_number"] == 2
    assert document["known"]["mitomap_disease"] >= 1, "3243A>G is MELAS"
    assert set(document["known"]) == {"mitomap_disease", "mitomap_frequency"}, "a track knows no alleles"
    assert document["not_covered"] == {"mitomap_disease": 0, "mitomap_frequency": 0}


def test_an_allele_off_a_sources_contigs_is_not_called_novel(tmp_path: Path) -> None:
    """MITOMAP knows nothing of chromosome 1: what lies there is neither known to it nor novel."""
    sample = (Path(__file__).parents[3] / "assets" / "sample.vcf").read_text()
    document = summary_of(run_job(tmp_path, sample, load_bundle("grch37-demo")))
    nuclear = sum(row["annotated_alleles"] for row in document["contigs"] if row["name"] != "MT")
    assert document["not_covered"]["mitomap_disease"] == nuclear > 300
    assert document["known"]["mitomap_disease"] + document["novel"]["mitomap_disease"] < 60


def test_a_job_without_sources_knows_only_rs_numbers(tmp_path: Path) -> None:
    document = summary_of(run_job(tmp_path, MIXED, load_bundle("rcrs").with_sources([])))
    assert (document["known"], document["novel"]) == ({}, {})
    assert (document["known_in_any"], document["with_rs_number"]) == (2, 2)


def test_the_log_names_the_reference_s_contig_only_where_it_is_another(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    same = run_job(tmp_path / "a", vcf_text("MT 3243 . A G . . .", "MT 152 . T C . . ."))
    other = run_job(tmp_path / "b", vcf_text("chrM 3243 . A G . . .", "chrUn 5 . A C . . ."))
    check_summary(same)
    check_summary(other)
    log = same.files["log"].read_text()
    assert " as MT" not in log and "in the reference\n" not in log
    assert "named MT in the reference" in other.files["log"].read_text()
    assert "Carried through in all: 1 contig, 1 record\n" in other.files["log"].read_text()


def test_alleles_in_no_gene_are_counted_C41(tmp_path: Path) -> None:
    result = run_job(tmp_path, vcf_text("MT 3243 . A G . . .", "MT 152 . T C . . .", "MT 16189 . T C . . ."))
    assert (summary_of(result)["in_no_gene"], sum(summary_of(result)["genes"].values())) == (2, 1)
    check_summary(result)


def test_numbers_stand_in_one_column_however_long_a_consequence_is(tmp_path: Path) -> None:
    sample = (Path(__file__).parents[3] / "assets" / "sample.vcf").read_text()
    log = run_job(tmp_path, sample, load_bundle("grch37-demo")).files["log"].read_text()
    lines = log.split("Consequences, all transcripts\n")[1].split("\n\n")[0].splitlines()
    usual = {len(line) for line in lines if len(line.split()[0]) <= WIDEST_COLUMN}
    assert len(usual) == 1 and max(len(line.split()[0]) for line in lines) > 44


@pytest.mark.parametrize("name", ["gas/test.vcf", "gas/free_1.vcf", "gas/premium_2.vcf"])
def test_real_files_add_up_too_C41(tmp_path: Path, name: str) -> None:
    check_summary(run_job(tmp_path, shared_data(name)))
