"""The life of a result in a browser: each page says what the job's record says, follows it without a reload, and shows
no link to a file in any state but HOT (C26)."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from pipeline import clock
from pipeline.accounts import store
from pipeline.accounts.plans import change_plan
from pipeline.accounts.store import User
from pipeline.jobs.model import Job
from pipeline.jobs.states import StorageState
from tests.browser.conftest import PortalServer, sign_in
from tests.builders import make_user, write_job
from tests.portal.signing_in import PASSWORD
from tests.portal.stored_jobs import in_state, stored_job

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

PATIENCE_MS = 20_000  # of a busy machine; nothing here is about speed
AWAY = [StorageState.ARCHIVING, StorageState.ARCHIVED, StorageState.RESTORING]
# Looks at every frame that the reader may see: a link to a file beside the words that the files are away is a lie.
WATCH_FRAMES = """() => {
  window.gasLies = 0;
  window.gasFrames = 0;
  const look = () => {
    window.gasFrames += 1;
    if (document.querySelector(".gas-storage") && document.querySelector("a[href*='/files/']")) window.gasLies += 1;
    requestAnimationFrame(look);
  };
  look();
}"""


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages look twice a second while a result moves."""
    monkeypatch.setenv("GAS_POLL_STORAGE_MS", "500")


@pytest.fixture
def page(quick_looks: None, browser_page: Page, portal_server: PortalServer, person: User) -> Page:
    """A signed-in browser, not on a job's page yet."""
    sign_in(browser_page, portal_server, person, "/account")
    return browser_page


def links(page: Page) -> Locator:
    """Every link to a file of a job."""
    return page.locator("a[href*='/files/']")


def open_job(page: Page, server: PortalServer, job: Job) -> None:
    page.goto(f"{server.url}/jobs/{job.job_id}")
    expect(page.get_by_role("heading", name=job.input_file_name)).to_be_visible()


def test_the_page_follows_the_whole_circle_without_a_reload_C26(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    job = stored_job(person.user_id, StorageState.HOT, name="circle.vcf", archive_after=clock.now_s() + 8)
    open_job(page, portal_server, job)
    page.evaluate("window.gasSamePage = true")
    page.evaluate(WATCH_FRAMES)
    expect(page.locator("#job-variants .ag-row").first).to_be_visible(timeout=PATIENCE_MS)
    countdown = page.locator("[data-countdown]")
    expect(countdown).to_have_text("Moving to the archive soon", timeout=PATIENCE_MS)
    expect(links(page)).not_to_have_count(0)  # due, and still hot: the record says so

    write_job(in_state(job, StorageState.ARCHIVING))
    expect(page.get_by_role("heading", name="This result is moving to the archive")).to_be_visible()
    expect(links(page)).to_have_count(0)
    expect(page.locator("#variants-grid")).to_have_count(0)

    write_job(in_state(job, StorageState.ARCHIVED))
    expect(page.get_by_role("heading", name="This result is in the archive")).to_be_visible()
    expect(page.get_by_role("heading", name="Along the genome")).to_be_visible()
    expect(page.locator(".gas-log")).to_contain_text("A summary.")

    # An upgrade elsewhere: the reader comes back to this page, and it asks for news.
    change_plan(person.user_id, "premium_user")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".gas-storage")).to_contain_text("You have Premium, so it comes back.")

    write_job(in_state(job, StorageState.RESTORING, restore_message="This usually takes 1 to 5 minutes."))
    expect(page.get_by_role("heading", name="This result is coming back")).to_be_visible()
    expect(page.locator(".gas-storage")).to_contain_text("This usually takes 1 to 5 minutes.")
    expect(page.locator(".gas-storage")).to_contain_text("Expected by")
    expect(links(page)).to_have_count(0)

    write_job(in_state(job, StorageState.HOT))
    expect(page.locator(".gas-storage")).to_have_count(0)
    expect(page.get_by_role("link", name="Table of variants")).to_be_visible()
    expect(page.locator("#job-variants .ag-row").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".gas-job-title .gas-state")).to_have_text("Completed")
    assert page.evaluate("window.gasSamePage") is True
    assert page.evaluate("window.gasFrames") > 10
    assert page.evaluate("window.gasLies") == 0


def test_the_countdown_counts_by_our_clock_not_by_the_readers_C26(
    new_page: Callable[..., Page], portal_server: PortalServer, person: User
) -> None:
    job = stored_job(person.user_id, StorageState.HOT, archive_after=clock.now_s() + 192)
    page = new_page()
    sign_in(page, portal_server, person, "/account")
    page.add_init_script("const real = Date.now.bind(Date); Date.now = () => real() - 7200 * 1000;")
    open_job(page, portal_server, job)
    countdown = page.locator("[data-countdown]")
    expect(countdown).to_contain_text("Moves to the archive in 3:")
    first = countdown.inner_text()
    expect(countdown).not_to_have_text(first)


@pytest.mark.parametrize("state", AWAY)
def test_a_page_opened_while_the_files_are_away_has_no_link_and_keeps_its_plots_C26(
    page: Page, portal_server: PortalServer, person: User, state: StorageState
) -> None:
    open_job(page, portal_server, stored_job(person.user_id, state, name=f"{state}.vcf"))
    page.locator(".gas-figure-genome .main-svg").first.wait_for()
    expect(page.locator(".gas-storage")).to_be_visible()
    expect(links(page)).to_have_count(0)
    expect(page.get_by_role("link", name="Download VCF")).to_have_count(0)


def test_the_table_of_jobs_follows_the_moves(page: Page, portal_server: PortalServer, person: User) -> None:
    job = stored_job(person.user_id, StorageState.HOT, name="row.vcf", archive_after=clock.now_s() + 5)
    page.goto(f"{portal_server.url}/jobs")
    badge = page.locator(f'#jobs-grid .ag-row[row-id="{job.job_id}"] .gas-state')
    expect(badge).to_have_text("Completed")
    for state, name in ((AWAY[0], "Archiving"), (AWAY[1], "Archived")):
        write_job(in_state(job, state))
        expect(badge).to_have_text(name)
    expect(links(page)).to_have_count(0)


def test_a_row_leads_on_to_the_explorer_or_to_what_brings_its_result_back(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    jobs = {state: stored_job(person.user_id, state, name=f"{state}.vcf") for state in (StorageState.HOT, AWAY[1])}

    def cell(state: StorageState) -> Locator:
        return page.locator(f'#jobs-grid .ag-row[row-id="{jobs[state].job_id}"] [col-id="state"]')

    page.goto(f"{portal_server.url}/jobs")
    cell(StorageState.HOT).get_by_role("link", name="Explore").click()
    page.wait_for_url(f"**/jobs/{jobs[StorageState.HOT].job_id}/explore")
    page.goto(f"{portal_server.url}/jobs")
    expect(cell(AWAY[1]).get_by_role("link", name="Bring back")).to_be_visible()
    cell(AWAY[1]).press("Enter")
    page.wait_for_url("**/plans")


def test_nothing_of_a_jobs_page_lies_beside_a_phones_screen(
    new_page: Callable[..., Page], portal_server: PortalServer, person: User
) -> None:
    page = new_page(viewport={"width": 390, "height": 844})
    sign_in(page, portal_server, person, "/account")
    for state in (StorageState.HOT, StorageState.ARCHIVED):
        open_job(page, portal_server, stored_job(person.user_id, state))
        page.locator(".gas-figure-genome .main-svg").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_an_archived_result_is_brought_back_by_an_upgrade_C07(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    for name in ("a.vcf", "b.vcf"):
        job = stored_job(person.user_id, StorageState.ARCHIVED, name=name)
    open_job(page, portal_server, job)
    page.get_by_role("link", name="Bring back with Premium").click()
    expect(page.get_by_text("2 results come back from the archive:")).to_be_visible()
    page.get_by_role("link", name="Upgrade to Premium").click()
    expect(page.get_by_role("note")).to_contain_text("no money moves")
    page.get_by_role("button", name="Get Premium (demonstration)").dblclick()
    expect(page.get_by_role("heading", name="You have Premium")).to_be_visible()
    expect(page.get_by_role("note")).to_contain_text("no money moves")
    changed = store.get_user(person.user_id)
    assert changed is not None and (changed.plan, changed.plan_version) == ("premium_user", 1)

    page.goto(f"{portal_server.url}/plans")
    page.get_by_role("link", name="Go back to Free").click()
    expect(page.get_by_text("A result that is coming back still arrives.")).to_be_visible()
    expect(page.get_by_text("2 results are in the archive and stay there:")).to_be_visible()
    page.get_by_role("button", name="Go back to Free").click()
    expect(page.get_by_text("You are on the Free plan now.")).to_be_visible()
    back = store.get_user(person.user_id)
    assert back is not None and back.plan == "free_user"


def test_an_account_is_deleted_after_the_password_and_the_reader_is_signed_out_C34(
    new_page: Callable[..., Page], portal_server: PortalServer
) -> None:
    leaving = make_user(f"leaving-{uuid.uuid4().hex[:8]}@example.org")
    stored_job(leaving.user_id, StorageState.ARCHIVED, name="mine.vcf", archived={})
    page = new_page()
    sign_in(page, portal_server, leaving, "/account")
    page.get_by_role("link", name="Delete account").click()
    expect(page.get_by_text("1 job with its files and results")).to_be_visible()
    page.get_by_label("Your password", exact=True).fill("not mine")
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_text("This is not your password.")).to_be_visible()
    page.get_by_label("Your password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_role("heading", name="Your account is deleted")).to_be_visible()
    page.goto(f"{portal_server.url}/jobs")
    page.wait_for_url(f"{portal_server.url}/login*")


@pytest.mark.parametrize("path", ["/plans", "/plans/demo-checkout", "/account/delete"])
def test_the_pages_fit_a_phone(
    new_page: Callable[..., Page], portal_server: PortalServer, person: User, path: str
) -> None:
    stored_job(person.user_id, StorageState.ARCHIVED, name=f"{'a' * 120}.vcf")
    page = new_page(viewport={"width": 390, "height": 844})
    sign_in(page, portal_server, person, path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
