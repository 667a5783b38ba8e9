"""The plots of an archived result are those of the hot one: the summary counts what the table holds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import aws, storage
from pipeline.jobs.model import Job
from pipeline.results import summarised
from pipeline.results.filters.model import NOTHING
from pipeline.results.matches import matching
from pipeline.results.plots.consequences import consequences
from pipeline.results.plots.genome import MOST_ROWS, genome
from pipeline.results.plots.substitutions import substitutions
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
    with matching(job, NOTHING) as source:
        assert set(summarised.consequences(summary)) == set(consequences(source))


def test_substitutions_are_those_of_the_table(made: tuple[Job, dict]) -> None:
    job, summary = made
    with matching(job, NOTHING) as source:
        assert summarised.substitutions(summary) == substitutions(source)


def test_contigs_reach_as_far_as_in_the_table_and_no_variant_is_lost(made: tuple[Job, dict]) -> None:
    job, summary = made
    found = summarised.genome(summary, {"MT": 16_569})
    with matching(job, NOTHING) as source:
        assert found.rows == genome(source, {"MT": 16_569}).rows
    assert sum(each.variants for each in found.cells) == summary["alleles"]


def test_an_older_summary_gives_the_edges_of_its_stretches() -> None:
    row = {"contig": "1", "bin_width": 10, "counts": [0, 3, 0, 2, 0]}
    found = summarised.genome({"positions": [row]}, {})
    assert [(each.contig, each.length, each.variants) for each in found.rows] == [("1", 40, 5)]


def test_narrow_stretches_are_taken_together_and_keep_their_variants() -> None:
    rows = [
        {"contig": "1", "bin_width": 1_000_000, "counts": [1] * 100, "first": 1, "last": 100_000_000},
        {"contig": "MT", "bin_width": 166, "counts": [2] * 100, "first": 1, "last": 16_569},
    ]
    found = summarised.genome({"positions": rows}, {})
    small = [each for each in found.cells if each.contig == "MT"]
    assert [(each.start, each.end, each.variants) for each in small] == [(1, 16_569, 200)]
    assert [each.end - each.start for each in found.cells if each.contig == "1"] == [999_999] * 100
    assert found.width == 1_000_000


def test_contigs_with_the_fewest_variants_share_a_row_and_are_counted_C44() -> None:
    rows = [{"contig": str(n), "bin_width": 1, "counts": [n], "first": 1, "last": 1} for n in range(1, 51)]
    found = summarised.genome({"positions": rows}, {})
    assert len(found.rows) == MOST_ROWS - 1
    assert found.others == {str(n): n for n in range(1, 12)}
    assert {each.contig for each in found.cells} == {each.contig for each in found.rows}


def test_a_summary_without_variants_has_nothing_to_draw() -> None:
    empty = summarised.genome({}, {})
    assert (empty.rows, empty.cells, empty.others) == ([], [], {})
    assert summarised.consequences({}) == []
    assert summarised.substitutions({}).types == {}
