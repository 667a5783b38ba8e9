"""The jobs table in a browser: it is complete, changes by itself, can be used by keyboard, and deletes after asking."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import CDPSession, Page, Request, expect

from pipeline.accounts import store as accounts
from pipeline.accounts.store import User
from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from tests.browser.conftest import PortalServer, sign_in
from tests.builders import make_job, write_job

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

FIRST_VISIT_BYTES = 850 * 1024
COMPRESSING_S = 30
NEXT_VISIT_BYTES = 30 * 1024
HOSTILE = "<img src=x onerror=alert(1)> =cmd|' a.b~c:d=é.vcf.gz"


@pytest.fixture
def page(browser_page: Page, portal_server: PortalServer, person: User) -> Page:
    """A signed-in browser, not on the jobs page yet."""
    sign_in(browser_page, portal_server, person, "/account")
    return browser_page


def ended(job: Job, status: JobStatus = JobStatus.COMPLETED) -> Job:
    counts = {"read": 1234, "alleles": 1240, "annotated": 1200, "skipped": {"breakend": 34}}
    return write_job(replace(job, job_status=status, complete_time=job.submit_time + 2, counts=counts, progress={}))


def running(job: Job, percent: float) -> Job:
    progress = {"step": "annotate", "percent": percent, "records": 10, "records_per_s": 5.0}
    return write_job(replace(job, job_status=JobStatus.RUNNING, progress=progress, attempt=1))


def test_the_table_follows_a_job_without_a_reload_and_falls_silent(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    job = make_job(person, name="cohort.vcf")
    page.goto(f"{portal_server.url}/jobs")
    row = page.locator(f'#jobs-grid .ag-row[row-id="{job.job_id}"]')
    expect(row).to_contain_text("Waiting")
    running(job, 41.0)
    expect(row).to_contain_text("Running")
    expect(row.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "41")
    ended(job)
    expect(row).to_contain_text("Completed")
    expect(row).to_contain_text("1,234")
    asked: list[Request] = []
    page.on("request", lambda request: "_dash-update" in request.url and asked.append(request))
    page.wait_for_timeout(3000)
    assert asked == []


def test_an_update_keeps_the_focus_and_the_place_in_a_long_table(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    job = running(make_job(person, name="still running.vcf"), 1.0)
    for n in range(60):
        old = replace(job, job_id=f"{n:032x}", input_file_name=f"old {n}.vcf", submit_time=job.submit_time - 100 - n)
        ended(old)
    page.goto(f"{portal_server.url}/jobs")
    viewport = page.locator("#jobs-grid .ag-body-viewport, #jobs-grid .ag-grid-scroller").first
    page.locator("#jobs-grid .ag-row").first.locator(".ag-cell").first.focus()
    for _ in range(30):
        page.keyboard.press("ArrowDown")
    focused = page.evaluate("document.activeElement.closest('.ag-row').getAttribute('row-id')")
    place = viewport.evaluate("element => element.scrollTop")
    assert place > 0
    running(job, 88.0)
    page.wait_for_timeout(2500)
    assert page.evaluate("document.activeElement.closest('.ag-row').getAttribute('row-id')") == focused
    assert viewport.evaluate("element => element.scrollTop") == place
    page.keyboard.press("Home")
    expect(page.locator(f'#jobs-grid .ag-row[row-id="{job.job_id}"]')).to_contain_text("88 %")


def test_a_job_opens_by_click_and_by_keyboard(page: Page, portal_server: PortalServer, person: User) -> None:
    job = ended(make_job(person, name="mine.vcf"))
    page.goto(f"{portal_server.url}/jobs")
    page.locator("#jobs-grid .ag-row").get_by_text("1,234").click()
    expect(page).to_have_url(f"{portal_server.url}/jobs/{job.job_id}")
    page.go_back()
    cell = page.locator("#jobs-grid .ag-row .ag-cell").first
    expect(cell).to_contain_text("mine.vcf")
    cell.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="mine.vcf")).to_be_visible()


def test_a_job_is_deleted_only_after_a_question_that_names_its_file(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    job, other = ended(make_job(person, name=HOSTILE)), ended(make_job(person, name="keep.vcf"))
    page.goto(f"{portal_server.url}/jobs")
    button = page.get_by_role("button", name=f"Delete {HOSTILE}")
    button.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(HOSTILE)
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_be_hidden()
    button.click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.locator("#jobs-grid .ag-row")).to_have_count(1)
    expect(page.locator("#jobs-grid")).to_contain_text("keep.vcf")
    deleted = store.get(job.job_id)
    assert deleted is not None
    assert deleted.deleting
    assert store.get(other.job_id) == other


def test_a_hostile_file_name_is_shown_as_text_C09(page: Page, portal_server: PortalServer, person: User) -> None:
    ended(make_job(person, name=HOSTILE))
    page.goto(f"{portal_server.url}/jobs")
    expect(page.locator("#jobs-grid .gas-cell-link")).to_have_text(HOSTILE)
    assert page.locator("#jobs-grid img").count() == 0


def test_times_are_in_the_zone_of_the_reader_and_name_it_C43(
    new_page: Callable[..., Page], portal_server: PortalServer, person: User
) -> None:
    write_job(replace(ended(make_job(person)), submit_time=1_790_000_000, complete_time=1_790_000_002))
    page = new_page(timezone_id="Asia/Tokyo", locale="en-GB")
    sign_in(page, portal_server, person, "/account")
    page.goto(f"{portal_server.url}/jobs")
    time = page.locator("#jobs-grid time")
    expect(time).to_contain_text("21 Sept 2026, 23:13")
    expect(time).to_have_attribute("title", re.compile("23:13:20 Japan Standard Time"))


def test_a_first_job_takes_the_place_of_the_invitation(page: Page, portal_server: PortalServer, person: User) -> None:
    page.goto(f"{portal_server.url}/jobs")
    expect(page.get_by_text("No jobs yet")).to_be_visible()
    expect(page.locator("#jobs-grid .ag-header-cell").first).to_be_attached()
    assert "No Rows" not in page.locator("#jobs-table").text_content()
    ended(make_job(person, name="first.vcf"))
    page.evaluate("window.dash_clientside.set_props('jobs-refresh', {data: 1})")
    expect(page.locator("#jobs-grid .ag-row")).to_contain_text("first.vcf")
    expect(page.get_by_text("No jobs yet")).to_be_hidden()
    assert "No Rows" not in page.locator("#jobs-table").text_content()


def test_the_table_is_whole_after_a_turn_to_phone_width_and_back(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    job = ended(make_job(person, name="mine.vcf"))
    page.goto(f"{portal_server.url}/jobs")
    row = page.locator(f'#jobs-grid .ag-row[row-id="{job.job_id}"]')
    expect(row.locator('[col-id="size"]')).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(row.locator('[col-id="size"]')).to_have_count(0)
    expect(row).to_contain_text("mine.vcf")
    expect(row).to_contain_text("Completed")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 850})
    expect(row.locator('[col-id="size"]')).to_be_visible()


def test_a_phone_shows_what_fits_from_the_start(
    new_page: Callable[..., Page], portal_server: PortalServer, person: User
) -> None:
    job = ended(make_job(person, name="mine.vcf"))
    page = new_page(viewport={"width": 390, "height": 844})
    sign_in(page, portal_server, person, "/jobs")
    expect(page.locator(".ag-header-cell[col-id='size']")).to_have_count(0)
    expect(page.get_by_role("button", name="Delete mine.vcf")).to_be_visible()
    expect(page.locator(f'#jobs-grid .ag-row[row-id="{job.job_id}"]')).to_contain_text("Completed")


def test_no_state_is_cut_on_a_phone(new_page: Callable[..., Page], portal_server: PortalServer, person: User) -> None:
    job = ended(make_job(person, name="a-cohort-with-a-long-name.vcf"))
    write_job(replace(job, counts={"read": 12, "annotated": 0}))
    for width in (390, 360):
        page = new_page(viewport={"width": width, "height": 844})
        sign_in(page, portal_server, person, "/jobs")
        cell = page.locator(f'#jobs-grid .ag-row[row-id="{job.job_id}"] [col-id="state"]')
        expect(cell).to_have_text("Nothing annotated")
        badge = cell.locator(".gas-state").bounding_box()
        around = cell.bounding_box()
        assert badge and around
        assert badge["x"] + badge["width"] <= around["x"] + around["width"]
        expect(page.get_by_role("button", name="Delete a-cohort-with-a-long-name.vcf")).to_be_in_viewport()


def test_the_page_says_that_the_portal_cannot_be_reached_and_goes_on_by_itself(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    running(make_job(person), 10.0)
    page.goto(f"{portal_server.url}/jobs")
    expect(page.locator("#jobs-grid .ag-row")).to_contain_text("10 %")
    page.route("**/_dash-update-component*", lambda route: route.abort())
    expect(page.locator("#gas-notice")).to_contain_text("cannot be reached")
    page.unroute("**/_dash-update-component*")
    expect(page.locator("#gas-notice")).to_be_empty()


def test_a_session_that_ended_elsewhere_leads_to_the_sign_in(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    running(make_job(person), 10.0)
    page.goto(f"{portal_server.url}/jobs")
    expect(page.locator("#jobs-grid .ag-row")).to_contain_text("10 %")
    accounts.end_sessions(person.user_id)
    page.wait_for_url("**/login**")


def _visit(page: Page, session: CDPSession, url: str) -> int:
    """Bytes that a visit moves, headers included."""
    moved: list[float] = []

    def count(event: dict[str, float]) -> None:
        moved.append(event["encodedDataLength"])

    session.on("Network.loadingFinished", count)
    page.goto(url)
    expect(page.locator("#jobs-grid .gas-cell-link")).to_be_visible()
    page.wait_for_timeout(500)
    session.remove_listener("Network.loadingFinished", count)
    return int(sum(moved))


def test_the_page_moves_few_bytes_on_the_first_visit_and_next_to_none_on_the_next(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    ended(make_job(person))
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    url = f"{portal_server.url}/jobs"
    for _ in range(COMPRESSING_S):  # a portal that has just started still makes its smallest bodies
        session.send("Network.clearBrowserCache")
        first = _visit(page, session, url)
        if first <= FIRST_VISIT_BYTES:
            break
        page.wait_for_timeout(1000)
    assert first <= FIRST_VISIT_BYTES
    assert _visit(page, session, url) <= NEXT_VISIT_BYTES
