"""The table of jobs while results move to the archive and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask.testing import FlaskClient

from pipeline import clock
from pipeline.accounts.plans import change_plan
from pipeline.accounts.store import User
from pipeline.jobs.states import StorageState
from pipeline.settings import get_settings
from portal.components import job_table
from tests.builders import make_job, write_job
from tests.portal.pages.test_jobs import news
from tests.portal.stored_jobs import in_state, stored_job


def states_of(shown: str) -> dict[str, str]:
    """State of each job of the table, by its file's name."""
    rows: list[dict[str, Any]] = []

    def collect(node: Any) -> None:
        if isinstance(node, dict):
            if "state_name" in node:
                rows.append(node)
            node = list(node.values())
        if isinstance(node, list):
            for inner in node:
                collect(inner)

    collect(json.loads(shown))
    return {row["name"]: row["state_name"] for row in rows}


def test_the_table_says_what_each_record_says_C26(page_of: Callable[[str], str], user: User) -> None:
    for name, state in (
        ("hot.vcf", StorageState.HOT),
        ("going.vcf", StorageState.ARCHIVING),
        ("away.vcf", StorageState.ARCHIVED),
        ("back.vcf", StorageState.RESTORING),
    ):
        stored_job(user.user_id, state, name=name, archive_after=1)
    shown = page_of("/jobs")
    assert states_of(shown) == {
        "hot.vcf": "Completed",
        "going.vcf": "Archiving",
        "away.vcf": "Archived",
        "back.vcf": "Coming back",
    }
    assert "Glacier" not in shown


def test_an_archived_job_in_which_nothing_was_annotated_still_says_so(user: User) -> None:
    counts = {"read": 5, "annotated": 0}
    archived = job_table.row(stored_job(user.user_id, StorageState.ARCHIVED, counts=counts), user.plan)
    assert (archived["state_name"], archived["says"]) == ("Archived", "Nothing annotated")


def test_an_archived_row_offers_what_brings_it_back_and_is_drawn_anew_after_an_upgrade_C07(user: User) -> None:
    job = stored_job(user.user_id, StorageState.ARCHIVED)
    free, premium = job_table.row(job, "free_user"), job_table.row(job, "premium_user")
    assert (free["way_on"], free["says"]) == ("Bring back", "")
    assert (premium["way_on"], premium["says"]) == ("", "Comes back soon")
    assert free["shown"] != premium["shown"], "a cell is drawn anew when its value changes"
    assert free["way_to"] == "/plans"


def test_a_row_leads_to_the_explorer_while_its_result_is_there_to_be_read_C26(user: User) -> None:
    job = stored_job(user.user_id, StorageState.HOT)
    row = job_table.row(job, user.plan)
    assert (row["way_on"], row["way_to"]) == ("Explore", f"/jobs/{job.job_id}/explore")
    for state in (StorageState.ARCHIVING, StorageState.RESTORING):
        assert job_table.row(in_state(job, state), user.plan)["way_on"] == ""


def test_the_row_follows_its_record_and_then_the_page_falls_silent(signed_in: FlaskClient, user: User) -> None:
    job = stored_job(user.user_id, StorageState.RESTORING)
    seen = job_table.known([job], user.plan)
    moving = news(signed_in, seen)
    assert [row["state_name"] for row in moving["jobs-grid"]["rowTransaction"]["update"]] == ["Coming back"]
    write_job(in_state(job, StorageState.HOT))
    answer = news(signed_in, seen)
    assert [row["state_name"] for row in answer["jobs-grid"]["rowTransaction"]["update"]] == ["Completed"]
    assert answer["jobs-poll"]["disabled"] is True


def test_the_page_watches_as_closely_as_its_busiest_job_needs(user: User) -> None:
    settings = get_settings()
    moving = stored_job(user.user_id, StorageState.ARCHIVING)
    resting = stored_job(user.user_id, StorageState.ARCHIVED)
    running = make_job(user)
    slowly = {"interval": settings.poll_storage_ms, "disabled": False}
    assert job_table.poll([resting], "free_user")["disabled"] is True
    assert job_table.poll([resting], "premium_user") == slowly
    assert job_table.poll([resting, moving], "free_user") == slowly
    assert job_table.poll([resting, moving, running], "free_user")["interval"] == settings.poll_active_ms


def test_a_job_that_ended_leaves_the_count_although_its_result_is_watched(signed_in: FlaskClient, user: User) -> None:
    job = make_job(user)
    seen = job_table.known([job], user.plan)
    stored = stored_job(user.user_id, StorageState.HOT, archive_after=clock.now_s() + 60)
    write_job(replace(stored, job_id=job.job_id))
    answer = news(signed_in, seen | {"digest": job_table.known([job, stored], user.plan)["digest"]})
    assert answer["jobs-count"]["children"] == "2 jobs"
    assert answer["jobs-poll"]["interval"] == get_settings().poll_storage_ms


def test_after_an_upgrade_the_archived_rows_are_watched_C07(signed_in: FlaskClient, user: User) -> None:
    stored_job(user.user_id, StorageState.ARCHIVED)
    assert news(signed_in, None)["jobs-poll"]["disabled"] is True
    change_plan(user.user_id, "premium_user")
    assert news(signed_in, None)["jobs-poll"]["disabled"] is False
