"""Several jobs side by side in a browser: a click on a set of the plot lists its variants, here and as a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.accounts.store import User
from tests.browser.conftest import PortalServer, sign_in
from tests.builders import write_job
from tests.pipeline.results.finished import finished_job, variant

pytestmark = [pytest.mark.browser, pytest.mark.emulator]


def test_a_click_on_a_set_lists_it_and_a_letter_leads_to_the_variant_in_its_job(
    browser_page: Page, portal_server: PortalServer, person: User, tmp_path: Path
) -> None:
    page = browser_page
    sign_in(page, portal_server, person, "/jobs")
    expect(page.get_by_role("link", name="Compare jobs")).to_be_hidden()  # there is nothing to compare
    page.goto(f"{portal_server.url}/jobs/compare")
    expect(page.locator("#shared-choice")).to_contain_text("so far there is none")
    jobs = [
        write_job(
            finished_job(person.user_id, [variant(n, "1", pos, "A", "C") for n, pos in enumerate(places)], name=name)
        )
        for name, places in (("one.vcf", (1, 2, 3)), ("two.vcf", (2, 3, 4, 5, 6)))
    ]
    page.goto(f"{portal_server.url}/jobs")
    page.get_by_role("link", name="Compare jobs").click()
    for name in ("one.vcf", "two.vcf"):
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("link", name="Compare", exact=True).click()
    rows = page.locator("#shared-grid .ag-center-cols-container [role=row]")
    expect(rows).to_have_count(6)
    first = page.locator(".gas-figure-upset .barlayer .point path").first
    first.wait_for()
    dots = page.locator(".gas-figure-upset .scatterlayer .point").first
    column, row = first.bounding_box(), dots.bounding_box()
    assert column and row
    page.mouse.click(column["x"] + column["width"] / 2, row["y"] + 4)  # among the dots, below the bar of the set
    newest = "B" if page.locator(".gas-letters li").first.inner_text().find("one.vcf") >= 0 else "A"
    expect(page.locator("#shared-who")).to_contain_text(f"{newest} only (3)")
    expect(rows).to_have_count(3)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download (TSV)").click()
    download.value.save_as(tmp_path / "x.tsv")
    listed = [line.split("\t")[1] for line in (tmp_path / "x.tsv").read_text().splitlines() if line[:1] != "#"]
    assert listed == ["position", "4", "5", "6"]
    rows.first.get_by_role("link").click()
    expect(page.locator("#explore-count")).to_have_text("1 of 5 variants")
    assert f"/jobs/{jobs[1].job_id}/explore" in page.url
