"""A job of mine ends while I am on another page: one small notice, once, in one tab; nothing is asked without need."""

from __future__ import annotations

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

LOOK_MS = 10_500  # the script asks every 10 s; the tests put the browser's clock forward
ROUTE = "/api/jobs/ended"
AT_ONCE_MS = 200  # what a page does with an answer it has, or without asking, it has done by then
NAME = "<img src=x onerror=alert(1)>.vcf"


def end(job: Job, status: JobStatus = JobStatus.COMPLETED) -> Job:
    """The job ends now, as its worker would write."""
    return write_job(replace(job, job_status=status, complete_time=clock.now_s(), attempt=1))


def questions(context: BrowserContext) -> list[str]:
    """Fills with what the pages ask the notices' route."""
    asked: list[str] = []
    context.on("request", lambda request: ROUTE in request.url and asked.append(request.url))
    return asked


def look_again(context: BrowserContext) -> list[str]:
    """Time passes until one of the pages asks; the jobs that it is told of, once it has said what it has to say."""
    with context.expect_event("response", lambda response: ROUTE in response.url) as answer:
        context.clock.fast_forward(LOOK_MS)
    told, page = [job["job_id"] for job in answer.value.json()["jobs"]], answer.value.frame.page
    page.evaluate("fetch('/healthz').then((answer) => answer.text())")  # what came before it has been read
    page.wait_for_function("told => told.every((id) => localStorage['gas-notices'].includes(id))", arg=told)
    return told


def leave_a_running_job(page: Page, server: PortalServer, person: User, name: str) -> Job:
    """Look at a job that runs, then go to the account page."""
    page.context.clock.install()
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
    assert look_again(page.context) == [job.job_id]
    told = [tab for tab in (page, other) if tab.locator("#gas-toasts a").count()]
    assert len(told) == 1
    tab, toast = told[0], told[0].locator("#gas-toasts a")
    toast.focus()  # which stays for as long as somebody reads it
    assert look_again(page.context) == [job.job_id]
    assert sorted(tab.locator("#gas-toasts a").count() for tab in (page, other)) == [0, 1]
    expect(toast).to_have_text(f"{NAME} is annotated")
    expect(tab.locator("#gas-toasts")).to_have_attribute("aria-live", "polite")
    tab.bring_to_front()
    toast.focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**/jobs/{job.job_id}")
    tab.goto(f"{portal_server.url}/account")
    other_tab = other if tab == page else page
    other_tab.close()
    assert look_again(tab.context) == [job.job_id]
    assert tab.locator(".gas-toast").count() == 0  # never shown again


def test_a_failure_is_told_and_closes_by_the_keyboard(
    new_page: Callable[..., Page], portal_server: PortalServer, person: User
) -> None:
    page = new_page()
    end(leave_a_running_job(page, portal_server, person, "bad.vcf"), JobStatus.FAILED)
    look_again(page.context)
    expect(page.get_by_role("link", name="bad.vcf failed")).to_be_visible()
    page.get_by_role("button", name="Close this message").focus()
    page.keyboard.press("Escape")
    expect(page.locator(".gas-toast")).to_have_count(0, timeout=2_000)  # long before it would go by itself


def test_on_the_jobs_own_page_nothing_is_said_and_without_active_jobs_nothing_is_asked(
    new_page: Callable[..., Page], portal_server: PortalServer, person: User
) -> None:
    page = new_page()
    asked = questions(page.context)
    page.context.clock.install()
    sign_in(page, portal_server, person, "/account")
    page.clock.fast_forward(LOOK_MS)
    page.wait_for_timeout(AT_ONCE_MS)
    assert asked == []
    job = make_job(person)
    running = write_job(replace(job, job_status=JobStatus.RUNNING, attempt=1, lease_expires_at=clock.now_s() + 900))
    page.goto(f"{portal_server.url}/jobs/{job.job_id}")
    expect(page.locator(".gas-state-running").first).to_be_visible()
    look_again(page.context)  # the script sees that the job is active
    end(running, JobStatus.FAILED)
    assert look_again(page.context) == [job.job_id]
    expect(page.locator(".gas-state-failed").first).to_be_visible()
    assert page.locator(".gas-toast").count() == 0  # at once: a message would go by itself after a while
