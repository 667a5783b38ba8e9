"""The trial of real processes in a small form, and what it is made of."""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.annotation.annotate import annotate
from pipeline.errors import GasError
from tests.local_stack import ROOT
from util_jobs.survival.files import TrialFile, trial_file
from util_jobs.survival.workers import write_procfile


@pytest.mark.emulator
@pytest.mark.timeout(600)
def test_jobs_end_right_while_workers_are_killed_each_second_C12_C14_C24() -> None:
    options = ["--jobs", "8", "--seconds", "6", "--users", "3", "--each", "1", "--settle", "400", "--json"]
    command = [sys.executable, "-m", "util_jobs", "survival", *options]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    figures = json.loads(answer.stdout)
    assert figures["violations"] == []
    assert sum(figures["kills"].values()) >= 3
    ended = figures["completed"] + figures["failed"] + figures["cancelled"] + figures["deleted"]
    assert ended == figures["jobs"] >= 8
    assert figures["completed"] > 0


def ends_as_it_says(file: TrialFile, folder: Path) -> bool:
    source, out, work = folder / file.name, folder / "out", folder / "work"
    for path in (out, work):
        path.mkdir(parents=True)
    source.write_bytes(file.content)
    try:
        result = annotate(source, file.name, None, out, work, on_progress=lambda _: None, cancelled=lambda: False)
    except GasError as error:
        return error.code == file.refusal
    return file.refusal is None and file.tells_of(result.files["vcf"].read_bytes())


def test_each_kind_of_file_ends_as_it_says(tmp_path: Path) -> None:
    rng = random.Random(3)
    by_kind: dict[str | None, TrialFile] = {}
    for number in range(200):
        file = trial_file(rng, number)
        by_kind.setdefault(file.refusal, file)
    assert len(by_kind) == 4
    for number, file in enumerate(by_kind.values()):
        assert ends_as_it_says(file, tmp_path / str(number))


def test_a_result_of_another_file_is_noticed() -> None:
    rng = random.Random(5)
    good = [file for file in (trial_file(rng, number) for number in range(9)) if file.refusal is None]
    unchanged = gzip.compress(good[0].content)
    assert good[0].tells_of(unchanged)
    assert not good[1].tells_of(unchanged)


def test_every_worker_of_the_procfile_runs_as_often_as_wished_and_the_portal_once(tmp_path: Path) -> None:
    target = tmp_path / "Procfile"
    workers = write_procfile(ROOT / "Procfile", 2, target)
    lines = target.read_text().splitlines()
    assert {"annotate_1", "annotate_2", "sweep_2"} <= set(workers)
    assert len(workers) == 14
    assert "notify_2: python -m pipeline.workers notify" in lines
    assert [line for line in lines if line.startswith("web")] == [line for line in lines if "gunicorn" in line]
    assert len(lines) == len(workers) + 1
