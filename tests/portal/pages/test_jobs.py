"""The jobs page: what it shows first, and what it hears while jobs run."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from botocore.exceptions import EndpointConnectionError
from flask.testing import FlaskClient
from pytest import MonkeyPatch

from pipeline import dynamo
from pipeline.accounts.store import User
from pipeline.jobs import delete, submit
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from portal.components import job_table
from tests.builders import make_job, make_user, write_job
from tests.portal.pages.conftest import ask

OUTPUTS = [
    ("jobs-grid", "rowData"),
    ("jobs-grid", "rowTransaction"),
    ("jobs-table", "style"),
    ("jobs-empty", "hidden"),
    ("jobs-count", "children"),
    ("jobs-poll", "interval"),
    ("jobs-poll", "disabled"),
    ("jobs-known", "data"),
]


def news(client: FlaskClient, seen: Any, tick: int = 1) -> dict[str, Any]:
    """What a tick of the page's clock brings."""
    inputs = {("jobs-poll", "n_intervals"): tick, ("jobs-refresh", "data"): None}
    answer = ask(client, OUTPUTS, inputs, {("jobs-known", "data"): seen})
    assert answer.status_code == 200, answer.text
    return answer.json["response"]


def finish(job: Job) -> Job:
    return write_job(replace(job, job_status=JobStatus.COMPLETED, complete_time=job.submit_time + 2))


def test_somebody_without_jobs_is_shown_the_way(page_of: Callable[[str], str]) -> None:
    shown = page_of("/jobs")
    assert "No jobs yet" in shown
    assert '"id": "jobs-poll"' in shown


def test_all_jobs_are_listed_newest_first_even_the_one_submitted_a_moment_ago_C36(
    page_of: Callable[[str], str], user: User
) -> None:
    made = [write_job(replace(make_job(user, name=f"{n}.vcf"), submit_time=1000 + n)) for n in range(15)]
    shown = page_of("/jobs")
    places = [shown.index(f'"id": "{job.job_id}"') for job in reversed(made)]
    assert places == sorted(places)


def test_a_page_without_active_jobs_stays_silent(page_of: Callable[[str], str], user: User) -> None:
    finish(make_job(user))
    assert _poll(page_of("/jobs"))["disabled"] is True


def _poll(shown: str) -> dict[str, Any]:
    """The clock of the page."""

    def find(node: Any) -> dict[str, Any] | None:
        if isinstance(node, dict):
            if node.get("id") == "jobs-poll":
                return node
            return next((hit for value in node.values() if (hit := find(value))), None)
        if isinstance(node, list):
            return next((hit for value in node if (hit := find(value))), None)
        return None

    found = find(json.loads(shown))
    assert found is not None
    return found


def test_a_page_with_an_active_job_asks_for_news(page_of: Callable[[str], str], user: User) -> None:
    make_job(user)
    assert _poll(page_of("/jobs"))["disabled"] is False


def test_while_a_job_runs_only_its_row_is_sent(signed_in: FlaskClient, user: User) -> None:
    done, running = finish(make_job(user)), make_job(user)
    running = write_job(replace(running, job_status=JobStatus.RUNNING, progress={"step": "read", "percent": 40.0}))
    for tick in (1, page_looks_at_all := 10):
        answer = news(signed_in, job_table.known([running, done], user.plan), tick)
        rows = answer["jobs-grid"]["rowTransaction"]["update"]
        assert [(row["id"], row["percent"]) for row in rows] == [(running.job_id, 40)]
        assert "rowData" not in answer["jobs-grid"]
        assert ("jobs-poll" in answer) == (tick == page_looks_at_all)


def test_a_job_submitted_elsewhere_appears_within_ten_ticks(signed_in: FlaskClient, user: User) -> None:
    first = make_job(user)
    seen = job_table.known([first], user.plan)
    second = make_job(user)
    answers = [news(signed_in, seen, tick) for tick in range(1, 11)]
    assert second.job_id in {row["id"] for row in answers[-1]["jobs-grid"]["rowData"]}


def test_the_row_of_a_job_that_just_ended_is_sent_once_more_and_the_page_falls_silent(
    signed_in: FlaskClient, user: User
) -> None:
    job = make_job(user)
    seen = job_table.known([job], user.plan)
    finish(job)
    answer = news(signed_in, seen)
    assert [row["state"] for row in answer["jobs-grid"]["rowTransaction"]["update"]] == ["COMPLETED"]
    assert answer["jobs-poll"]["disabled"] is True
    after = news(signed_in, answer["jobs-known"]["data"])
    assert "jobs-grid" not in after


def test_the_whole_list_is_sent_when_a_job_went(signed_in: FlaskClient, user: User) -> None:
    kept, gone = make_job(user), make_job(user)
    seen = job_table.known(submit.list_jobs(user.user_id), user.plan)
    delete.delete(gone)
    answer = news(signed_in, seen)
    assert [row["id"] for row in answer["jobs-grid"]["rowData"]] == [kept.job_id]
    assert answer["jobs-count"]["children"] == "1 job, 1 in progress"
    assert [row["id"] for row in news(signed_in, None)["jobs-grid"]["rowData"]] == [kept.job_id]


def test_nothing_of_another_user_is_listed_C03(signed_in: FlaskClient, page_of: Callable[[str], str]) -> None:
    theirs = make_job(make_user("eve@example.org"))
    assert theirs.job_id not in page_of("/jobs")
    seen = {"active": [theirs.job_id], "watched": [theirs.job_id], "digest": "x"}
    assert news(signed_in, seen)["jobs-grid"]["rowData"] == []


def test_a_hostile_name_travels_as_text_and_cells_take_no_code_C09(page_of: Callable[[str], str], user: User) -> None:
    make_job(user, name="<img src=x onerror=alert(1)>.vcf")
    shown = page_of("/jobs")
    assert '"name": "<img src=x onerror=alert(1)>.vcf"' in shown
    assert '"dangerously_allow_code": true' not in shown
    assert "markdown" not in shown.lower()


def test_a_cell_shows_a_sentence_without_marks_of_code(user: User) -> None:
    error = {"code": "bad_input", "message": "It was cut off. Check it with `gzip -t`."}
    failed = replace(make_job(user), job_status=JobStatus.FAILED, error=error)
    assert job_table.row(failed, "free_user")["says"] == "It was cut off. Check it with gzip -t."


def test_without_a_session_there_is_no_answer(client: FlaskClient) -> None:
    answer = ask(client, OUTPUTS, {("jobs-poll", "n_intervals"): 1, ("jobs-refresh", "data"): None}, {})
    assert answer.status_code in {400, 401}
    assert "jobs-grid" not in answer.text


def test_a_store_that_does_not_answer_is_a_sentence_not_a_blank(
    page_of: Callable[[str], str], monkeypatch: MonkeyPatch
) -> None:
    def unreachable(*_: Any, **__: Any) -> None:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")

    monkeypatch.setattr(dynamo, "query_all", unreachable)
    assert "The service cannot be reached just now" in page_of("/jobs")


def test_a_table_of_many_jobs_scrolls_inside() -> None:
    assert job_table.height(3) == "202px"
    assert job_table.height(1000) == job_table.height(job_table.MAX_ROWS_HIGH)
