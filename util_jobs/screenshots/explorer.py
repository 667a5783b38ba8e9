"""Through a result: plots, filters, one variant, a gene, an export, its report, and the comparison of two jobs."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from util_jobs.screenshots.walk import Save, sign_in
from util_jobs.seed import SAMPLE

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page

DONE_WITHIN_MS = 60_000
GENE = "MT-CYB"
ROWS = "#explore-grid .ag-row[row-index='0'] .ag-cell[col-id='pos']"


def take_explorer(page: Page, web_url: str, save: Save) -> None:
    """The explorer of the sample, and the pages that it leads to."""
    page.goto(f"{web_url}/login")
    sign_in(page)
    page.get_by_role("link", name="sample.vcf").first.click()
    page.get_by_role("link", name="Explore").click()
    page.locator("[data-plot=consequences] .main-svg").first.wait_for()
    save(page, "explore")
    explorer = page.url
    page.get_by_role("button", name="Add a filter").click()
    page.get_by_role("searchbox", name="Search columns").fill("impact")
    page.get_by_role("searchbox", name="Search columns").press("Enter")
    save(page, "explore-builder")
    page.get_by_role("button", name="Cancel").click()
    _take_variant(page, save)
    page.goto(explorer.replace("/explore", f"/genes/{GENE}"))
    page.locator("[data-plot=lollipop] .main-svg, .gas-figure-lollipop .main-svg").first.wait_for()
    save(page, "gene")
    _take_report(page, explorer, save)
    _take_comparison(page, web_url, save)


def _take_variant(page: Page, save: Save) -> None:
    """The first variant of high or moderate impact, in the table and beside it."""
    page.locator("[data-values-of=consequences] summary").click()
    page.locator("[data-values-of=consequences] button").filter(has_text="missense variant").first.press("Enter")
    page.locator("[data-values-of=consequences] summary").click()
    page.locator(ROWS).scroll_into_view_if_needed()
    page.locator(ROWS).click()
    page.get_by_role("button", name="Open the genome browser").click()
    page.locator(".igv-track-label, .igv-viewport").first.wait_for()
    save(page, "explore-variant")
    page.keyboard.press("Escape")


def _take_report(page: Page, explorer: str, save: Save) -> None:
    page.goto(explorer)
    page.locator(ROWS).wait_for(state="attached")
    page.get_by_role("button", name="Export", exact=True).click()
    dialog = page.get_by_role("dialog", name="Export")
    dialog.get_by_text("Report (HTML, prints as PDF)").click()
    save(page, "export")
    dialog.get_by_role("button", name="Start the export").click()
    link = dialog.get_by_role("link", name="Download")
    link.wait_for(timeout=DONE_WITHIN_MS)
    with page.expect_download() as coming, TemporaryDirectory() as folder:
        link.click()
        file = Path(folder) / "report.html"
        coming.value.save_as(file)
        page.goto(file.as_uri())
        save(page, "report")


def _take_comparison(page: Page, web_url: str, save: Save) -> None:
    """The sample and a file that shares two of three of its records and has two of its own."""
    lines = SAMPLE.read_text().splitlines(keepends=True)
    head = [line for line in lines if line.startswith("#")]
    shared = [line for number, line in enumerate(lines[len(head) :]) if number % 3]
    columns = "\t".join([".", "PASS", "."])
    own = [f"MT\t16{place}\t.\t{ref}\t{alt}\t{columns}" for place, ref, alt in (("189", "T", "C"), ("223", "C", "T"))]
    without_samples = ["\t".join(line.rstrip("\n").split("\t")[:8]) + "\n" for line in [head[-1], *shared]]
    text = "".join([*head[:-1], *without_samples, *(line + "\n" for line in own)])
    page.goto(f"{web_url}/jobs")
    page.locator("#jobs-grid .ag-row").first.wait_for()
    file: FilePayload = {"name": "sister.vcf", "mimeType": "text/plain", "buffer": text.encode()}
    page.locator("input[type=file]").first.set_input_files(file)
    page.locator("#jobs-grid .ag-row").filter(has_text="sister.vcf").get_by_text("Explore").wait_for(
        timeout=DONE_WITHIN_MS
    )
    page.goto(f"{web_url}/jobs/compare")
    for name in ("sample.vcf", "sister.vcf"):
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("link", name="Compare", exact=True).click()
    page.locator(".gas-figure-upset .barlayer .point path").first.wait_for()
    save(page, "compare")
