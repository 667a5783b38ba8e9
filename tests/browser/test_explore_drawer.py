"""The explorer's table and drawer in a browser: rows open variants, by mouse and keys; columns are remembered."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from pipeline.accounts.store import User
from pipeline.jobs.model import Job
from tests.browser.conftest import PortalServer, sign_in
from tests.browser.test_explore import into_the_table
from tests.browser.test_job_page import HOSTILE, real_job
from tests.builders import write_job
from tests.pipeline.results.finished import finished_job, variant

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

DRAWER = "#explore-drawer"
TITLE = "#explore-drawer-title"


@pytest.fixture
def page(browser_page: Page, portal_server: PortalServer, person: User) -> Page:
    """A signed-in browser, not on the explorer yet."""
    sign_in(browser_page, portal_server, person, "/account")
    return browser_page


def plain_job(person: User) -> Job:
    """Three variants without VCF, transcripts or samples."""
    rows = [
        variant(n, "MT", 100 * (n + 1), "A", "G", id=f"rs{n + 1}", gene=f"GENE{n}", qual=float(n), most_severe=None)
        for n in range(3)
    ]
    return write_job(finished_job(person.user_id, rows))


def explore(page: Page, server: PortalServer, job: Job) -> None:
    page.goto(f"{server.url}/jobs/{job.job_id}/explore")
    expect(cell(page, 0, "pos")).not_to_be_empty()
    expect(page.locator("#explore-count")).to_contain_text(re.compile(r"\d variants?$"))


def cell(page: Page, row: int, column: str):  # type: ignore[no-untyped-def]
    return page.locator(f"#explore-grid .ag-row[row-index='{row}'] [col-id='{column}']")


def order_of_columns(page: Page) -> list[str]:
    """The first columns as they stand on the screen."""
    found = page.locator("#explore-grid .ag-header-cell").evaluate_all(
        "all => all.map(each => [each.getBoundingClientRect().x, each.getAttribute('col-id')])"
    )
    return [name for _, name in sorted(found) if name != "note"][:6]


def test_a_row_opens_its_variant_and_escape_leads_back(page: Page, portal_server: PortalServer, person: User) -> None:
    explore(page, portal_server, plain_job(person))
    cell(page, 1, "pos").click()
    expect(page.locator(TITLE)).to_have_text("MT:200 A → G")
    expect(page.locator(TITLE)).to_be_focused()
    page.get_by_role("button", name="Next variant").click()
    expect(page.locator(TITLE)).to_have_text("MT:300 A → G")
    page.get_by_role("button", name="Previous variant").click()
    expect(page.locator(TITLE)).to_have_text("MT:200 A → G")
    page.keyboard.press("Escape")
    expect(page.locator(DRAWER)).to_be_hidden()
    expect(cell(page, 1, "pos")).to_be_focused()


def test_links_lead_outside_only_on_a_click(page: Page, portal_server: PortalServer, person: User) -> None:
    """The fixture of the browser fails this test when the page itself asks another machine for anything."""
    explore(page, portal_server, plain_job(person))
    link = cell(page, 0, "id").get_by_role("link")
    expect(link).to_have_attribute("href", "https://www.ncbi.nlm.nih.gov/snp/rs1")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    cell(page, 0, "pos").click()
    links = page.locator(f"{DRAWER} .gas-drawer-links a")
    expect(links.first).to_have_attribute("href", "https://www.ncbi.nlm.nih.gov/snp/rs1")
    for n in range(links.count()):
        expect(links.nth(n)).to_have_attribute("rel", "noopener noreferrer")
        expect(links.nth(n)).to_have_attribute("target", "_blank")


def test_text_of_the_file_is_text_in_the_drawer_C09(page: Page, portal_server: PortalServer, person: User) -> None:
    told = dict.fromkeys(("id", "gene", "consequence", "hgvs_c", "some_source", "clinvar_sig"), HOSTILE)
    row = variant(0, HOSTILE, 5, "A", "C", impact=HOSTILE, **told)
    explore(page, portal_server, write_job(finished_job(person.user_id, [row])))
    cell(page, 0, "pos").click()
    expect(page.locator(TITLE)).to_contain_text(HOSTILE)
    expect(page.locator(f"{DRAWER} dd").filter(has_text=HOSTILE)).not_to_have_count(0)
    assert page.locator(f"{DRAWER} img").count() == 0


def test_the_annotated_sample_shows_its_record_and_genome(
    page: Page, portal_server: PortalServer, person: User, tmp_path: Path
) -> None:
    """The genome browser's library is asked for when it is opened, and draws on our own reference. Where the VCF cannot
    be read it says so; neither then nor at a place that it does not know it asks another machine (the fixture)."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    explore(page, portal_server, real_job(person, tmp_path))
    cell(page, 0, "pos").click()
    expect(page.locator(TITLE)).to_contain_text("MT:60")
    expect(page.locator(".gas-drawer-record")).to_contain_text("\t60\t")
    assert not [url for url in asked if "/igv" in url or "/reference" in url]
    opens = page.get_by_role("button", name="Open the genome browser")
    said = page.locator("[data-browser=says]")
    objects = re.compile(re.escape(portal_server.environment["AWS_ENDPOINT_URL"]))
    page.route(objects, lambda route: route.fulfill(status=403, body="no"))
    opens.click()
    expect(said).to_have_text("The index of the VCF cannot be read now. The server did not answer. Try again.")
    page.unroute(objects)
    opens.click()
    page.locator("[data-browser=place] .igv-viewport").first.wait_for()
    expect(said).to_be_hidden()
    assert [url for url in asked if "/reference/index" in url]
    page.locator("[data-browser=place] .igv-search-input").fill("NOT_A_GENE")
    page.locator("[data-browser=place] .igv-search-input").press("Enter")
    expect(page.locator("[data-browser=place]").get_by_text("Unrecognized locus")).to_be_visible()
    page.locator(".igv-ui-alert-dialog-container:visible").get_by_text("OK", exact=True).click()
    sequence = page.locator("[data-browser=place] .igv-viewport").nth(2)
    sequence.click(button="right")
    expect(page.locator("[data-browser=place]").get_by_text("View visible sequence...")).to_be_visible()
    expect(page.locator("[data-browser=place]").get_by_text("BLAT")).to_have_count(0)
    page.get_by_role("button", name="Next variant").click()
    expect(page.locator(TITLE)).not_to_contain_text("MT:60 ")


def test_keys_alone_open_and_close_the_drawer(page: Page, portal_server: PortalServer, person: User) -> None:
    """Also of a reader who is in the table before its rows are."""
    held: list[Route] = []
    rows_of = re.compile("_dash-update-component")

    def hold(route: Route) -> None:
        is_of_rows = not held and "getRowsRequest" in (route.request.post_data or "")
        held.append(route) if is_of_rows else route.continue_()

    page.route(rows_of, hold)
    page.goto(f"{portal_server.url}/jobs/{plain_job(person).job_id}/explore")
    into_the_table(page)
    assert cell(page, 0, "pos").inner_text() == ""
    held[0].continue_()
    expect(cell(page, 0, "pos")).not_to_be_empty()
    expect(page.locator("#explore-grid .ag-row[row-index='0'] .ag-cell:focus")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#explore-grid .ag-row[row-index='1'] .ag-cell:focus")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(TITLE)).to_have_text("MT:200 A → G")
    expect(page.locator(TITLE)).to_be_focused()
    page.get_by_role("button", name="Close", exact=True).press("Enter")
    expect(page.locator(DRAWER)).to_be_hidden()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(TITLE)).to_have_text("MT:300 A → G")


def test_the_choice_of_columns_is_remembered_and_can_be_reset(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    explore(page, portal_server, plain_job(person))
    usual = order_of_columns(page)
    assert usual[:4] == ["chrom", "pos", "ref", "alt"]
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("button", name="Keep at the left: Quality").click()
    page.get_by_role("button", name="Move up: Gene").click()
    page.locator("[data-columns=panel]").get_by_label("Ref", exact=True).uncheck()
    chosen = ["qual", "chrom", "pos", "gene", "alt"]
    expect(page.locator("#explore-grid .ag-header-cell[col-id='ref']")).to_have_count(0)
    assert order_of_columns(page)[:5] == chosen
    page.reload()
    cell(page, 0, "pos").wait_for()
    expect(page.locator("#explore-grid .ag-header-cell[col-id='ref']")).to_have_count(0)
    assert order_of_columns(page)[:5] == chosen
    row = variant(0, "MT", 9, "A", "G", gene="G", some_source="x")  # another result: no quality, a column more
    del row["qual"]
    explore(page, portal_server, write_job(finished_job(person.user_id, [row])))
    assert order_of_columns(page)[:4] == chosen[1:]
    expect(page.locator("#explore-grid .ag-header-cell[col-id='ref']")).to_have_count(0)
    expect(page.locator("#explore-grid .ag-header-cell[col-id='some_source']")).to_have_count(1)
    page.locator("summary", has_text="Columns").click()
    page.locator("[data-columns=reset]").click()
    expect(page.locator("#explore-grid .ag-header-cell[col-id='ref']")).to_have_count(1)
    assert order_of_columns(page)[:4] == usual[:4]


def sort_by(page: Page, column: str, **how: Any) -> None:
    """Click the column's head; the address names the new order."""
    before = page.url
    page.locator(f"#explore-grid .ag-header-cell[col-id='{column}']").click(**how)
    page.wait_for_function("before => location.href !== before", arg=before)


def test_several_columns_sort_and_the_address_holds_their_order(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    rows = [variant(n, "MT", n + 1, "A", "G", qual=float(n // 2), gene="ABC"[n % 3]) for n in range(6)]
    explore(page, portal_server, write_job(finished_job(person.user_id, rows)))
    header = page.locator("#explore-grid .ag-header-cell")
    sort_by(page, "gene")
    expect(cell(page, 1, "pos")).to_have_text("4")
    sort_by(page, "qual", modifiers=["Shift"])
    sort_by(page, "qual", modifiers=["Shift"])
    expect(cell(page, 0, "pos")).to_have_text("4")  # gene A: rows 1 and 4, the better quality first
    expect(cell(page, 1, "pos")).to_have_text("1")
    page.reload()
    expect(cell(page, 0, "pos")).to_have_text("4")
    sorted_by = header.evaluate_all("all => all.map(e => [e.getAttribute('col-id'), e.getAttribute('aria-sort')])")
    assert {name: how for name, how in sorted_by if how not in (None, "none")} == {
        "gene": "ascending",
        "qual": "descending",
    }


def test_the_drawer_fills_a_phone(new_page, portal_server: PortalServer, person: User) -> None:  # type: ignore[no-untyped-def]
    phone = new_page(viewport={"width": 390, "height": 800})
    sign_in(phone, portal_server, person, "/account")
    explore(phone, portal_server, plain_job(person))
    cell(phone, 0, "pos").click()
    expect(phone.locator(TITLE)).to_have_text("MT:100 A → G")
    box = phone.locator(DRAWER).bounding_box()
    assert box and (box["x"], box["width"]) == (0, 390)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
