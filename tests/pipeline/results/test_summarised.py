"""The plots of an archived result are those of the hot one: the summary counts what the table holds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import aws, storage
from pipeline.jobs.model import Job
from pipeline.results import queries, summarised
from pipeline.results.queries import Contig
from tests.pipeline.annotation.helpers import run_job, vcf_text
from tests.pipeline.results.finished import finished_job

RECORDS = vcf_text(
    "MT 73 . A G . . .",
    "MT 3243 . A G,T . . .",
    "MT 8270 . CACCCCCTCT C . . .",
    "MT 8993 . T G . . .",
    "MT 9000 . A <DEL> . . .",
    "MT 9010 . A AT . . .",
    "MT 9020 . AC GT . . .",
    "MT 16000 . G . . . .",
    "chrUn 5 . A C . . .",
)


@pytest.fixture
def made(moto_aws: object, tmp_path: Path) -> tuple[Job, dict]:
    """A job with what the annotator made of the records, and its summary."""
    result = run_job(tmp_path, RECORDS)
    job = finished_job("u" * 32)
    path = result.files["variants"]
    stored = storage.upload(path, aws.bucket("results"), storage.result_key(job.user_id, job.job_id, 1, path.name))
    table = {"key": stored.key, "size": stored.size, "sha256": stored.sha256, "name": path.name}
    return replace(job, outputs={"variants": table}), json.loads(result.files["summary"].read_text("utf-8"))


def test_consequences_are_those_of_the_table(made: tuple[Job, dict]) -> None:
    job, summary = made
    assert set(summarised.consequences(summary)) == set(queries.consequences(job))


def test_substitutions_are_those_of_the_table(made: tuple[Job, dict]) -> None:
    job, summary = made
    assert summarised.substitutions(summary) == queries.substitutions(job)


def test_contigs_reach_as_far_as_in_the_table_and_no_allele_is_lost(made: tuple[Job, dict]) -> None:
    job, summary = made
    found = summarised.stretches(summary)
    assert found.contigs == queries.positions(job).contigs
    assert sum(each.alleles for each in found.stretches) == summary["alleles"]


def test_an_older_summary_gives_the_edges_of_its_stretches() -> None:
    row = {"contig": "1", "bin_width": 10, "counts": [0, 3, 0, 2, 0]}
    assert summarised.stretches({"positions": [row]}).contigs == [Contig("1", 5, 11, 40)]


def test_narrow_stretches_are_taken_together_and_keep_their_alleles() -> None:
    rows = [
        {"contig": "1", "bin_width": 1_000_000, "counts": [1] * 100, "first": 1, "last": 100_000_000},
        {"contig": "MT", "bin_width": 166, "counts": [2] * 100, "first": 1, "last": 16_569},
    ]
    found = summarised.stretches({"positions": rows}).stretches
    small = [each for each in found if each.contig == "MT"]
    assert [(each.start, each.length, each.alleles) for each in small] == [(1, 16_600, 200)]
    assert [each.length for each in found if each.contig == "1"] == [1_000_000] * 100


def test_contigs_with_the_fewest_variants_are_left_out_and_counted_C44() -> None:
    rows = [{"contig": str(n), "bin_width": 1, "counts": [n], "first": 1, "last": 1} for n in range(1, 41)]
    found = summarised.stretches({"positions": rows})
    assert len(found.contigs) == queries.MAX_CONTIGS_DRAWN
    assert [contig.name for contig in found.left_out] == [str(n) for n in range(1, 11)]
    assert {each.contig for each in found.stretches} == {contig.name for contig in found.contigs}


def test_a_summary_without_variants_has_nothing_to_draw() -> None:
    empty = summarised.stretches({})
    assert (empty.contigs, empty.stretches) == ([], [])
    assert summarised.consequences({}) == []
    assert summarised.substitutions({}).types == {}
