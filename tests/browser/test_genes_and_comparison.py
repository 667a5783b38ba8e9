"""A gene's page and the comparison of jobs in a browser: painted plots, rows that follow the choice, links outside."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from pipeline.accounts.store import User
from pipeline.jobs.model import Job
from portal.genes.address import gene_address
from tests.browser.conftest import PortalServer, sign_in
from tests.builders import write_job
from tests.pipeline.results.finished import finished_job, variant

pytestmark = [pytest.mark.browser, pytest.mark.emulator]
HOSTILE = "<img src=x onerror=alert(1)>/a"


@pytest.fixture
def page(browser_page: Page, portal_server: PortalServer, person: User) -> Page:
    """A signed-in browser."""
    sign_in(browser_page, portal_server, person, "/account")
    return browser_page


def job_of(person: User, gene: str, *positions: int, name: str) -> Job:
    rows = [
        variant(n, "1", pos, "A", "C", gene=gene, consequence="missense_variant", impact="MODERATE")
        | {"transcript": "T1", "protein_position": pos, "hgvs_p": f"p.Lys{pos}Asn"}
        for n, pos in enumerate(positions)
    ]
    return write_job(finished_job(person.user_id, rows, name=name))


def test_jobs_are_chosen_compared_and_their_variants_listed_by_who_has_them(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    for name, gene, places in (("one.vcf", "A", (1, 2, 3)), ("two.vcf", HOSTILE, (2, 3, 4, 5))):
        job_of(person, gene, *places, name=name)
    page.goto(f"{portal_server.url}/jobs/compare")
    page.get_by_role("checkbox", name="one.vcf").check()
    page.get_by_role("checkbox", name="two.vcf").check()
    page.get_by_role("link", name="Compare", exact=True).click()
    expect(page.locator("#shared-result")).to_contain_text("5 different variants: 2 variants in both jobs")
    page.locator(".gas-figure-upset .barlayer .point path").first.wait_for()
    expect(page.locator("#shared-discordant")).to_contain_text("2 variants of 2 shared ones")
    rows = page.locator("#shared-grid .ag-center-cols-container [role=row]")
    expect(rows).to_have_count(5)
    page.get_by_role("radio", name="Gene differs").check()
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text(HOSTILE)


def test_a_gene_shows_its_protein_its_variants_and_links_that_open_outside_on_a_click(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    job = job_of(person, HOSTILE, 5, 70, 70, name="one.vcf")
    page.goto(f"{portal_server.url}/jobs/{job.job_id}/explore")
    page.locator("#explore-grid [row-index='0'] [col-id='pos']").click()
    page.locator("#explore-drawer").get_by_role("link", name=HOSTILE).click()
    expect(page).to_have_url(portal_server.url + gene_address(job.job_id, HOSTILE))
    page.go_back()
    page.locator("#explore-grid [row-index='0'] [col-id='gene']").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    expect(page.locator("#gene-overview")).to_contain_text("3 variants in this gene")
    page.locator(".gas-figure-lollipop .scatterlayer .points path").first.wait_for()
    expect(page.locator("#gene-grid .ag-center-cols-container [role=row]")).to_have_count(3)
    page.get_by_role("link", name="Show them in the explorer").click()
    expect(page.locator("#explore-count")).to_contain_text("3")


def test_plots_of_a_gene_and_of_a_comparison_change_colour_with_the_theme(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    one, two = (job_of(person, "A", 5, 70, name=name) for name in ("one.vcf", "two.vcf"))
    addresses = {gene_address(one.job_id, "A"): "lollipop", f"/jobs/compare?jobs={one.job_id},{two.job_id}": "upset"}
    for address, plot in addresses.items():
        page.goto(portal_server.url + address)
        label = page.locator(f".gas-figure-{plot} .ytick text").first
        label.wait_for()
        before = label.evaluate("element => element.style.fill")
        page.get_by_role("button", name="Switch between light and dark").click()
        expect(label).not_to_have_css("fill", before)
