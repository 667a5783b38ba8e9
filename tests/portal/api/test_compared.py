"""The variants of compared jobs as a file: the reader's own jobs only, whole, bounded, safe to open (C03, C09, C44)."""

from __future__ import annotations

import pytest

from pipeline.accounts.store import User
from pipeline.jobs.model import Job
from tests.builders import make_user, write_job
from tests.conftest import forget_settings
from tests.pipeline.results.finished import finished_job, variant
from tests.portal.api.conftest import Browser

FORMULA = "=cmd|' /C calc'!A0"
LIST = "/api/jobs/shared/variants.tsv"


def job_of(user: User, *positions: int, gene: str = "A") -> Job:
    rows = [variant(n, "1", pos, "A", "C" * 400, gene=gene) for n, pos in enumerate(positions)]
    return write_job(finished_job(user.user_id, rows, name="=a.vcf"))


def lines_of(api: Browser, address: str) -> list[list[str]]:
    answer = api.client.get(address)
    assert answer.status_code == 200, answer.text
    return [line.split("\t") for line in answer.text.splitlines() if not line.startswith("#")]


def test_the_list_has_every_variant_of_the_chosen_set_with_what_each_job_says_C09(ada: Browser) -> None:
    jobs = [job_of(ada.user, 1, 2, 3), job_of(ada.user, 2, 3, 4, gene=FORMULA)]
    address = f"{LIST}?jobs={jobs[0].job_id},{jobs[1].job_id}"
    head, *rows = lines_of(ada, address)
    assert head[:5] == ["contig", "position", "ref", "alt", "jobs"] and head[5:7] == ["gene_A", "consequence_A"]
    assert [(row[1], row[4]) for row in rows] == [("1", "A"), ("2", "A,B"), ("3", "A,B"), ("4", "B")]
    assert rows[1][3] == "C" * 400 and rows[1][head.index("gene_B")] == f"'{FORMULA}"
    assert [row[1] for row in lines_of(ada, f"{address}&members=2")[1:]] == ["4"]
    assert [row[1] for row in lines_of(ada, f"{address}&differs=gene")[1:]] == ["2", "3"]
    assert lines_of(ada, f"{address}&differs=clinvar")[1:] == []


def test_the_list_comes_whole_in_many_blocks(ada: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.results.shared_variants.BLOCKS_AT_ONCE", 1)
    monkeypatch.setenv("GAS_TABLE_BLOCK_ROWS", "2")
    forget_settings()
    jobs = [job_of(ada.user, *range(1, 8)), job_of(ada.user, *range(5, 12))]
    rows = lines_of(ada, f"{LIST}?jobs={jobs[0].job_id},{jobs[1].job_id}")[1:]
    assert [int(row[1]) for row in rows] == list(range(1, 12))


def test_only_ones_own_jobs_and_only_what_there_is_C03_C44(ada: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = job_of(ada.user, 1, 2), job_of(ada.user, 2)
    theirs = job_of(make_user("eve@example.org"), 1)
    for which in (f"{mine.job_id},{theirs.job_id}", f"{mine.job_id},{'0' * 32}", ""):
        assert ada.error("GET", f"{LIST}?jobs={which}")[0] == 404
    both = f"{LIST}?jobs={mine.job_id},{other.job_id}"
    for address in (f"{LIST}?jobs={mine.job_id}", f"{both}&members=9", f"{both}&differs=rid", f"{both},{mine.job_id}"):
        assert ada.error("GET", address)[:2] == (422, "bad_choice")
    monkeypatch.setenv("GAS_COMPARE_DOWNLOAD_ROWS", "1")
    forget_settings()
    assert ada.error("GET", both)[:2] == (413, "too_many_rows")
