"""The pages that compare two jobs: both jobs' owner only, in each callback; what changed, or that nothing did (C45)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from pipeline.accounts.store import User
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from portal.components import changes
from tests.builders import make_user, write_job
from tests.pipeline.results.finished import finished_job
from tests.portal.api.test_reruns import rows
from tests.portal.pages.conftest import ask

ROWS = [("changes-grid", "getRowsResponse"), ("changes-notice", "children"), ("changes-notice", "hidden")]
BLOCK = {"startRow": 0, "endRow": 100}


def finished(user_id: str, *genes: str | None, **more: Any) -> Job:
    return write_job(finished_job(user_id, rows(*genes), **more))


def result(client: FlaskClient, pair: object) -> str:
    """What fills the page of two jobs."""
    answer = ask(client, [("compare-result", "children")], {("compare-pair", "data"): pair}, {})
    assert answer.status_code == 200, answer.text
    return json.dumps(answer.json, ensure_ascii=False)


def block(client: FlaskClient, pair: object, column: object = "all", request: Any = BLOCK) -> dict[str, Any]:
    """What the table of changes gets."""
    state = {("compare-pair", "data"): pair, ("changes-filter", "value"): column}
    answer = ask(client, ROWS, {("changes-grid", "getRowsRequest"): request}, state)
    assert answer.status_code == 200, answer.text
    return answer.json["response"]


def test_page_of_jobs_of_others_and_of_none_look_alike_C03(page_of: Callable[[str], str], user: User) -> None:
    mine = finished(user.user_id, "A")
    theirs = finished(make_user("eve@example.org").user_id, "A", name="secret.vcf")
    shown = {
        page_of(f"/jobs/{path}")
        for path in (
            f"{mine.job_id}/compare/{theirs.job_id}",
            f"{theirs.job_id}/compare/{mine.job_id}",
            f"{mine.job_id}/compare/{'0' * 32}",
            f"{mine.job_id}/compare/%00",
            f"{mine.job_id}/compare/..%2F..",
            f"{theirs.job_id}/compare",
            f"{'0' * 32}/compare",
        )
    }
    assert len(shown) == 1
    assert "There is no such job" in shown.pop()


@pytest.mark.parametrize("forged", ["theirs", "unknown", None, 7, ["x"], [None, None], {"a": 1}, ["../..", "%00"]])
def test_no_callback_answers_for_a_job_of_another_C03(signed_in: FlaskClient, user: User, forged: object) -> None:
    mine = finished(user.user_id, "A")
    theirs = finished(make_user("eve@example.org").user_id, "SECRET")
    named = {"theirs": theirs.job_id, "unknown": "0" * 32}
    pair = [mine.job_id, named[forged]] if isinstance(forged, str) else forged
    told = result(signed_in, pair)
    assert "There is no such job in your account" in told and "SECRET" not in told
    answer = block(signed_in, pair)
    assert answer["changes-grid"]["getRowsResponse"] == {"rowData": [], "rowCount": 0}
    assert "There is no such job" in answer["changes-notice"]["children"]


def test_what_changed_is_shown_in_numbers_versions_and_rows_C45(
    signed_in: FlaskClient, user: User, page_of: Callable[[str], str]
) -> None:
    old, new = finished(user.user_id, "A", "B", "C"), finished(user.user_id, "A", "X", None)
    pair = [old.job_id, new.job_id]
    assert "What changed" in page_of(f"/jobs/{old.job_id}/compare/{new.job_id}")
    shown = result(signed_in, pair)
    assert "2 alleles" in shown and " of 3 changed" in shown and "The others are the same" in shown
    all_differ = [finished(user.user_id, gene).job_id for gene in ("A", "B")]
    assert "The others are the same" not in result(signed_in, all_differ)
    assert "Annotation engine" in shown and "same" in shown
    assert "All changes (2)" in shown and "Gene (2)" in shown
    answer = block(signed_in, pair)["changes-grid"]["getRowsResponse"]
    assert answer["rowCount"] == 2
    assert [(row["title"], row["before"], row["after"], row["kind"]) for row in answer["rowData"]] == [
        ("Gene", "B", "X", "Changed"),
        ("Gene", "C", None, "Removed"),
    ]
    assert block(signed_in, pair, "gene")["changes-grid"]["getRowsResponse"]["rowCount"] == 2


@pytest.mark.parametrize("column", ["no such", "'; DROP TABLE x; --", 7, {"a": 1}, None])
@pytest.mark.parametrize("request_", [BLOCK, {"startRow": -5, "endRow": 10**9}, {"startRow": "x"}, {}])
def test_forged_requests_for_rows_get_a_sentence_or_rows_C08(
    signed_in: FlaskClient, user: User, column: object, request_: object
) -> None:
    old, new = finished(user.user_id, "A"), finished(user.user_id, "B")
    answer = block(signed_in, [old.job_id, new.job_id], column, request_)
    assert answer["changes-notice"]["hidden"] or answer["changes-notice"]["children"].endswith(".")


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(1, 5_000_000, "< 0.1 %"), (4, 1000, "0.4 %"), (57, 100, "57 %"), (9_999, 10_000, "99 %"), (7, 7, "100 %")],
)
def test_shares_are_written_for_people(part: int, whole: int, said: str) -> None:
    assert changes.share(part, whole) == said


def test_nothing_changed_is_said(signed_in: FlaskClient, user: User) -> None:
    old, new = finished(user.user_id, "A", "B"), finished(user.user_id, "A", "B")
    shown = result(signed_in, [old.job_id, new.job_id])
    assert "Nothing changed" in shown and "All 2 alleles have the same consequence" in shown
    assert "changes-grid" not in shown


def test_two_files_are_not_compared(signed_in: FlaskClient, user: User) -> None:
    old, new = finished(user.user_id, "A"), finished(user.user_id, "A", "B")
    assert "not of the same file" in result(signed_in, [old.job_id, new.job_id])


def test_choice_lists_my_jobs_of_the_same_file_only_C03(page_of: Callable[[str], str], user: User) -> None:
    job, twin = finished(user.user_id, "A"), finished(user.user_id, "A")
    other = finished(user.user_id, "A", name="another.vcf")
    theirs = finished(make_user("eve@example.org").user_id, "A")
    shown = page_of(f"/jobs/{job.job_id}/compare")
    assert twin.job_id in shown
    assert other.job_id not in shown and theirs.job_id not in shown
    assert "You have no other finished job of this file" in page_of(f"/jobs/{other.job_id}/compare")


def test_job_page_leads_to_reruns_and_back_C45(page_of: Callable[[str], str], user: User) -> None:
    first = finished_job(user.user_id, rows("A"))
    again = finished_job(user.user_id, rows("B"))
    write_job(Job(**{**vars(first), "reruns": ["0" * 32, again.job_id]}))
    write_job(Job(**{**vars(again), "rerun_of": first.job_id}))
    between = f"/jobs/{first.job_id}/compare/{again.job_id}"
    shown = page_of(f"/jobs/{first.job_id}")
    assert f"/jobs/{again.job_id}" in shown and between in shown
    assert "With the same versions" in shown and "With today's versions" in shown
    back = page_of(f"/jobs/{again.job_id}")
    assert "This is a rerun of" in back and between in back


def test_comparing_is_offered_only_where_another_finished_job_of_the_file_is(
    page_of: Callable[[str], str], user: User
) -> None:
    job = finished(user.user_id, "A")
    finished(user.user_id, "A", name="another.vcf")
    write_job(Job(**{**vars(finished(user.user_id, "A")), "job_status": JobStatus.CANCELLED, "outputs": {}}))
    finished(make_user("eve@example.org").user_id, "A")
    assert "Compare with another job" not in page_of(f"/jobs/{job.job_id}")
    twin = finished(user.user_id, "B")
    assert f"/jobs/{job.job_id}/compare" in page_of(f"/jobs/{job.job_id}")
    assert f"/jobs/{twin.job_id}/compare" in page_of(f"/jobs/{twin.job_id}")


def test_rerun_of_a_deleted_job_says_so_and_names_no_job_of_another_C03(
    page_of: Callable[[str], str], user: User
) -> None:
    theirs = finished(make_user("eve@example.org").user_id, "A", name="secret.vcf")
    job = finished_job(user.user_id, rows("A"))
    write_job(Job(**{**vars(job), "rerun_of": theirs.job_id, "reruns": [theirs.job_id]}))
    shown = page_of(f"/jobs/{job.job_id}")
    assert "a rerun of a job that was deleted" in shown
    assert theirs.job_id not in shown and "secret" not in shown


@pytest.mark.parametrize("pair", [["0" * 32, "0" * 32], None, ["theirs"]])
def test_no_download_is_led_to_for_forged_jobs_C03(signed_in: FlaskClient, user: User, pair: object) -> None:
    inputs = {("changes-filter", "value"): "all"}
    answer = ask(signed_in, [("changes-download", "href")], inputs, {("compare-pair", "data"): pair})
    assert answer.status_code == 404
    assert "compare/" not in answer.text
