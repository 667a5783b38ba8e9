"""Exports from the explorer, in a browser, made by a real worker and read back."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.accounts.store import User
from pipeline.jobs.model import Job
from pipeline.workers.export import ExportHandler
from pipeline.workers.runner import Runner
from pipeline.workers.workspace import Workspace
from tests.browser.conftest import PortalServer, sign_in
from tests.builders import write_job
from tests.pipeline.results.finished import finished_job

pytestmark = [pytest.mark.browser, pytest.mark.emulator]


@pytest.fixture
def worker(portal_server: PortalServer) -> Iterator[None]:
    """An export worker of the portal's stack."""
    stopping = threading.Event()
    thread = threading.Thread(target=Runner(ExportHandler(Workspace("export"), "w"), stopping).run, daemon=True)
    thread.start()
    yield
    stopping.set()
    thread.join(10)


@pytest.fixture
def job(person: User) -> Job:
    """A finished job of the signed-in person."""
    return write_job(finished_job(person.user_id))


@pytest.fixture
def page(browser_page: Page, portal_server: PortalServer, person: User, job: Job) -> Page:
    """The explorer of the job, counted."""
    sign_in(browser_page, portal_server, person, "/account")
    browser_page.goto(f"{portal_server.url}/jobs/{job.job_id}/explore")
    expect(browser_page.locator("#explore-count")).to_have_text("10 variants")
    return browser_page


def test_the_filtered_rows_are_exported_downloaded_and_counted(page: Page, worker: None, tmp_path: Path) -> None:
    page.evaluate(
        """dash_clientside.set_props("explore-filter", {data: {kind: "group", parts: [
            {kind: "one_of", column: "impact", values: ["HIGH"]}]}})"""
    )
    expect(page.locator("#explore-count")).to_have_text("2 of 10 variants")
    page.get_by_role("button", name="Export", exact=True).click()
    dialog = page.get_by_role("dialog", name="Export")
    expect(dialog.locator("#export-what")).to_have_text("2 of 10 variants")
    dialog.get_by_role("button", name="Start the export").click()
    link = dialog.get_by_role("link", name="Download: a.2-variants.tsv.gz")
    expect(link).to_be_visible()
    expect(dialog.locator(".gas-export-filter")).to_have_text("Impact is high.")  # names alone may be the same
    with page.expect_download() as download:
        link.click()
    download.value.save_as(tmp_path / "x.tsv.gz")
    lines = gzip.decompress((tmp_path / "x.tsv.gz").read_bytes()).decode().splitlines()
    assert "## filter: Impact is HIGH." in " ".join(lines).replace("high", "HIGH")
    rows = [line for line in lines if not line.startswith("##")]
    assert len(rows) == 3 and all("HIGH" in row for row in rows[1:])
    dialog.get_by_role("button", name="Delete: a.2-variants.tsv.gz").click()
    expect(dialog.get_by_text("None yet.")).to_be_visible()


def test_columns_can_be_chosen_for_tables_only(page: Page) -> None:
    page.get_by_role("button", name="Export", exact=True).click()
    dialog = page.get_by_role("dialog", name="Export")
    expect(dialog.locator("#export-columns")).to_be_visible()
    dialog.get_by_text("Choose", exact=True).click()
    expect(dialog.locator("#export-chosen-box")).to_be_visible()
    dialog.get_by_text("Report (HTML, prints as PDF)").click()
    expect(dialog.locator("#export-columns")).to_be_hidden()


def test_an_export_that_waits_can_be_cancelled(page: Page) -> None:
    page.get_by_role("button", name="Export", exact=True).click()
    dialog = page.get_by_role("dialog", name="Export")
    dialog.get_by_role("button", name="Start the export").click()
    expect(dialog.get_by_text("Waiting to begin: 10 variants.")).to_be_visible()
    dialog.get_by_role("button", name="Cancel: a.10-variants.tsv.gz").click()
    expect(dialog.get_by_text("None yet.")).to_be_visible()


def test_another_page_tells_that_the_export_is_ready(
    page: Page, portal_server: PortalServer, job: Job, worker: None
) -> None:
    page.get_by_role("button", name="Export", exact=True).click()
    page.get_by_role("button", name="Start the export").click()
    expect(page.locator("#export-list li")).to_have_count(1)
    page.goto(f"{portal_server.url}/jobs/{job.job_id}")
    expect(page.get_by_role("link", name="a.10-variants.tsv.gz is ready: download")).to_be_visible(timeout=25_000)
