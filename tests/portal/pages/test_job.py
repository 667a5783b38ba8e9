"""The page of one job, in each of its states."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pytest import MonkeyPatch

from pipeline import aws
from pipeline.accounts.store import User
from pipeline.jobs import delete, store
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from tests.builders import make_job, make_user, write_job
from tests.conftest import forget_settings
from tests.pipeline.results.finished import finished_job, variant
from tests.portal.pages.conftest import ask

NEWS = [
    ("job-summary", "children"),
    ("job-results", "children"),
    ("job-poll", "interval"),
    ("job-poll", "disabled"),
    ("job-seen", "data"),
]
ROWS = [("variants-grid", "getRowsResponse"), ("variants-notice", "children"), ("variants-notice", "hidden")]


@pytest.fixture
def done(user: User) -> Job:
    """A finished job of `user`."""
    return write_job(finished_job(user.user_id))


def fill(client: FlaskClient, part: str, job_id: str) -> str:
    """What fills a part of the page that is read from the result's files."""
    answer = ask(client, [(part, "children")], {("job-result", "data"): "x"}, {("job-id", "data"): job_id})
    assert answer.status_code == 200, answer.text
    return json.dumps(answer.json, ensure_ascii=False, separators=(",", ":"))


def rows(client: FlaskClient, job_id: str, start: int = 0, end: int = 100, sort: Any = ()) -> dict[str, Any]:
    """What the table of variants gets for a block."""
    request = {"startRow": start, "endRow": end, "sortModel": list(sort)}
    answer = ask(client, ROWS, {("variants-grid", "getRowsRequest"): request}, {("job-id", "data"): job_id})
    assert answer.status_code == 200, answer.text
    return answer.json["response"]


def news(client: FlaskClient, job_id: str, seen: str) -> dict[str, Any]:
    """What a tick of the page's clock brings."""
    inputs = {("job-poll", "n_intervals"): 1, ("job-refresh", "data"): None}
    answer = ask(client, NEWS, inputs, {("job-id", "data"): job_id, ("job-seen", "data"): seen})
    assert answer.status_code == 200, answer.text
    return answer.json["response"]


def test_the_job_of_another_a_deleted_and_an_unknown_one_look_alike_C03(
    page_of: Callable[[str], str], user: User
) -> None:
    theirs = write_job(finished_job(make_user("eve@example.org").user_id, name="secret.vcf"))
    deleted = make_job(user)
    delete.delete(deleted)
    shown = {page_of(f"/jobs/{job_id}") for job_id in (theirs.job_id, deleted.job_id, "0" * 32, "../../etc", "%00")}
    assert len(shown) == 1
    assert "There is no such job" in shown.pop()


def test_no_callback_answers_for_the_job_of_another_C03(signed_in: FlaskClient) -> None:
    theirs = write_job(finished_job(make_user("eve@example.org").user_id, name="secret.vcf", log="secret log"))
    for part in ("job-figures", "job-variants", "job-documents"):
        told = fill(signed_in, part, theirs.job_id)
        assert "There is no such job" in told
        assert told == fill(signed_in, part, "0" * 32)
    assert rows(signed_in, theirs.job_id)["variants-grid"]["getRowsResponse"]["rowData"] == []
    assert "secret" not in str(news(signed_in, theirs.job_id, "x"))


def test_a_waiting_job_shows_the_steps_to_come_and_can_be_cancelled(page_of: Callable[[str], str], user: User) -> None:
    shown = page_of(f"/jobs/{make_job(user).job_id}")
    assert "Waiting" in shown
    assert "Storing the results" in shown
    assert '"data-job-action": "cancel"' in shown
    assert "/files/" not in shown


def test_a_running_job_shows_its_progress_in_words_for_screen_readers_too(
    page_of: Callable[[str], str], user: User
) -> None:
    progress = {"step": "annotate", "percent": 43.25, "records": 12345, "records_per_s": 5678.9}
    steps = [{"key": "annotate", "title": "Finding consequences", "started_at": 1.0}]
    job = write_job(replace(make_job(user), job_status=JobStatus.RUNNING, progress=progress, steps=steps))
    shown = page_of(f"/jobs/{job.job_id}")
    assert "43 % · 12,345 records, 5,680 a second" in shown
    assert '"aria-valuenow": "43"' in shown
    assert '"aria-current": "step"' in shown


def test_a_failed_job_says_why_where_and_what_to_do(page_of: Callable[[str], str], user: User) -> None:
    error = {"code": "bad_input", "message": "A record has 7 columns. Correct it.", "line": 1012}
    job = write_job(replace(make_job(user), job_status=JobStatus.FAILED, error=error))
    shown = page_of(f"/jobs/{job.job_id}")
    assert "A record has 7 columns. Correct it." in shown
    assert "1,012" in shown
    assert '"data-job-action": "retry"' in shown
    assert "/files/" not in shown


def test_a_line_that_the_sentence_names_is_not_said_twice(page_of: Callable[[str], str], user: User) -> None:
    error = {"code": "bad_input", "message": "POS on line 1,012 is none; take 0 to 2,147.", "line": 1012}
    job = write_job(replace(make_job(user), job_status=JobStatus.FAILED, error=error))
    assert page_of(f"/jobs/{job.job_id}").count("1,012") == 1
    other = write_job(replace(job, error=error | {"line": 2}))
    assert '"children": "2"' in page_of(f"/jobs/{other.job_id}")


def test_a_job_whose_engine_is_gone_is_offered_the_usual_one(page_of: Callable[[str], str], user: User) -> None:
    error = {"code": "engine_not_installed", "message": "Choose the engine csq.", "retryable": False}
    failed = replace(make_job(user), job_status=JobStatus.FAILED, error=error, engine="vep")
    shown = page_of(f"/jobs/{write_job(failed).job_id}")
    assert '"data-versions": "usual_engine"' in shown and "Annotate with bcftools csq" in shown
    assert "Engine: Ensembl VEP (vepyr)" in shown
    assert '"data-versions": "today"' not in shown, "with the same engine it would fail again"
    usual = page_of(f"/jobs/{write_job(replace(failed, engine='csq')).job_id}")
    assert "usual_engine" not in usual and "Engine: " not in usual


def test_a_job_of_another_engine_can_be_run_again_with_the_usual_one_C45(
    page_of: Callable[[str], str], user: User
) -> None:
    job = write_job(finished_job(user.user_id, []))
    assert "usual_engine" not in page_of(f"/jobs/{job.job_id}")
    write_job(replace(job, engine="vep"))
    shown = page_of(f"/jobs/{job.job_id}")
    assert shown.count('"data-versions": "usual_engine"') == 1 and "With bcftools csq" in shown


def wrong_build(user: User, bundle_id: str | None) -> Job:
    error = {"code": "wrong_build", "message": "This file is GRCh37, you chose GRCh38.", "retryable": False}
    return write_job(replace(make_job(user), job_status=JobStatus.FAILED, error=error, bundle_id=bundle_id))


def test_who_chose_the_wrong_reference_is_offered_the_automatic_choice_C39(
    page_of: Callable[[str], str], user: User
) -> None:
    job = wrong_build(user, "rcrs")
    shown = page_of(f"/jobs/{job.job_id}")
    assert '"data-versions": "automatic"' in shown
    assert '"data-versions": "today"' not in shown, "with the same choice it would fail again"
    by_itself = page_of(f"/jobs/{wrong_build(user, None).job_id}")
    assert '"data-versions": "automatic"' not in by_itself, "the automatic choice was tried already"
    aws.client("s3").delete_object(Bucket=job.s3_inputs_bucket, Key=job.s3_key_input_file)
    gone = page_of(f"/jobs/{job.job_id}")
    assert "data-versions" not in gone and "Upload another file" in gone


def test_a_step_that_was_begun_again_stands_once_with_all_its_time(page_of: Callable[[str], str], done: Job) -> None:
    turns = [("read", 0, 1), ("annotate", 1, 3), ("read", 3, 7), ("annotate", 7, 8.5)]
    steps = [{"key": key, "title": key, "started_at": 100.0 + a, "ended_at": 100.0 + b} for key, a, b in turns]
    job = write_job(replace(done, steps=steps))
    shown = page_of(f"/jobs/{job.job_id}")
    assert shown.count('"children": "read"') == shown.count('"children": "annotate"') == 1
    assert '"children": "5.0 s"' in shown and '"children": "3.5 s"' in shown


def test_the_sample_is_said_to_be_invented(page_of: Callable[[str], str], done: Job) -> None:
    assert "an invented family" in page_of("/jobs")
    assert "an invented family" not in page_of(f"/jobs/{done.job_id}")
    size = (Path(__file__).parents[3] / "assets" / "sample.vcf").stat().st_size
    write_job(replace(done, input_file_name="sample.vcf", input_size=size))
    assert "an invented family" in page_of(f"/jobs/{done.job_id}")


def test_counts_add_up_and_every_reason_is_said(page_of: Callable[[str], str], done: Job) -> None:
    shown = page_of(f"/jobs/{done.job_id}")
    counts = done.counts
    assert counts["read"] == counts["annotated"] + sum(counts["skipped"].values())
    assert "the contig is not in the reference bundle" in shown
    assert "the allele is symbolic" in shown


def test_files_are_offered_only_while_the_state_says_that_they_can_be_fetched_C26(
    page_of: Callable[[str], str], signed_in: FlaskClient, done: Job
) -> None:
    shown = page_of(f"/jobs/{done.job_id}")
    for role in done.outputs:
        link = f"/api/jobs/{done.job_id}/files/{role}"
        assert link in shown
        assert signed_in.get(link).status_code == 303
    assert "/files/genotypes" not in shown  # this job has no such file
    write_job(replace(done, result_storage=StorageState.NONE))
    assert "/files/" not in page_of(f"/jobs/{done.job_id}")


def test_the_results_appear_when_the_job_ends_and_the_page_falls_silent(signed_in: FlaskClient, user: User) -> None:
    done = finished_job(user.user_id)
    running = write_job(replace(done, job_status=JobStatus.RUNNING, result_storage=StorageState.NONE))
    before = news(signed_in, running.job_id, "RUNNING/NONE/1")
    assert "job-results" not in before
    assert before["job-poll"]["disabled"] is False
    write_job(done)
    after = news(signed_in, done.job_id, before["job-seen"]["data"])
    assert "job-figures" in str(after["job-results"]["children"])
    assert after["job-poll"]["disabled"] is True


def test_a_job_deleted_in_another_window_is_said_to_be_gone(signed_in: FlaskClient, user: User) -> None:
    job = make_job(user)
    delete.delete(store.get_owned(job.job_id, user.user_id))
    answer = news(signed_in, job.job_id, "PENDING/NONE/0")
    assert "There is no such job" in str(answer["job-summary"])
    assert answer["job-results"]["children"] == []
    assert answer["job-poll"]["disabled"] is True
    assert rows(signed_in, job.job_id)["variants-notice"]["children"] == "This job was deleted."


def test_plots_have_their_numbers_as_text(signed_in: FlaskClient, done: Job) -> None:
    shown = fill(signed_in, "job-figures", done.job_id)
    assert "Ti/Tv 4.00: 4 transitions, 1 transversion." in shown
    assert "missense variant" in shown
    assert shown.count('"aria-label"') >= 3


def test_plots_name_the_colours_of_the_theme_and_no_others(signed_in: FlaskClient, done: Job) -> None:
    shown = fill(signed_in, "job-figures", done.job_id)
    assert '"color":"var(--gas-impact-high)"' in shown
    assert not re.search(r'color":"#', shown)


def test_contig_names_are_no_markup_in_a_plot_C09(signed_in: FlaskClient, user: User) -> None:
    hostile = "<a href='javascript:alert(1)'>x</a>"
    pair = [variant(0, hostile, 1, "A", "C"), variant(1, "2", 1, "A", "C")]
    job = write_job(finished_job(user.user_id, pair))
    shown = fill(signed_in, "job-figures", job.job_id)
    labels = re.findall(r'"ticktext":\[(.*?)\]', shown)
    assert any("&lt;a href" in each for each in labels)
    assert not any("<" in each.replace("<br>", "") for each in labels)


def test_rows_come_in_blocks_and_sorted_by_the_server(signed_in: FlaskClient, done: Job) -> None:
    block = rows(signed_in, done.job_id, 2, 5)["variants-grid"]["getRowsResponse"]
    assert [row["rid"] for row in block["rowData"]] == [2, 3, 4]
    assert block["rowCount"] == 10
    by_quality = rows(signed_in, done.job_id, 0, 2, [{"colId": "qual", "sort": "desc"}])
    assert [row["qual"] for row in by_quality["variants-grid"]["getRowsResponse"]["rowData"]] == [7.5, 5.0]


@pytest.mark.parametrize(
    ("start", "end", "sort"),
    [(0, 5000, []), (-5, 5, []), ("x", None, []), (0, 5, [{"colId": "rid; DROP TABLE x", "sort": "asc"}])],
)
def test_a_request_that_no_table_sends_is_refused_with_a_sentence_C08(
    signed_in: FlaskClient, done: Job, start: Any, end: Any, sort: Any
) -> None:
    answer = rows(signed_in, done.job_id, start, end, sort)
    assert answer["variants-grid"]["getRowsResponse"]["rowData"] == []
    assert answer["variants-notice"]["children"].endswith(".")
    assert answer["variants-notice"]["hidden"] is False


def test_hostile_text_of_the_file_reaches_the_table_as_text_C09(signed_in: FlaskClient, done: Job) -> None:
    block = rows(signed_in, done.job_id)["variants-grid"]["getRowsResponse"]
    assert block["rowData"][8]["id"] == "<script>alert(1)</script>"
    table = fill(signed_in, "job-variants", done.job_id)
    assert '"dangerously_allow_code":false' in table
    assert "markdown" not in table.lower()


def test_a_cut_log_says_so_C44(signed_in: FlaskClient, user: User, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_MAX_LOG_VIEW_BYTES", "2048")
    forget_settings()
    job = write_job(finished_job(user.user_id, log="a line of the log\n" * 1000))
    shown = fill(signed_in, "job-documents", job.job_id)
    assert "The first 2.0 KiB of 17.6 KiB are shown; the download has all of it." in shown


def test_versions_and_whose_data_it_is_are_shown(signed_in: FlaskClient, done: Job) -> None:
    shown = fill(signed_in, "job-documents", done.job_id)
    assert "1.24" in shown
    assert "Andrews et al." in shown


def test_a_result_that_cannot_be_read_is_a_sentence_not_a_blank(signed_in: FlaskClient, done: Job) -> None:
    for output in done.outputs.values():
        aws.client("s3").delete_object(Bucket=aws.bucket("results"), Key=output["key"])
    for part in ("job-figures", "job-variants", "job-documents"):
        assert "could not be fetched just now" in fill(signed_in, part, done.job_id)
    assert "could not be fetched" in rows(signed_in, done.job_id)["variants-notice"]["children"]


def test_times_carry_their_zone_for_the_reader_s_own_C43(page_of: Callable[[str], str], done: Job) -> None:
    job = write_job(replace(done, submit_time=1_790_000_000))
    shown = page_of(f"/jobs/{job.job_id}")
    assert '"dateTime": "2026-09-21T14:13:20Z"' in shown
    assert '"data-local": ""' in shown
