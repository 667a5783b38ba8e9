"""The page of a finished job while its files move to the archive and back: what it says is what the record says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from pipeline import clock
from pipeline.accounts.plans import change_plan
from pipeline.accounts.store import User
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.results import documents
from pipeline.settings import get_settings
from tests.builders import make_job, make_user, write_job
from tests.portal.pages.test_job import fill, news
from tests.portal.stored_jobs import in_state, stored_job

AWAY = [StorageState.ARCHIVING, StorageState.ARCHIVED, StorageState.RESTORING]
Page = Callable[[str], str]


def text_of(layout: str) -> str:
    """The words of a layout."""
    return " ".join(re.findall(r'"children": "([^"]+)"', layout))


@pytest.mark.parametrize("state", AWAY)
def test_there_is_no_link_and_no_table_while_the_files_are_away_C26(
    page_of: Page, user: User, state: StorageState
) -> None:
    job = stored_job(user.user_id, state)
    shown = page_of(f"/jobs/{job.job_id}")
    assert "/files/" not in shown
    assert "job-variants" not in shown
    assert "Download" not in text_of(shown)
    assert "Records read" in shown, "the counts stay"


@pytest.mark.parametrize("state", AWAY)
def test_plots_log_and_versions_stay_while_the_files_are_away(
    signed_in: FlaskClient, user: User, state: StorageState
) -> None:
    job = stored_job(user.user_id, state)
    plots = fill(signed_in, "job-figures", job.job_id)
    assert "10 variants by " in plots
    assert "Ti/Tv 4.00: 4 transitions, 1 transversion." in plots
    assert "8 variants on 2 contigs, in cells of" in plots
    documents = fill(signed_in, "job-documents", job.job_id)
    assert "A summary." in documents and "How this was made" in documents
    assert "no result" in fill(signed_in, "job-variants", job.job_id)


def test_the_plots_of_the_summary_are_those_of_the_table(signed_in: FlaskClient, user: User) -> None:
    def numbers(job: Job) -> list[list[str]]:
        """The rows under each of the plots of consequences and of substitutions."""
        answer = json.loads(fill(signed_in, "job-figures", job.job_id))
        figures = answer["response"]["job-figures"]["children"][:2]
        return [sorted(re.findall(r"'children': '([^']*)'", str(figure))) for figure in figures]

    job = stored_job(user.user_id, StorageState.HOT)
    of_the_table = numbers(job)
    assert "missense_variant" in of_the_table[0] and "A>G" in of_the_table[1]
    assert numbers(write_job(in_state(job, StorageState.ARCHIVED))) == of_the_table


def test_a_hot_result_counts_down_to_the_time_in_its_record_C26(page_of: Page, user: User) -> None:
    due = clock.now_s() + 192
    shown = page_of(f"/jobs/{stored_job(user.user_id, StorageState.HOT, archive_after=due).job_id}")
    assert f'"data-countdown": "{due}"' in shown
    assert "/files/variants" in shown
    assert '"href": "/plans"' in shown
    forever = stored_job(user.user_id, StorageState.HOT)
    assert "data-countdown" not in page_of(f"/jobs/{forever.job_id}")


def test_who_has_just_got_premium_is_not_told_to_hurry_C07(page_of: Page, user: User) -> None:
    job = stored_job(user.user_id, StorageState.HOT, archive_after=clock.now_s() + 60)
    change_plan(user.user_id, "premium_user")
    assert "data-countdown" not in page_of(f"/jobs/{job.job_id}")


def test_a_result_whose_time_has_passed_is_hot_until_its_record_says_otherwise_C26(page_of: Page, user: User) -> None:
    job = stored_job(user.user_id, StorageState.HOT, archive_after=clock.now_s() - 3600)
    shown = page_of(f"/jobs/{job.job_id}")
    assert "/files/variants" in shown and "is in the archive" not in shown


def test_an_archived_result_says_what_stays_and_how_it_comes_back(page_of: Page, user: User) -> None:
    shown = page_of(f"/jobs/{stored_job(user.user_id, StorageState.ARCHIVED).job_id}")
    assert "This result is in the archive" in shown
    assert "Bring back with Premium" in shown
    assert '"data-versions": "today"' in shown, "the uploaded file is still there to be annotated again"
    assert "Glacier" not in shown


def test_who_has_premium_is_not_offered_it_and_the_plan_is_read_anew_C07(page_of: Page, user: User) -> None:
    job = stored_job(user.user_id, StorageState.ARCHIVED)
    change_plan(user.user_id, "premium_user")
    shown = page_of(f"/jobs/{job.job_id}")
    assert "Bring back with Premium" not in shown
    assert "it comes back" in shown


def test_a_restore_says_what_the_record_says_and_when_to_expect_it_C26(page_of: Page, user: User) -> None:
    job = stored_job(user.user_id, StorageState.RESTORING, restore_message="In 3 to 5 hours.")
    shown = page_of(f"/jobs/{job.job_id}")
    assert "In 3 to 5 hours." in shown
    assert "Expected by " in shown
    assert "Coming back" in shown


def test_a_time_that_has_passed_is_not_promised_C26(page_of: Page, user: User) -> None:
    past = clock.now_s() - 5
    job = stored_job(user.user_id, StorageState.RESTORING, restore_message="In a while.", restore_expected_at=past)
    shown = page_of(f"/jobs/{job.job_id}")
    assert "In a while." in shown and "It takes longer than expected." in shown
    assert "Expected by " not in shown


@pytest.mark.parametrize("state", [StorageState.HOT, *AWAY])
def test_a_document_that_is_too_long_for_the_page_can_be_fetched_from_there(
    signed_in: FlaskClient, user: User, state: StorageState
) -> None:
    job = stored_job(user.user_id, state)
    if state == StorageState.HOT:
        job = in_state(job, StorageState.HOT, archive_after=None)
    for role in ("summary", "manifest"):
        job.outputs[role]["size"] = documents.MAX_DOCUMENT_BYTES + 1
    write_job(job)
    shown = {part: fill(signed_in, part, job.job_id) for part in ("job-figures", "job-documents")}
    if state != StorageState.HOT:  # the plots of a result that is here are not made of the summary
        assert "too long to be shown" in shown["job-figures"]
        assert f"/api/jobs/{job.job_id}/files/summary" in shown["job-figures"]
    assert f"/api/jobs/{job.job_id}/files/manifest" in shown["job-documents"]
    assert "A summary." in shown["job-documents"], "the log is shown all the same"
    for role in ("summary", "manifest"):
        assert signed_in.get(f"/api/jobs/{job.job_id}/files/{role}").status_code == 303


def test_the_answer_that_removes_the_links_says_why_C26(signed_in: FlaskClient, user: User) -> None:
    job = stored_job(user.user_id, StorageState.HOT, archive_after=clock.now_s() + 1)
    seen = news(signed_in, job.job_id, "")["job-seen"]["data"]
    assert "job-results" not in news(signed_in, job.job_id, seen), "nothing changed"
    write_job(in_state(job, StorageState.ARCHIVING))
    answer = news(signed_in, job.job_id, seen)
    assert "moving to the archive" in str(answer["job-summary"]["children"])
    assert "/files/" not in str(answer)
    assert "job-figures" in str(answer["job-results"]["children"])


def test_between_the_states_of_a_move_the_plots_are_not_drawn_anew(signed_in: FlaskClient, user: User) -> None:
    job = stored_job(user.user_id, StorageState.ARCHIVING)
    seen = news(signed_in, job.job_id, "")["job-seen"]["data"]
    for state in AWAY[1:]:
        write_job(in_state(job, state))
        assert "job-results" not in news(signed_in, job.job_id, seen)


def test_links_come_back_with_the_record_and_not_before_C26(signed_in: FlaskClient, user: User) -> None:
    job = stored_job(user.user_id, StorageState.RESTORING)
    change_plan(user.user_id, "premium_user")
    before = news(signed_in, job.job_id, "")
    assert "/files/" not in str(before)
    write_job(in_state(job, StorageState.HOT))
    after = news(signed_in, job.job_id, before["job-seen"]["data"])
    assert f"/api/jobs/{job.job_id}/files/variants" in str(after["job-results"]["children"])


@pytest.mark.parametrize(
    ("state", "due_in", "watches"),
    [
        (StorageState.HOT, None, False),
        (StorageState.HOT, 60, True),
        (StorageState.HOT, -60, True),
        (StorageState.HOT, 90 * 86400, False),
        (StorageState.ARCHIVING, None, True),
        (StorageState.ARCHIVED, None, False),
        (StorageState.RESTORING, None, True),
    ],
)
def test_a_page_watches_slowly_while_a_move_goes_on_or_is_near(
    signed_in: FlaskClient, user: User, state: StorageState, due_in: int | None, watches: bool
) -> None:
    due = None if due_in is None else clock.now_s() + due_in
    job = stored_job(user.user_id, state, archive_after=due)
    answer = news(signed_in, job.job_id, "")
    assert answer["job-poll"]["disabled"] is not watches
    assert answer["job-poll"]["interval"] == get_settings().poll_storage_ms


def test_a_page_of_a_running_job_watches_closely(signed_in: FlaskClient, user: User) -> None:
    answer = news(signed_in, make_job(user).job_id, "")
    assert answer["job-poll"] == {"interval": get_settings().poll_active_ms, "disabled": False}


def test_a_page_waits_for_what_was_paid_for_a_moment_ago(signed_in: FlaskClient, user: User) -> None:
    job = stored_job(user.user_id, StorageState.ARCHIVED)
    assert news(signed_in, job.job_id, "")["job-poll"]["disabled"] is True
    change_plan(user.user_id, "premium_user")
    assert news(signed_in, job.job_id, "")["job-poll"]["disabled"] is False


def test_nothing_of_another_users_archived_job_is_told_C03(page_of: Page, signed_in: FlaskClient) -> None:
    theirs = stored_job(make_user("eve@example.org").user_id, StorageState.ARCHIVED, name="secret.vcf")
    assert "secret" not in page_of(f"/jobs/{theirs.job_id}")
    for part in ("job-figures", "job-documents"):
        assert fill(signed_in, part, theirs.job_id) == fill(signed_in, part, "0" * 32)


def test_a_result_without_a_summary_has_no_plots_and_no_error(signed_in: FlaskClient, user: User) -> None:
    job = write_job(replace(stored_job(user.user_id, StorageState.ARCHIVED), outputs={}))
    assert fill(signed_in, "job-figures", job.job_id) == '{"multi":true,"response":{"job-figures":{"children":[]}}}'
    assert fill(signed_in, "job-documents", job.job_id) == '{"multi":true,"response":{"job-documents":{"children":[]}}}'


def test_a_failed_job_has_nothing_to_move(page_of: Page, user: User) -> None:
    error = {"code": "bad_input", "message": "No VCF.", "line": 1}
    job = write_job(replace(make_job(user), job_status=JobStatus.FAILED, error=error, archive_after=1))
    assert "archive" not in page_of(f"/jobs/{job.job_id}")
