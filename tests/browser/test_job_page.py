"""The job page in a browser: it follows the work, paints its plots in the theme, and reaches every variant."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline import aws, ids, storage
from pipeline.accounts.store import User
from pipeline.annotation.annotate import annotate
from pipeline.jobs import delete, store
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.reference.bundle import load_bundle
from tests.browser.conftest import PortalServer, sign_in
from tests.builders import make_job, write_job
from tests.pipeline.results.finished import Row, finished_job, variant
from tests.shared_data import shared_data

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

HOSTILE = "<img src=x onerror=alert(1)>"
CONSEQUENCES = [("missense_variant", "MODERATE"), ("synonymous_variant", "LOW"), (None, None)]


@pytest.fixture
def page(browser_page: Page, portal_server: PortalServer, person: User) -> Page:
    """A signed-in browser, not on a job's page yet."""
    sign_in(browser_page, portal_server, person, "/account")
    return browser_page


def many_variants(count: int) -> list[Row]:
    """Rows whose quality runs the other way than their number."""
    rows = []
    for n in range(count):
        consequence, impact = CONSEQUENCES[n % 3]
        more = {"id": HOSTILE, "qual": float(count - n), "consequence": consequence, "impact": impact}
        rows.append(variant(n, "MT", n + 1, "A", "G", **more))
    return rows


def open_job(page: Page, server: PortalServer, job: Job) -> None:
    page.goto(f"{server.url}/jobs/{job.job_id}")


def colour_of_first_bar(page: Page) -> str:
    bar = page.locator(".gas-figure-consequences .barlayer .point path").first
    bar.wait_for()
    return str(bar.evaluate("element => element.style.fill"))


def test_the_page_follows_the_work_and_then_shows_the_result(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    done = finished_job(person.user_id, name="cohort.vcf")
    waiting = replace(done, job_status=JobStatus.PENDING, result_storage=StorageState.NONE, steps=[], attempt=0)
    write_job(waiting)
    open_job(page, portal_server, done)
    expect(page.get_by_role("heading", name="cohort.vcf")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuetext", "Waiting")
    steps = [{"key": "fetch", "title": "Fetching the file", "started_at": 1.0}]
    progress = {"step": "read", "percent": 61.0, "records": 1200, "records_per_s": 900.0}
    write_job(replace(waiting, job_status=JobStatus.RUNNING, steps=steps, progress=progress, attempt=1))
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "61")
    expect(page.get_by_text("61 % · 1,200 records, 900 a second")).to_be_visible()
    write_job(done)
    page.get_by_role("heading", name="Consequences").wait_for()
    page.locator(".gas-plot .main-svg").first.wait_for()
    expect(page.get_by_role("progressbar")).to_have_count(0)


def test_every_row_can_be_reached_and_one_column_sorts_them_all(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    job = write_job(finished_job(person.user_id, many_variants(2500)))
    open_job(page, portal_server, job)
    cells = page.locator("#variants-grid .ag-row[row-index='0'] [col-id='pos']")
    expect(cells).to_have_text("1")
    page.locator("#variants-grid .ag-row .ag-cell").first.click()
    page.keyboard.press("End")
    expect(page.locator("#variants-grid .ag-row[row-index='2499'] [col-id='pos']")).to_have_text("2,500")
    page.locator("#variants-grid .ag-header-cell[col-id='pos']").click()  # ascending
    page.locator("#variants-grid .ag-header-cell[col-id='pos']").click()  # descending
    page.keyboard.press("Home")
    expect(page.locator("#variants-grid .ag-row[row-index='0'] [col-id='pos']")).to_have_text("2,500")


def test_text_of_the_file_is_text_on_the_page_C09(page: Page, portal_server: PortalServer, person: User) -> None:
    rows = [variant(0, HOSTILE, 5, "A", "C", id=HOSTILE, gene=HOSTILE), variant(1, "2", 5, "A", "C")]
    job = write_job(finished_job(person.user_id, rows, name=f"{HOSTILE}.vcf", log=f"{HOSTILE}\n"))
    open_job(page, portal_server, job)
    expect(page.locator("#variants-grid .ag-row[row-index='0'] [col-id='id']")).to_have_text(HOSTILE)
    expect(page.locator(".gas-figure-genome .ytick text").first).to_have_text(f"{HOSTILE[:11]}…{HOSTILE[-10:]}")
    expect(page.locator(".gas-log")).to_contain_text(HOSTILE)
    expect(page.get_by_role("heading", name=HOSTILE)).to_be_visible()
    assert page.locator("#job-page img").count() == 0


def test_plots_change_colour_with_the_theme(page: Page, portal_server: PortalServer, person: User) -> None:
    job = write_job(finished_job(person.user_id, many_variants(30)))
    open_job(page, portal_server, job)
    label = page.locator(".gas-figure-consequences .ytick text").first
    label.wait_for()
    light = label.evaluate("element => element.style.fill")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(label).not_to_have_css("fill", light)
    assert colour_of_first_bar(page) == "rgb(230, 159, 0)"  # moderate impact has one colour in both themes


def test_no_label_of_a_plot_is_cut_on_a_phone(
    new_page: Callable[..., Page], portal_server: PortalServer, person: User
) -> None:
    rows = [variant(0, "MT", 5, "A", "C", consequence="non_coding_transcript_exon_variant", impact="MODIFIER")]
    rows += [variant(n, "MT", n, "A", "C", consequence="mature_miRNA_variant", impact="MODIFIER") for n in range(1, 90)]
    job = write_job(finished_job(person.user_id, rows))
    page = new_page(viewport={"width": 390, "height": 844})
    sign_in(page, portal_server, person, "/account")
    open_job(page, portal_server, job)
    for selector in (".gas-figure-consequences .ytick text", ".gas-figure-consequences .bartext"):
        page.locator(selector).first.wait_for()
        for text in page.locator(selector).all():
            box = text.bounding_box()
            assert box is not None
            card = page.locator(".gas-figure-consequences .gas-plot").bounding_box()
            assert card is not None
            assert card["x"] <= box["x"]
            assert box["x"] + box["width"] <= card["x"] + card["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("#variants-grid .ag-row[row-index='0'] [col-id='chrom']")).to_have_text("MT")


def test_a_job_can_be_cancelled_tried_again_and_deleted(page: Page, portal_server: PortalServer, person: User) -> None:
    job = make_job(person, name="slow.vcf")
    open_job(page, portal_server, job)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".gas-job-title .gas-state")).to_have_text("Cancelled")
    error = {"code": "engine_failed", "message": "The annotator stopped. Try again.", "line": None}
    write_job(replace(job, job_status=JobStatus.FAILED, error=error, complete_time=job.submit_time))
    page.reload()
    expect(page.get_by_role("alert").first).to_contain_text("The annotator stopped. Try again.")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".gas-job-title .gas-state")).to_have_text("Waiting")
    page.locator(".gas-job-actions").get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("slow.vcf")
    dialog.get_by_role("button", name="Delete").click()
    page.wait_for_url(f"{portal_server.url}/jobs")
    deleted = store.get(job.job_id)
    assert deleted is not None
    assert deleted.deleting


def test_a_job_deleted_in_another_window_is_said_to_be_gone(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    job = make_job(person, name="slow.vcf")
    open_job(page, portal_server, job)
    expect(page.get_by_role("heading", name="slow.vcf")).to_be_visible()
    delete.delete(job)
    expect(page.get_by_role("heading", name="There is no such job")).to_be_visible()


def real_job(person: User, folder: Path) -> Job:
    """A job with what the annotator makes of the sample of the original service."""
    source = shared_data("gas/test.vcf")
    out, work = folder / "out", folder / "work"
    out.mkdir(parents=True)
    work.mkdir()
    result = annotate(source, "test.vcf", load_bundle("rcrs"), out, work)
    job_id = ids.new_id()
    outputs = {}
    for role, path in result.files.items():
        stored = storage.upload(path, aws.bucket("results"), storage.result_key(person.user_id, job_id, 1, path.name))
        outputs[role] = {"key": stored.key, "size": stored.size, "sha256": stored.sha256, "name": path.name}
    blank = finished_job(person.user_id, name="test.vcf")
    return write_job(replace(blank, job_id=job_id, outputs=outputs, counts=result.counts, notes=result.notes))


def test_the_annotated_sample_is_explored_and_downloaded(
    page: Page, portal_server: PortalServer, person: User, tmp_path: Path
) -> None:
    open_job(page, portal_server, real_job(person, tmp_path))
    consequences = page.locator(".gas-figure-consequences")
    consequences.get_by_text("The numbers").click()
    for term, count in (("synonymous_variant", "87"), ("missense_variant", "48"), ("start_lost", "1")):
        expect(consequences.get_by_role("row").filter(has_text=term).get_by_role("cell").last).to_have_text(count)
    expect(page.get_by_text("359 alleles, one a row")).to_be_visible()
    expect(page.get_by_text("MITOMAP: A Human Mitochondrial Genome Database").first).to_be_visible()
    expect(page.locator("#variants-grid .ag-row[row-index='0'] [col-id='pos']")).to_have_text("60")
    with page.expect_download() as caught:
        page.get_by_role("link", name="Download VCF").click()
    assert caught.value.suggested_filename == "test.annot.vcf.gz"
    with gzip.open(caught.value.path(), "rt") as lines:
        assert sum(not line.startswith("#") for line in lines) == 350
