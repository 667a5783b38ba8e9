"""Exports from the explorer, in a browser, made by a real worker and read back."""

from __future__ import annotations

import gzip
import re
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pysam
import pytest
from playwright.sync_api import Page, expect

from pipeline import aws, storage
from pipeline.accounts.store import User
from pipeline.exports.formats.catalogue import FORMATS
from pipeline.jobs.model import Job
from pipeline.workers.export import ExportHandler
from pipeline.workers.runner import Runner
from pipeline.workers.workspace import Workspace
from tests.browser.conftest import PortalServer, sign_in
from tests.builders import write_job
from tests.pipeline.results.finished import finished_job, variant

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
def job(person: User, tmp_path: Path) -> Job:
    """A finished job of the signed-in person, with an annotated VCF of a record for each row."""
    rows = [
        variant(n, "chr2", n + 1, "A", "G", impact="LOW" if n < 8 else "HIGH")
        | {"input_pos": n + 1, "input_ref": "A", "input_alt": "G"}
        for n in range(10)
    ]
    made = finished_job(person.user_id, rows)
    records = "".join(f"chr2\t{n + 1}\t.\tA\tG\t.\tPASS\t.\n" for n in range(10))
    head = "##fileformat=VCFv4.2\n##contig=<ID=chr2>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    path = tmp_path / "annotated.vcf.gz"
    path.write_bytes(gzip.compress((head + records).encode()))
    stored = storage.upload(path, aws.bucket("results"), storage.result_key(person.user_id, made.job_id, 1, "vcf"))
    vcf = {"key": stored.key, "size": stored.size, "sha256": stored.sha256, "name": "a.annot.vcf.gz"}
    return write_job(replace(made, outputs={**made.outputs, "vcf": vcf}))


@pytest.fixture
def page(browser_page: Page, portal_server: PortalServer, person: User, job: Job) -> Page:
    """The explorer of the job, counted."""
    sign_in(browser_page, portal_server, person, "/account")
    browser_page.goto(f"{portal_server.url}/jobs/{job.job_id}/explore")
    expect(browser_page.locator("#explore-count")).to_have_text("10 variants")
    return browser_page


def rows_in(path: Path, format: str) -> int:
    """The variants in an exported file, by a reader of its own."""
    if format == "xlsx":
        with zipfile.ZipFile(path) as book:
            return book.read("xl/worksheets/sheet1.xml").count(b"<row ") - 1
    if format == "parquet":
        return int(pq.read_table(path).num_rows)
    if format == "vcf":
        with pysam.VariantFile(str(path)) as records:
            return sum(1 for _ in records)
    if format == "report":
        return int(re.findall(r"<strong>(\d+)</strong> of 10 variants", path.read_text())[0])
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    rows = [line for line in lines if not line.startswith("##")]
    assert all("HIGH" in row for row in rows[-2:])
    return len(rows) - (format != "jsonl")  # beside the line of names


def test_the_filtered_rows_are_exported_in_each_format_downloaded_and_counted(
    page: Page, worker: None, tmp_path: Path
) -> None:
    page.evaluate(
        """dash_clientside.set_props("explore-filter", {data: {kind: "group", parts: [
            {kind: "one_of", column: "impact", values: ["HIGH"]}]}})"""
    )
    expect(page.locator("#explore-count")).to_have_text("2 of 10 variants")
    page.get_by_role("button", name="Export", exact=True).click()
    dialog = page.get_by_role("dialog", name="Export")
    expect(dialog.locator("#export-what")).to_have_text("2 of 10 variants")
    for format in FORMATS:
        dialog.get_by_text(format.title).click()
        dialog.get_by_role("button", name="Start the export").click()
        link = dialog.get_by_role("link", name=f"Download: a.2-variants{format.suffix}")
        expect(link).to_be_visible()
        expect(dialog.locator(".gas-export-filter").first).to_have_text("Impact is high.")  # names may be the same
        with page.expect_download() as download:
            link.click()
        file = tmp_path / f"export{format.suffix}"
        download.value.save_as(file)
        assert rows_in(file, format.id) == 2, format.id
        dialog.get_by_role("button", name=f"Delete: a.2-variants{format.suffix}").click()
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
