"""The files that users of the original service upload, through the whole annotation."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from pipeline.annotation.annotate import STEPS, Progress
from pipeline.files import sha256_of
from tests.pipeline.annotation.helpers import ask, complaints, records_of, run_job
from tests.shared_data import shared_data

HEADER_ONLY_MT = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
GAS_FILES = ("test.vcf", "free_1.vcf", "premium_2.vcf", "premium_3.vcf", "test.original-annotator.vcf")


def test_mitochondrial_consequences_use_the_mitochondrial_code_C42(tmp_path: Path) -> None:
    result = run_job(tmp_path, shared_data("gas/test.vcf"))
    counts = dict(ask(result, "select consequence, count(*) from variants group by all"))
    assert counts["synonymous_variant"] == 87
    assert counts["missense_variant"] == 48
    assert counts["start_lost"] == 1
    assert "stop_gained" not in counts, "AGA, AGG and TGA are read with the standard code"
    assert "intergenic_variant" not in counts


def test_a_tryptophan_that_the_standard_code_calls_a_stop_C42(tmp_path: Path) -> None:
    """MT-CO1 codon 6930: TGA is tryptophan in mitochondria; m.6930G>A makes GGA (G) a stop AGA there."""
    result = run_job(tmp_path, HEADER_ONLY_MT + "MT\t6930\t.\tG\tA\t.\t.\t.\n")
    assert ask(result, "select gene, consequence, impact from variants") == [("MT-CO1", "stop_gained", "HIGH")]


def test_the_control_region_is_named_and_a_known_disease_variant_found(tmp_path: Path) -> None:
    text = HEADER_ONLY_MT + "".join(
        f"MT\t{pos}\t.\t{ref}\t{alt}\t.\t.\t.\n"
        for pos, ref, alt in ((73, "A", "G"), (576, "A", "G"), (577, "G", "A"), (3243, "A", "G"), (16024, "T", "C"))
    )
    result = run_job(tmp_path, text)
    rows = ask(result, "select pos, region, gene, mitomap_status, mitomap_clingen from variants order by rid")
    dloop = "MT-DLOOP control region"
    assert [row[1] for row in rows] == [dloop, dloop, None, None, dloop]
    assert rows[3][2:] == ("MT-TL1", "Confirmed", "P")
    assert ask(result, "select mitomap_disease from variants where pos = 3243")[0][0].count("MELAS") >= 1


@pytest.mark.parametrize("name", GAS_FILES)
def test_every_record_sample_and_field_is_kept_C38(name: str, tmp_path: Path) -> None:
    """Columns 1 to 5 and 8 to the end stand as uploaded; only QUAL −1, FILTER 0 and misfit reserved keys may change."""
    source = shared_data(f"gas/{name}")
    result = run_job(tmp_path, source)
    before, after = records_of(source), records_of(result.files["vcf"])
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        assert old[:5] == new[:5]
        assert new[5] == ("." if old[5] == "-1" else old[5])
        assert new[6] == ("PASS" if old[6] == "0" else old[6])
        own, written = dict(info(old[7])), dict(info(new[7]))
        for key, value in own.items():
            assert value in (written[key], written.get(f"{key}_ORIGINAL"))
        if len(old) > 8:
            assert [sample(old[8], text) for text in old[9:]] == [sample(new[8], text) for text in new[9:]]
    assert complaints(result.files["vcf"]) == ""


def info(text: str) -> list[tuple[str, str]]:
    """Pairs of an INFO column."""
    return [(part.partition("=")[0], part.partition("=")[2]) for part in text.split(";")]


def sample(layout: str, text: str) -> dict[str, str]:
    """Fields of a sample as uploaded."""
    fields = dict(zip(layout.split(":"), text.split(":"), strict=False))
    originals = {key.removesuffix("_ORIGINAL"): value for key, value in fields.items() if key.endswith("_ORIGINAL")}
    return {key: value for key, value in fields.items() if not key.endswith("_ORIGINAL")} | originals


@pytest.mark.parametrize(
    ("name", "records", "build", "contigs"),
    [("premium_2.vcf", 976, "GRCh37", 1), ("premium_3.vcf", 3431, "NCBI36", 22)],
)
def test_contigs_that_the_bundle_does_not_hold_are_carried_through_and_counted(
    name: str, records: int, build: str, contigs: int, tmp_path: Path
) -> None:
    result = run_job(tmp_path, shared_data(f"gas/{name}"))
    assert result.counts == {
        "read": records, "alleles": records, "annotated": 0, "skipped": {"unknown_contig": records}
    }  # fmt: skip
    summary = json.loads(result.files["summary"].read_text())
    assert sum(summary["unannotated_contigs"].values()) == records
    assert len(summary["unannotated_contigs"]) == contigs
    text = " ".join(result.notes)
    assert "the bundle rcrs does not hold" in text
    assert build in text
    assert "operator has installed" in text


def test_the_outputs_agree_with_each_other(tmp_path: Path) -> None:
    result = run_job(tmp_path, shared_data("gas/free_1.vcf"), job_id="job-17")
    assert set(result.files) == {
        "vcf", "index", "variants", "consequences", "genotypes", "log", "summary", "manifest"
    }  # fmt: skip
    assert [path.name for path in (result.files["vcf"], result.files["index"], result.files["log"])] == [
        "free_1.annot.vcf.gz",
        "free_1.annot.vcf.gz.tbi",
        "free_1.vcf.count.log",
    ]
    manifest = json.loads(result.files["manifest"].read_text())
    for role, entry in manifest["files"].items():
        assert entry["sha256"] == sha256_of(result.files[role])
        assert entry["bytes"] == result.files[role].stat().st_size
    assert manifest["engine"]["version"].startswith("bcftools csq 1.24")
    assert {source["id"] for source in manifest["sources"]} == {"mitomap_disease", "mitomap_frequency", "regions"}
    assert all(len(source["sha256"]) == 64 for source in manifest["sources"])
    summary = json.loads(result.files["summary"].read_text())
    assert summary["alleles"] == result.counts["alleles"] == ask(result, "select count(*) from variants")[0][0]
    assert sum(summary["consequences"].values()) == summary["annotated_alleles"]
    assert sum(sum(row["counts"]) for row in summary["positions"]) == summary["alleles"]
    log = result.files["log"].read_text()
    assert "MT-ND1" in log
    assert "ti/tv" in log
    assert "no_alternate_allele" in log
    header = "".join(line for line in gunzip(result.files["vcf"]).splitlines(True) if line.startswith("##"))
    for word in ("annotationEngine", "bcftools csq 1.24", "annotationBundle=<ID=rcrs", "mitomap_disease", "job-17"):
        assert word in header


def gunzip(path: Path) -> str:
    """Text of a gzipped file."""
    return gzip.decompress(path.read_bytes()).decode()


def test_progress_rises_from_step_to_step(tmp_path: Path) -> None:
    heard: list[Progress] = []
    run_job(tmp_path, shared_data("gas/free_1.vcf"), on_progress=heard.append)
    percents = [progress.percent for progress in heard]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert list(dict.fromkeys(progress.step for progress in heard)) == [key for key, _ in STEPS]


def test_annotating_a_result_again_keeps_the_first_annotation(tmp_path: Path) -> None:
    first = run_job(tmp_path, shared_data("gas/test.vcf"))
    (tmp_path / "again").mkdir()
    second = run_job(tmp_path / "again", first.files["vcf"], name="again.vcf.gz")
    fields = info(records_of(second.files["vcf"])[200][7])
    values = dict(fields)
    assert len(values) == len(fields), "an INFO key stands twice"
    assert values["ANN_GENE"] == values["ANN_GENE_2"]
    assert complaints(second.files["vcf"]) == ""
