"""A job of mine ends while I am on another page: one small notice, once, in one tab; nothing is asked without need."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from pipeline import clock
from pipeline.accounts.store import User
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from tests.browser.conftest import PortalServer, sign_in
from tests.builders import make_job, write_job

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

LOOK_MS = 15_000  # the script looks every 10 s
NAME = "<img src=x onerror=alert(1)>.vcf"


def end(job: Job, status: JobStatus = JobStatus.COMPLETED) -> Job:
    """The job ends now, as its worker would write."""
    return write_job(replace(job, job_status=status, complete_time=clock.now_s(), attempt=1))


def questions(context: BrowserContext) -> list[str]:
    """Fills with what the pages ask the notices' route."""
    asked: list[str] = []
    context.on("request", lambda request: "/api/jobs/ended" in request.url and asked.append(request.url))
    return asked


def leave_a_running_job(page: Page, server: PortalServer, person: User, name: str) -> Job:
    """Look at a job that runs, then go to the account page."""
    job = make_job(person, name=name)
    running = write_job(replace(job, job_status=JobStatus.RUNNING, attempt=1, lease_expires_at=clock.now_s() + 900))
    sign_in(page, server, person, f"/jobs/{job.job_id}")
    expect(page.locator(".gas-state-running").first).to_be_visible()
    page.goto(f"{server.url}/account")
    return running


def test_a_job_that_ends_elsewhere_is_told_once_in_one_tab_and_leads_to_it_C09(
    new_page: Callable[..., Page], portal_server: PortalServer, person: User
) -> None:
    page = new_page()
    job = leave_a_running_job(page, portal_server, person, NAME)
    other = page.context.new_page()
    other.goto(f"{portal_server.url}/account")
    end(job)
    toasts = [tab.locator("#gas-toasts a") for tab in (page, other)]
    deadline = time.monotonic() + LOOK_MS / 1000
    while not any(toast.count() for toast in toasts):
        assert time.monotonic() < deadline, "no tab tells of the job"
        page.wait_for_timeout(200)
    other.wait_for_timeout(4000)  # time enough for the other tab to look as well
    assert sorted(toast.count() for toast in toasts) == [0, 1]
    tab, toast = next((tab, toast) for tab, toast in zip((page, other), toasts, strict=True) if toast.count())
    expect(toast).to_have_text(f"{NAME} is annotated")
    expect(tab.locator("#gas-toasts")).to_have_attribute("aria-live", "polite")
    tab.bring_to_front()
    toast.focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**/jobs/{job.job_id}")
    tab.goto(f"{portal_server.url}/account")
    tab.wait_for_timeout(4000)
    expect(tab.locator("#gas-toasts")).to_be_empty()  # a notice is never shown again


def test_a_failure_is_told_and_closes_by_the_keyboard(
    new_page: Callable[..., Page], portal_server: PortalServer, person: User
) -> None:
    page = new_page()
    end(leave_a_running_job(page, portal_server, person, "bad.vcf"), JobStatus.FAILED)
    expect(page.get_by_role("link", name="bad.vcf failed")).to_be_visible(timeout=LOOK_MS)
    page.get_by_role("button", name="Close this message").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#gas-toasts")).to_be_empty()


def test_on_the_jobs_own_page_nothing_is_said_and_without_active_jobs_nothing_is_asked(
    new_page: Callable[..., Page], portal_server: PortalServer, person: User
) -> None:
    page = new_page()
    asked = questions(page.context)
    sign_in(page, portal_server, person, "/account")
    page.wait_for_timeout(3000)
    assert asked == []
    job = make_job(person)
    running = write_job(replace(job, job_status=JobStatus.RUNNING, attempt=1, lease_expires_at=clock.now_s() + 900))
    page.goto(f"{portal_server.url}/jobs/{job.job_id}")
    expect(page.locator(".gas-state-running").first).to_be_visible()
    page.wait_for_timeout(3000)  # the script sees that the job is active
    end(running, JobStatus.FAILED)
    expect(page.locator(".gas-state-failed").first).to_be_visible()
    before = len(asked)
    page.wait_for_timeout(12_000)
    assert len(asked) > before
    expect(page.locator("#gas-toasts")).to_be_empty()
