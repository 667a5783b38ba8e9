"""The VCF of an export: the matching records as they stand in the annotated file, packed and indexed."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pysam
import pytest

from pipeline import aws, storage
from pipeline.errors import CancelledError, ConflictError
from pipeline.exports.make import Wish, make
from pipeline.jobs.model import Job
from pipeline.results.filters.model import NOTHING, Group, OneOf, Range
from pipeline.settings import Settings
from tests.conftest import forget_settings
from tests.pipeline.results.finished import finished_job, variant

HEAD = """##fileformat=VCFv4.2
##contig=<ID=chr1>
##contig=<ID=chr2>
##contig=<ID=chr3>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1
"""
RECORDS = [
    ("chr1", 10, "A", "G,T"),
    ("chr1", 10, "A", "C"),
    ("chr1", 20, "AT", "A"),
    ("chr1", 30, "A", "."),
    ("chr3", 5, "G", "<DEL>"),
    ("chr3", 5, "G", "C"),
]
ALLELES = [  # record, allele, gene
    (0, "G", "one"),
    (0, "T", "two"),
    (1, "C", "three"),
    (2, "A", "four"),
    (4, "<DEL>", "five"),
    (5, "C", "six"),
]


@pytest.fixture
def job(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Job:
    """Six records on two of three contigs, two of them at the same place twice."""
    monkeypatch.setenv("GAS_EXPORT_BLOCK_ROWS", "2")
    forget_settings()
    rows = []
    for rid, (record, alt, gene) in enumerate(ALLELES):
        chrom, pos, ref, _ = RECORDS[record]
        place = {"input_pos": pos, "input_ref": ref, "input_alt": alt}
        rows.append(variant(rid, chrom, pos, ref, alt, gene=gene, qual=float(rid)) | place | {"record": record})
    lines = "".join(f"{c}\t{p}\t.\t{r}\t{a}\t.\tPASS\t.\tGT\t0/1\n" for c, p, r, a in RECORDS)
    path = tmp_path / "annotated.vcf.gz"
    path.write_bytes(gzip.compress((HEAD + lines).encode()))
    made = finished_job("owner", rows)
    key = storage.result_key("owner", made.job_id, 1, "vcf")
    stored = storage.upload(path, aws.bucket("results"), key)
    vcf = {"key": stored.key, "size": stored.size, "sha256": stored.sha256, "name": "a.vcf.gz"}
    return replace(made, outputs={**made.outputs, "vcf": vcf})


def genes(*names: str) -> Group:
    return Group(parts=(OneOf(column="gene", values=names),))


def records(job: Job, group: Group, folder: Path) -> list[tuple[str, int, str]]:
    made = make(job, Wish("vcf", group), folder)
    assert made.index is not None and made.index.exists()
    with pysam.VariantFile(str(made.file), index_filename=str(made.index)) as file:
        found = [(r.chrom, r.pos, ",".join(r.alts or (".",))) for r in file]
        for contig in {chrom for chrom, _, _ in found}:
            assert [(r.chrom, r.pos) for r in file.fetch(contig)] == [f[:2] for f in found if f[0] == contig]
    assert made.rows == len(found)
    return found


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (genes("two"), [("chr1", 10, "G,T")]),
        (genes("three"), [("chr1", 10, "C")]),
        (genes("one", "two", "five"), [("chr1", 10, "G,T"), ("chr3", 5, "<DEL>")]),
        (genes("six"), [("chr3", 5, "C")]),
        (genes("nobody"), []),
        (Group(parts=(Range(column="qual", least=3),)), [("chr1", 20, "A"), ("chr3", 5, "<DEL>"), ("chr3", 5, "C")]),
    ],
)
def test_records_of_which_an_allele_matches_are_there_whole(
    job: Job, tmp_path: Path, group: Group, expected: list[tuple[str, int, str]]
) -> None:
    assert records(job, group, tmp_path) == expected


def test_without_a_filter_every_record_with_an_allele_is_there(job: Job, tmp_path: Path) -> None:
    assert len(records(job, NOTHING, tmp_path)) == 5


def test_the_header_keeps_what_it_had_and_says_what_was_exported(job: Job, tmp_path: Path) -> None:
    made = make(job, Wish("vcf", genes("two")), tmp_path)
    header = [line for line in gzip.decompress(made.file.read_bytes()).decode().splitlines() if line.startswith("#")]
    assert header[0] == "##fileformat=VCFv4.2" and header[-1].startswith("#CHROM")
    told = "\n".join(header)
    assert "##gas_export_filter=Gene is two." in told and "Each record is whole" in told and job.job_id in told


def test_a_cancelled_export_leaves_no_child(job: Job, tmp_path: Path) -> None:
    with pytest.raises(CancelledError):
        make(job, Wish("vcf", NOTHING), tmp_path, cancelled=lambda: True)


def test_a_result_without_vcf_is_refused(job: Job, tmp_path: Path) -> None:
    with pytest.raises(ConflictError):
        make(replace(job, outputs={k: v for k, v in job.outputs.items() if k != "vcf"}), Wish("vcf", NOTHING), tmp_path)
