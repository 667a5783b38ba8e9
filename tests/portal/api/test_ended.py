"""Jobs that ended since: the owner's only, bounded, cheap."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline import clock
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from tests.builders import make_job, write_job
from tests.conftest import forget_settings
from tests.portal.api.conftest import Browser

NOW = 1_795_000_000


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs here ended at times that tests choose; sessions are of the same clock."""
    monkeypatch.setattr(clock, "now", lambda: float(NOW))


def job_of(browser: Browser, status: JobStatus, ended: int | None = None, **changes: Any) -> Job:
    job = make_job(browser.user, name=changes.pop("name", "tiny.vcf"))
    return write_job(replace(job, job_status=status, complete_time=ended, **changes))


def ids(answer: dict[str, Any]) -> list[str]:
    return [job["job_id"] for job in answer["jobs"]]


def test_jobs_that_ended_since_are_told_oldest_end_first(ada: Browser) -> None:
    late = job_of(ada, JobStatus.FAILED, NOW - 5, name="<b>.vcf")
    soon = job_of(ada, JobStatus.COMPLETED, NOW - 20)
    job_of(ada, JobStatus.COMPLETED, NOW - 21)
    job_of(ada, JobStatus.CANCELLED, NOW - 5)
    answer = ada.get(f"/api/jobs/ended?since={NOW - 20}")
    assert ids(answer) == [soon.job_id, late.job_id]
    assert answer["jobs"][1] == {
        "job_id": late.job_id,
        "input_file_name": "<b>.vcf",
        "job_status": "FAILED",
        "complete_time": NOW - 5,
    }
    assert (answer["now"], answer["active"], answer["more"]) == (NOW, False, False)


def test_it_says_whether_others_are_still_at_work(ada: Browser) -> None:
    job_of(ada, JobStatus.COMPLETED, NOW - 5)
    assert ada.get("/api/jobs/ended")["active"] is False
    job_of(ada, JobStatus.RUNNING)
    told = {"now": NOW, "since": NOW, "jobs": [], "exports": [], "active": True, "more": False}
    assert ada.get("/api/jobs/ended") == told


def test_jobs_of_others_are_not_told_C03(ada: Browser, bob: Browser) -> None:
    job_of(bob, JobStatus.COMPLETED, NOW - 5)
    job_of(bob, JobStatus.RUNNING)
    answer = ada.get("/api/jobs/ended?since=0")
    assert answer == {"now": NOW, "since": 0, "jobs": [], "exports": [], "active": False, "more": False}


def test_deleted_jobs_are_not_told_C34(ada: Browser) -> None:
    job_of(ada, JobStatus.COMPLETED, NOW - 5, deleting=NOW)
    assert ids(ada.get("/api/jobs/ended?since=0")) == []


def test_old_jobs_are_not_read_and_too_many_are_admitted_C44(ada: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_NOTICE_WINDOW_S", "1000")
    monkeypatch.setenv("GAS_NOTICE_MAX_JOBS", "2")
    forget_settings()
    job_of(ada, JobStatus.COMPLETED, NOW - 1, submit_time=NOW - 1001)
    newest = [job_of(ada, JobStatus.COMPLETED, NOW - n, submit_time=NOW - n).job_id for n in (20, 10)]
    answer = ada.get("/api/jobs/ended?since=0")
    assert ids(answer) == newest and answer["more"] is False
    job_of(ada, JobStatus.COMPLETED, NOW - 30, submit_time=NOW - 30)
    answer = ada.get("/api/jobs/ended?since=0")
    assert ids(answer) == newest and answer["more"] is True


def test_a_browser_may_say_how_long_ago_instead(ada: Browser) -> None:
    job_of(ada, JobStatus.COMPLETED, NOW - 21)
    job = job_of(ada, JobStatus.COMPLETED, NOW - 20)
    assert ids(ada.get("/api/jobs/ended?ago=20")) == [job.job_id]
    assert ids(ada.get("/api/jobs/ended")) == []
    assert ada.error("GET", "/api/jobs/ended?ago=-3")[:2] == (422, "bad_since")


@pytest.mark.parametrize("since", ["yesterday", "-1", "1.5", "9" * 13, "%00", "٣"])
def test_a_time_that_is_none_is_refused_C08(ada: Browser, since: str) -> None:
    assert ada.error("GET", f"/api/jobs/ended?since={since}")[:2] == (422, "bad_since")


def test_nobody_asks_without_a_sign_in_C03(client: Any) -> None:
    assert client.get("/api/jobs/ended").status_code == 401
