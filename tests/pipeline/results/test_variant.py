"""What is told of one variant: its row, transcripts, genotypes, record and links; and the bounds of each."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import aws, storage
from pipeline.errors import LimitError, NotFoundError
from pipeline.jobs.model import Job
from pipeline.results import variant
from pipeline.results.variant_calls import kind_of
from pipeline.results.variant_links import links
from pipeline.results.vcf_index import chunks_at
from pipeline.results.vcf_record import record_of
from tests.conftest import forget_settings
from tests.pipeline.results.conftest import JobMaker
from tests.pipeline.results.finished import variant as row_of

HOSTILE = "<img src=x onerror=alert(1)>'; DROP TABLE x; --"
SAMPLES = ("child", "mother", "father")
HEADER = (
    "##fileformat=VCFv4.2\n##contig=<ID=1,length=249250621>\n##contig=<ID=MT,length=16569>\n"
    '##INFO=<ID=END,Number=1,Type=Integer,Description="End">\n'
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(SAMPLES) + "\n"
)
CALLS = "GT:AD:DP:GQ\t0/2:10,0,30:40:99\t0|0:25,0,0:25:60.5\t./.:.:.:."


def lines_of_vcf() -> list[str]:
    """40,000 records, so that bgzip makes many blocks; a long deletion lies over all of them."""
    plain = "GT:AD:DP:GQ\t0/1:1,2:3:4\t0/0:3,0:3:9\t0/0:3,0:3:9"
    lines = [f"1\t10\t.\tA\t<DEL>\t.\t.\tEND=2000000\t{plain}\n"]
    lines += [f"1\t{100 + 7 * n}\trs{n + 1}\tA\tC,G\t.\tPASS\t.\t{CALLS}\n" for n in range(40_000)]
    return [*lines, f"MT\t3243\t.\tA\tG\t.\t.\t.\t{plain}\n"]


def store_file(job: Job, role: str, path: Path) -> Job:
    stored = storage.upload(path, aws.bucket("results"), storage.result_key(job.user_id, job.job_id, 1, role))
    told = {"key": stored.key, "size": stored.size, "sha256": stored.sha256, "name": path.name}
    return replace(job, outputs=job.outputs | {role: told})


def store_table(job: Job, role: str, rows: list[dict[str, Any]], folder: Path) -> Job:
    path = folder / f"{role}.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    return store_file(job, role, path)


def bcftools(*arguments: str) -> None:
    code = "import sys, pysam.bcftools as b; getattr(b, sys.argv[1])(*sys.argv[2:], catch_stdout=False)"
    subprocess.run([sys.executable, "-c", code, *arguments], check=True)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bgzip-compressed VCF with both kinds of index."""
    folder = tmp_path_factory.mktemp("vcf")
    plain = folder / "a.vcf"
    plain.write_text(HEADER + "".join(lines_of_vcf()))
    packed = folder / "a.vcf.gz"
    bcftools("view", "--no-version", "-Oz", "-o", str(packed), str(plain))
    bcftools("index", "-t", "-o", f"{packed}.tbi", str(packed))
    bcftools("index", "-c", "-o", f"{packed}.csi", str(packed))
    return packed


def input_of(contig: str, position: int, ref: str, alt: str, **others: Any) -> dict[str, Any]:
    return row_of(0, contig, position, ref, alt, input_pos=position, input_ref=ref, input_alt=alt) | others


@pytest.fixture
def job(make_job: JobMaker, packed: Path) -> Job:
    """A job of three samples with VCF and index; its row is the second ALT of a record in the middle."""
    row = input_of("1", 100 + 7 * 20_000, "A", "G", allele=2, gene=HOSTILE, qual=float("nan"), gnomad_af=0.01)
    summary = {"genotypes": [{"sample": name} for name in SAMPLES]}
    manifest = {"bundle": {"id": "x", "assembly": "GRCh37"}}
    made = make_job([row | {"clinvar_sig": HOSTILE, "own_track": "here"}], summary=summary, manifest=manifest)
    return store_file(store_file(made, "vcf", packed), "index", Path(f"{packed}.tbi"))


@pytest.fixture
def job_with_calls(job: Job, tmp_path: Path) -> Job:
    calls = [{"rid": 0, "sample": "child", "gt": "0/2", "dp": 40, "gq": 99.0, "ad_ref": 10, "ad_alt": 30}]
    return store_table(job, "genotypes", calls, tmp_path)


@pytest.mark.parametrize("kind", ["tbi", "csi"])
@pytest.mark.parametrize("number", [0, 1, 19_999, 39_999])
def test_a_record_is_found_through_either_index(job: Job, packed: Path, kind: str, number: int) -> None:
    job = store_file(job, "index", Path(f"{packed}.{kind}"))
    found = record_of(job, input_of("1", 100 + 7 * number, "A", "C"))
    assert found.fields[2] == f"rs{number + 1}"
    assert found.line + "\n" == lines_of_vcf()[number + 1]


def test_the_first_and_the_last_record_are_found(job: Job) -> None:
    assert "END=2000000" in record_of(job, input_of("1", 10, "A", "<DEL>")).line
    assert record_of(job, input_of("MT", 3243, "A", "G")).fields[0] == "MT"


@pytest.mark.parametrize(
    "where", [("1", 101, "A", "C"), ("1", 100, "A", "T"), ("2", 100, "A", "C"), ("MT", 9, "A", "G")]
)
def test_a_record_that_is_not_there_is_said_to_be_missing(job: Job, where: tuple[str, int, str, str]) -> None:
    with pytest.raises(NotFoundError, match="not found"):
        record_of(job, input_of(*where))


def test_a_search_beyond_its_bound_is_refused_with_a_sentence(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_RECORD_SEARCH_BYTES", "1000")
    forget_settings()
    with pytest.raises(LimitError, match="record_search_bytes"):
        record_of(job, input_of("1", 100 + 7 * 19_999, "A", "C"))
    assert "record_search_bytes" in str(variant.detail(job, 0).record_missing)


def test_bytes_that_are_no_index_are_an_error_with_a_sentence() -> None:
    with pytest.raises(Exception, match="index of the VCF cannot be read"):
        chunks_at(b"no index", "1", 5)


def test_all_samples_are_listed_with_depth_and_balance_of_the_rows_own_allele(job_with_calls: Job) -> None:
    found = variant.detail(job_with_calls, 0)
    assert found.all_samples
    by_name = {call.sample: call for call in found.calls}
    assert list(by_name) == ["child", "mother", "father"]  # carriers, then who is called without it
    child, mother, father = by_name["child"], by_name["mother"], by_name["father"]
    assert (child.kind, child.dp, child.ad_ref, child.ad_alt, child.balance) == ("heterozygous", 40, 10, 30, 0.75)
    assert (mother.kind, mother.dp, mother.gq, mother.balance) == ("absent", 25, 60.5, 0.0)
    assert (father.kind, father.dp, father.balance) == ("no call", None, None)


def test_without_a_vcf_the_table_of_genotypes_tells_who_carries_it(job_with_calls: Job) -> None:
    outputs = {role: told for role, told in job_with_calls.outputs.items() if role not in ("vcf", "index")}
    found = variant.detail(replace(job_with_calls, outputs=outputs), 0)
    assert (found.record, found.all_samples) == (None, False)
    assert "no indexed VCF" in str(found.record_missing)
    assert [(call.sample, call.kind, call.balance) for call in found.calls] == [("child", "heterozygous", 0.75)]


def test_values_stand_in_groups_and_empty_ones_are_left_out_C09(job: Job) -> None:
    groups = {
        name: {each.column.name: each.value for each in fields}
        for name, fields in variant.detail(job, 0).groups.items()
    }
    assert groups["Consequence"] == {"gene": HOSTILE}
    assert groups["Frequency"] == {"gnomad_af": 0.01}
    assert groups["Clinical"] == {"clinvar_sig": HOSTILE}
    assert groups["Other sources"] == {"own_track": "here"}
    assert "qual" not in groups["In the file"]


def test_all_transcripts_are_counted_and_as_many_listed_as_the_setting_says(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"rid": n % 2, "transcript": f"T{n}", "consequence": "missense_variant"} for n in range(10)]
    job = store_table(job, "consequences", rows, tmp_path)
    monkeypatch.setenv("GAS_VARIANT_TRANSCRIPTS", "3")
    forget_settings()
    found = variant.detail(job, 0)
    assert [row["transcript"] for row in found.transcripts] == ["T0", "T2", "T4"]
    assert found.transcripts_in_all == 5


@pytest.mark.parametrize("rid", [-1, 1, 10**12])
def test_a_row_that_is_not_there_is_not_found(job: Job, rid: int) -> None:
    with pytest.raises(NotFoundError):
        variant.detail(job, rid)


@pytest.mark.parametrize(
    ("gt", "allele", "kind"),
    [
        ("0/1", 1, "heterozygous"),
        ("1|1", 1, "homozygous"),
        ("1/2", 2, "heterozygous"),
        ("0/1", 2, "absent"),
        ("./1", 1, "missing"),
        ("./.", 1, "no call"),
        (".", 1, "no call"),
        ("", 1, "no call"),
        ("1", 1, "homozygous"),
        ("/1", 1, "homozygous"),
        ("0/12", 1, "absent"),
    ],
)
def test_a_genotype_is_read_for_one_allele(gt: str, allele: int, kind: str) -> None:
    assert kind_of(gt, allele) == kind


def urls(row: dict[str, Any], assembly: str | None) -> dict[str, str]:
    return {link.title: link.url for link in reversed(links(row, assembly))}


def test_links_follow_the_genome_build() -> None:
    row = row_of(0, "chr17", 43094692, "G", "A", gene="BRCA1", transcript="ENST00000357654.9", id="x;rs28897672")
    new, old = urls(row, "GRCh38"), urls(row, "GRCh37")
    assert new["gnomAD"] == "https://gnomad.broadinstitute.org/variant/17-43094692-G-A?dataset=gnomad_r4"
    assert old["gnomAD"].endswith("dataset=gnomad_r2_1")
    assert "chrpos38" in new["ClinVar"] and "chrpos37" in old["ClinVar"]
    assert new["Ensembl"].startswith("https://www.ensembl.org/")
    assert old["Ensembl"].startswith("https://grch37.ensembl.org/")
    assert new["dbSNP"] == "https://www.ncbi.nlm.nih.gov/snp/rs28897672"
    assert set(new) == {"dbSNP", "ClinVar", "gnomAD", "Ensembl", "UniProt", "PubMed"}


def test_of_an_unknown_build_only_the_rs_number_is_looked_up() -> None:
    row = row_of(0, "17", 43094692, "G", "A", gene="BRCA1", id="rs1")
    assert set(urls(row, "GRCm39")) == set(urls(row, None)) == {"dbSNP"}


def test_a_place_that_was_not_confirmed_is_not_looked_up() -> None:
    row = row_of(0, "17", 43094692, "G", "A", skipped="reference_mismatch")
    assert urls(row, "GRCh38") == {}


def test_hostile_values_never_reach_an_address_C09() -> None:
    told = {"gene": HOSTILE, "transcript": HOSTILE, "id": HOSTILE, "skipped": None}
    row = row_of(0, HOSTILE, 5, "<DEL>", "\"'", **told)
    assert links(row, "GRCh38") == []
    assert json.dumps(urls(row_of(0, "1", 5, "A", HOSTILE), "GRCh38")).count("<") == 0
