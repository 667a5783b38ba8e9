"""A finished job with rows that no spreadsheet should get as they are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pipeline.exports.make import Made, Wish, make
from pipeline.jobs.model import Job
from pipeline.results.filters.model import NOTHING
from pipeline.settings import Settings
from tests.conftest import forget_settings
from tests.pipeline.results.finished import finished_job, variant

HOSTILE = [
    '=HYPERLINK("http://evil","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    'quote " and, comma\nand line\tand tab',
    "-",
    "+",
    "ordinary",
    None,
    "",
]
ROWS = [
    variant(
        n,
        "chr1" if n < 7 else "chr2",
        100 + n,
        "A",
        "G",
        gene=text,
        qual=-0.5 if n == 0 else float("nan") if n == 1 else float("inf") if n == 2 else None,
        impact="HIGH" if n % 2 else "LOW",
        consequence="stop_gained",
        input_pos=100 + n,
        input_ref="A",
        input_alt="G",
    )
    for n, text in enumerate(HOSTILE)
]


@pytest.fixture
def job(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A job with the hostile rows; an export holds five rows at once."""
    monkeypatch.setenv("GAS_EXPORT_BLOCK_ROWS", "5")
    forget_settings()
    return finished_job("owner", ROWS)


Exporter = Callable[..., Made]


@pytest.fixture
def export(job: Job, tmp_path: Path) -> Exporter:
    """Makes an export of the job: `export("tsv", group, columns)`."""
    return partial(_export, job, tmp_path)


def _export(job: Job, folder: Path, format: str, group=NOTHING, columns=None, **more) -> Made:  # type: ignore[no-untyped-def]
    return make(job, Wish(format, group, columns, **more), folder)
