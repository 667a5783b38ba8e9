"""axe-core finds nothing at all on the portal's pages; in the dark theme its rules of colour hold too."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from pipeline.accounts.store import User
from pipeline.jobs.states import JobStatus, StorageState
from portal.genes.address import gene_address
from tests.browser.conftest import PortalServer, sign_in
from tests.builders import make_job, write_job
from tests.portal.explore.results import family_job
from tests.portal.signing_in import PASSWORD
from tests.portal.stored_jobs import stored_job

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

# E-mails are documents of their own, without scripts: axe cannot look into their frames.
ALL_RULES = {"resultTypes": ["violations"], "iframes": False}
CONTRAST = ALL_RULES | {"runOnly": ["color-contrast", "link-in-text-block"]}
SETTLED_MS = 100  # a page without motion has its colours at once


def barriers(page: Page, inside: str) -> list[str]:
    """What axe finds inside an element as it stands; in the dark theme its colours alone."""
    found = []
    for scheme, rules in (("light", ALL_RULES), ("dark", CONTRAST)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_timeout(SETTLED_MS)
        for one in Axe().run(page, inside, rules).response["violations"]:
            found += [f"{scheme}: {one['id']}: {node['target']} {node['html'][:160]}" for node in one["nodes"]]
    return found


class Tour:
    """Goes from page to page and keeps what axe finds on each."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.found: dict[str, list[str]] = {}
        self.url = url

    def visit(self, path: str, shows: str = "h1") -> None:
        """Open the page, wait until it shows something, look."""
        self.page.goto(f"{self.url}{path}")
        self.page.locator(shows).first.wait_for(state="attached")
        self.look(path)

    def look(self, name: str, inside: str = "html") -> None:
        """Look at the page as it stands now, or at a part of it."""
        if found := barriers(self.page, inside):
            self.found[name] = found


@pytest.fixture
def tour(browser_page: Page, portal_server: PortalServer) -> Iterator[Tour]:
    """At the end nothing may have been found on any page."""
    tour = Tour(browser_page, portal_server.url)
    yield tour
    assert tour.found == {}


@pytest.fixture
def signed_in(tour: Tour, portal_server: PortalServer, person: User) -> Tour:
    """A tour of somebody with an account."""
    sign_in(tour.page, portal_server, person, "/account")
    return tour


def test_pages_for_everybody_and_of_a_new_account_have_no_barrier(tour: Tour) -> None:
    page = tour.page
    tour.visit("/")
    tour.visit("/login")
    tour.visit("/forgotten")
    tour.visit("/register")
    page.get_by_label("E-mail address").fill(f"eve-{uuid.uuid4().hex[:8]}@example.org")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("Choose a password of at least")).to_be_visible()
    tour.look("/register, refused")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.locator("#upload-box")).to_be_visible()
    tour.look("/jobs, empty")
    tour.visit("/outbox", ".gas-mail")


def test_pages_of_the_account_and_its_plans_have_no_barrier(signed_in: Tour, person: User) -> None:
    stored_job(person.user_id, StorageState.ARCHIVED)
    signed_in.look("/account")
    for path in ("/account/delete", "/no-such-page", "/plans", "/plans/demo-checkout"):
        signed_in.visit(path)
    signed_in.page.get_by_role("button", name="Get Premium").click()
    signed_in.page.wait_for_url("**/done")
    signed_in.look("/plans/demo-checkout/done")
    signed_in.visit("/plans/cancel")


def test_jobs_in_every_state_have_no_barrier(signed_in: Tour, person: User) -> None:
    jobs = {state: stored_job(person.user_id, state, name=f"{state}.vcf") for state in StorageState if state != "NONE"}
    error = {"code": "bad_input", "message": "The file was cut off."}
    failed = write_job(replace(make_job(person), job_status=JobStatus.FAILED, error=error))
    signed_in.visit("/jobs", ".ag-row")
    signed_in.page.get_by_role("button", name="Delete HOT.vcf").click()
    signed_in.look("the question before deleting", "dialog[open]")
    for state in (StorageState.HOT, StorageState.ARCHIVED, StorageState.RESTORING):
        signed_in.visit(f"/jobs/{jobs[state].job_id}", ".gas-figure-genome .main-svg")
    signed_in.visit(f"/jobs/{failed.job_id}", ".gas-state-failed")


def test_the_explorer_its_builder_its_drawer_and_its_exports_have_no_barrier(signed_in: Tour, person: User) -> None:
    page = signed_in.page
    signed_in.visit(f"/jobs/{family_job(person.user_id).job_id}/explore", "[data-plot=consequences] .barlayer .point")
    page.get_by_role("button", name="Add a filter").click()
    page.get_by_role("searchbox", name="Search columns").fill("impact")
    page.get_by_role("searchbox", name="Search columns").press("Enter")
    signed_in.look("the builder", "dialog[open]")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Export").click()
    signed_in.look("the exports", "dialog[open]")
    page.keyboard.press("Escape")
    page.locator("#explore-grid .ag-row[row-index='0'] [col-id='pos']").click()
    expect(page.locator("#explore-drawer-title")).to_be_focused()
    signed_in.look("the drawer", "#explore-drawer")


def test_a_gene_and_a_comparison_have_no_barrier(signed_in: Tour, person: User) -> None:
    one, two = (family_job(person.user_id, name=name) for name in ("one.vcf", "two.vcf"))
    signed_in.visit(gene_address(one.job_id, "BRCA1"), "#gene-grid .ag-row")
    signed_in.visit("/jobs/compare", "input[type=checkbox]")
    signed_in.visit(f"/jobs/compare?jobs={one.job_id},{two.job_id}", "#shared-grid .ag-row")


def test_choices_are_groups_of_inputs_by_name_whatever_is_chosen(signed_in: Tour, person: User) -> None:
    page = signed_in.page
    page.goto(f"{signed_in.url}/jobs/{family_job(person.user_id).job_id}/explore")
    page.get_by_role("button", name="Export").click()
    formats = page.get_by_role("radiogroup", name="Format")
    formats.get_by_role("radio", name="Parquet").check()
    expect(formats.get_by_role("radio", name="Parquet")).to_be_checked()
    expect(formats.locator("[role=option], [aria-selected]")).to_have_count(0)
