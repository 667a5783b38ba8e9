"""`bench explore`: its made-up result is what it says, and every question that it measures is answered in full."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from pipeline.jobs.model import Job
from pipeline.results import blocks
from util_jobs.bench.command import command
from util_jobs.bench.explore import peers, questions, reader
from util_jobs.bench.explore.made_up import CONTIGS, SCHEMA, write_table
from util_jobs.bench.explore.reader import Depth, alone, together
from util_jobs.bench.explore.result import job_of, put_into_cache

KEYS = {"variants", "open_s", "block_p95_ms", "deep_sort_p95_ms", "filter_p95_ms", "text_p95_ms", "export_rows_per_s"}
ROWS = 30_000


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made-up") / "variants.parquet"
    write_table(path, ROWS, seed=1)
    return path


@pytest.fixture
def job(table: Path) -> Job:
    found = job_of(table)
    put_into_cache(found, table)
    return found


def test_the_same_seed_makes_the_same_result_and_another_another(table: Path, tmp_path: Path) -> None:
    for seed, same in ((1, True), (2, False)):
        write_table(tmp_path / f"{seed}.parquet", ROWS, seed)
        assert pq.read_table(tmp_path / f"{seed}.parquet").equals(pq.read_table(table)) == same


def test_the_made_up_result_is_sorted_and_looks_like_an_annotated_one(table: Path) -> None:
    made = pq.read_table(table)
    assert made.schema.names == SCHEMA.names
    assert made["rid"].to_pylist() == list(range(ROWS))
    places = [(contig, pos) for contig, pos in zip(made["chrom"].to_pylist(), made["pos"].to_pylist(), strict=True)]
    order = {name: number for number, name in enumerate([*CONTIGS, "chrM"])}
    assert places == sorted(places, key=lambda place: (order[place[0]], place[1]))
    assert len(set(made["chrom"].to_pylist())) == 25
    assert set(made["impact"].to_pylist()) == {"HIGH", "MODERATE", "LOW", "MODIFIER"}
    assert pc.min(made["gnomad_af"]).as_py() < 1e-5
    assert not any(ref == alt for ref, alt in zip(made["ref"].to_pylist(), made["alt"].to_pylist(), strict=True))


def test_every_figure_of_one_reader_is_measured(job: Job) -> None:
    figures = alone(job, Depth(blocks=2, deep=1, turns=1))
    assert (KEYS - {"variants"}) <= set(figures)
    assert all(value > 0 for name, value in figures.items() if name != "prepared_s")  # of so few rows nothing is


def test_each_filter_is_another_one_and_most_let_something_through(job: Job) -> None:
    groups = [group for turn in range(3) for group in questions.filters(turn)]
    assert len(set(map(str, groups))) == 30
    found = [blocks.read(job, 0, 1, (), group).total for group in groups]
    assert sum(map(bool, found)) > 20
    assert max(found) < ROWS


def test_people_at_once_are_all_answered(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "PAUSE_S", 0.0)
    answered = together([job, job, job], 1)
    assert answered["failed"] == []
    assert len(answered["seconds"]) == 30


def test_pandas_is_asked_the_same(table: Path, job: Job) -> None:
    import pandas as pd

    frame = pd.read_parquet(table)
    for group in questions.filters(2):
        assert peers._answer(frame[peers._mask(frame, group)]) == blocks.read(job, 0, 1, (), group).total
    for group in questions.texts(2):
        found = frame[peers._contains(frame, group.parts[0])]
        assert len(found) == blocks.read(job, 0, 1, (), group).total


def test_the_command_prints_one_line_of_json() -> None:
    answer = CliRunner().invoke(command, ["explore", "--variants", "2000", "--quick", "--json"])
    assert answer.exit_code == 0, answer.output
    figures = json.loads(answer.stdout.splitlines()[-1])
    assert (KEYS | {"peak_rss_mb", "peers"}) <= set(figures)
    assert figures["variants"] == 2000
