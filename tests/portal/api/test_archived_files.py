"""Files that are in the archive: the API gives no address of them, and says why."""

from __future__ import annotations

import pytest

from pipeline.archive.files import MOVING_ROLES
from pipeline.jobs.states import StorageState
from tests.builders import write_job
from tests.portal.api.conftest import Browser
from tests.portal.stored_jobs import in_state, stored_job

AWAY = [StorageState.ARCHIVING, StorageState.ARCHIVED, StorageState.RESTORING]


@pytest.mark.parametrize("state", AWAY)
def test_a_file_that_is_away_answers_409_with_the_sentence_C26(ada: Browser, state: StorageState) -> None:
    job = stored_job(ada.user.user_id, state)
    for role in MOVING_ROLES:
        status, code, sentence = ada.error("GET", f"/api/jobs/{job.job_id}/files/{role}")
        assert (status, code) == (409, "archived")
        assert "archive" in sentence and "Glacier" not in sentence


@pytest.mark.parametrize("state", AWAY)
def test_what_stays_can_be_fetched_and_is_listed(ada: Browser, state: StorageState) -> None:
    job = stored_job(ada.user.user_id, state)
    for role in ("log", "summary", "manifest", "input"):
        assert ada.client.get(f"/api/jobs/{job.job_id}/files/{role}").status_code == 303
    told = ada.get(f"/api/jobs/{job.job_id}")
    assert set(told["files"]) == {"log", "summary", "manifest"}
    assert told["result_storage"] == state


def test_a_small_file_that_did_not_move_can_be_fetched(ada: Browser) -> None:
    job = stored_job(ada.user.user_id, StorageState.ARCHIVED)
    vcf = job.archived["variants"] | {"role": "vcf"}
    write_job(in_state(job, StorageState.ARCHIVED, archived={"vcf": vcf}))
    assert ada.client.get(f"/api/jobs/{job.job_id}/files/variants").status_code == 303
    assert ada.error("GET", f"/api/jobs/{job.job_id}/files/vcf")[1] == "archived"


def test_an_original_record_without_a_list_of_files_has_none_of_them(ada: Browser) -> None:
    job = stored_job(ada.user.user_id, StorageState.ARCHIVED, archived={}, results_file_archive_id="A1")
    assert ada.error("GET", f"/api/jobs/{job.job_id}/files/variants")[:2] == (409, "archived")


def test_a_result_that_came_back_can_be_fetched(ada: Browser) -> None:
    job = stored_job(ada.user.user_id, StorageState.RESTORING)
    told = ada.get(f"/api/jobs/{job.job_id}")
    assert told["restore_message"] and told["restore_expected_at"] and "variants" not in told["files"]
    write_job(in_state(job, StorageState.HOT))
    assert ada.client.get(f"/api/jobs/{job.job_id}/files/variants").status_code == 303
    assert "variants" in ada.get(f"/api/jobs/{job.job_id}")["files"]


def test_somebody_elses_archived_file_is_not_found_C03(ada: Browser, bob: Browser) -> None:
    job = stored_job(ada.user.user_id, StorageState.ARCHIVED)
    foreign = bob.error("GET", f"/api/jobs/{job.job_id}/files/vcf")
    assert foreign == bob.error("GET", f"/api/jobs/{'f' * 32}/files/vcf")
    assert foreign[0] == 404
