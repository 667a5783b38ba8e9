"""Running again and comparing over JSON: the owner's jobs only, whatever is sent (C03, C06, C08, C09, C45)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline import aws
from pipeline.jobs import submit
from pipeline.jobs.model import Job
from tests.builders import TINY_VCF, make_job, write_job
from tests.pipeline.results.finished import Row, finished_job, variant
from tests.portal.api.conftest import Browser

UNKNOWN = ("0" * 32, "..%2F..%2Fx", "%00", "%3Cscript%3E")


def rows(*genes: str | None) -> list[Row]:
    more: dict[str, Any] = {"input_ref": "A", "input_alt": "G", "clnsig": None}
    return [variant(n, "MT", n + 1, "A", "G", input_pos=n + 1, gene=gene, **more) for n, gene in enumerate(genes)]


def finished(browser: Browser, *genes: str | None) -> Job:
    job = finished_job(browser.user.user_id, rows(*genes))
    aws.client("s3").put_object(Bucket=job.s3_inputs_bucket, Key=job.s3_key_input_file, Body=TINY_VCF)
    return write_job(replace(job, engine="csq", input_size=len(TINY_VCF)))


def test_run_again_makes_one_job_for_one_token_C02(ada: Browser) -> None:
    job = finished(ada, "A")
    body = {"versions": "today", "token": "0123456789abcdef"}
    made = [ada.post(f"/api/jobs/{job.job_id}/rerun", body, 201) for _ in range(2)]
    assert made[0]["job_id"] == made[1]["job_id"] != job.job_id
    assert made[0]["rerun_of"] == job.job_id
    assert ada.get(f"/api/jobs/{job.job_id}")["reruns"] == [made[0]["job_id"]]
    assert len(submit.list_jobs(ada.user.user_id)) == 2


@pytest.mark.parametrize(
    "body", [{"versions": "all"}, {"token": "x"}, {"versions": "today", "s3_key": "k"}, [], {"token": "../" * 8}]
)
def test_request_that_does_not_fit_is_refused_C08(ada: Browser, body: Any) -> None:
    job = finished(ada, "A")
    assert ada.error("POST", f"/api/jobs/{job.job_id}/rerun", body)[:2] == (422, "bad_request")


def test_run_again_needs_the_token_against_cross_site_requests_C06(ada: Browser) -> None:
    job = finished(ada, "A")
    assert ada.send("POST", f"/api/jobs/{job.job_id}/rerun", {}, token=False).status_code == 400
    assert ada.client.get(f"/api/jobs/{job.job_id}/rerun").status_code in (404, 405)
    assert len(submit.list_jobs(ada.user.user_id)) == 1


def test_jobs_of_others_and_unknown_ones_answer_alike_C03(ada: Browser, bob: Browser) -> None:
    mine, theirs = finished(ada, "A"), finished(bob, "A")
    told = {ada.error("POST", f"/api/jobs/{job_id}/rerun", {}) for job_id in (theirs.job_id, UNKNOWN[0])}
    for other in (theirs.job_id, *UNKNOWN):
        for path in (f"{mine.job_id}/compare/{other}", f"{other}/compare/{mine.job_id}"):
            told |= {ada.error("GET", f"/api/jobs/{path}{end}") for end in ("", "/changes.tsv")}
    assert {(status, code) for status, code, _ in told} == {(404, "not_found")}
    assert len({message for _, _, message in told if "account" in message}) == 1


def test_active_job_is_not_run_again(ada: Browser) -> None:
    assert ada.error("POST", f"/api/jobs/{make_job(ada.user).job_id}/rerun", {})[:2] == (409, "still_active")


def test_comparison_as_json_C45(ada: Browser) -> None:
    old, new = finished(ada, "A", "B", None), finished(ada, "A", "C", "D")
    answer = ada.get(f"/api/jobs/{old.job_id}/compare/{new.job_id}")
    assert (answer["alleles"], answer["changed_alleles"]) == (3, 2)
    assert answer["columns"] == {"gene": {"changed": 1, "added": 1, "removed": 0}}
    assert answer["versions"]["before"]["engine"] == "1.24"


def test_results_of_two_files_are_refused_with_a_sentence(ada: Browser) -> None:
    old, new = finished(ada, "A"), finished(ada, "A", "B")
    assert ada.error("GET", f"/api/jobs/{old.job_id}/compare/{new.job_id}")[:2] == (422, "different_input")


def test_download_holds_every_change_and_no_formula_C09(ada: Browser) -> None:
    old = finished(ada, "=cmd|' /C calc'!A0", "+1", "A\tB\nC")
    new = finished(ada, "@SUM(A1)", "-1", None)
    answer = ada.client.get(f"/api/jobs/{old.job_id}/compare/{new.job_id}/changes.tsv")
    assert answer.mimetype == "text/tab-separated-values"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    lines = answer.text.splitlines()
    facts = [line for line in lines if line.startswith("# ")]
    assert any("Annotation engine 1.24" in line for line in facts)
    table = [line.split("\t") for line in lines if not line.startswith("# ")]
    assert table[0] == ["contig", "position", "ref", "alt", "gene", "what", "change", "before", "after"]
    assert [row[-2:] for row in table[1:]] == [
        ["'=cmd|' /C calc'!A0", "'@SUM(A1)"],
        ["'+1", "'-1"],
        ["A B C", ""],
    ]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in table for cell in row)


def test_download_of_one_column_or_of_none_C08(ada: Browser) -> None:
    old, new = finished(ada, "A"), finished(ada, "B")
    path = f"/api/jobs/{old.job_id}/compare/{new.job_id}/changes.tsv"
    assert len(ada.client.get(f"{path}?column=gene").text.splitlines()[-1].split("\t")) == 9
    assert ada.error("GET", f"{path}?column=1;DROP")[:2] == (422, "bad_column")
