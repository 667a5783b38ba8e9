"""The first bytes of a file in a browser: what the row tells of it, and what its owner may choose (C39)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from pipeline.accounts.store import User
from pipeline.jobs.model import Job
from pipeline.jobs.submit import list_jobs
from pipeline.uploads import store
from tests.browser.conftest import UPLOAD_PART
from tests.browser.test_upload import Gate, choose, expect_state, names_of_jobs, row

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\tC\n"
DEMONSTRATION = "grch37-demo"


def vcf_of(folder: Path, name: str, reference: str, contig: str = "1", parts: int = 1) -> Path:
    """A VCF whose header names a reference, of about so many parts."""
    line = f"{contig}\t%d\t.\tA\tG\t.\t.\t.\tGT\t0/1\t0/1\t0/1\n"
    records = "".join(line % (1_000_000 + 100 * n) for n in range(parts * UPLOAD_PART // 40 - 50))
    path = folder / name
    path.write_text(f"##fileformat=VCFv4.2\n##reference={reference}\n{COLUMNS}{records}")
    return path


def button(page: Page, name: str, label: str) -> Locator:
    return row(page, name).get_by_role("button", name=label)


def job_of(user: User, name: str) -> Job:
    return next(job for job in list_jobs(user.user_id) if job.input_file_name == name)


def test_the_row_tells_the_build_while_the_file_goes_up_and_asks_nothing_C39(
    box: Page, person: User, tmp_path: Path
) -> None:
    gate = Gate(box, let_through=1)
    choose(box, vcf_of(tmp_path, "mine.vcf", "human_g1k_v37.fasta", parts=8))
    line = row(box, "mine.vcf").locator(".gas-upload-seen")
    expect(line).to_contain_text("VCF 4.2 · 3 samples · GRCh37 (hg19) · annotated with GRCh37")
    expect(line).to_contain_text("(automatic)")
    expect_state(box, "mine.vcf", "uploading")
    evidence = row(box, "mine.vcf").get_by_text("The header names human_g1k_v37, which is GRCh37 (hg19).")
    expect(evidence).to_be_hidden()
    row(box, "mine.vcf").get_by_text("How we know").click()
    expect(evidence).to_be_visible()
    gate.open()
    expect_state(box, "mine.vcf", "done")
    job = job_of(person, "mine.vcf")
    assert (job.bundle_id, job.engine, job.source_ids) == (None, "csq", None)


def test_who_opens_the_options_is_waited_for_and_the_choice_goes_into_the_job(
    box: Page, person: User, tmp_path: Path
) -> None:
    gate = Gate(box, let_through=1)
    choose(box, vcf_of(tmp_path, "mine.vcf", "rCRS", contig="MT", parts=4))
    options = button(box, "mine.vcf", "Options")
    options.click()
    expect(options).to_have_attribute("aria-expanded", "true")
    select = row(box, "mine.vcf").get_by_label("Reference")
    expect(select).to_be_focused()
    gate.open()
    expect_state(box, "mine.vcf", "choosing")
    expect(row(box, "mine.vcf")).to_contain_text("Uploaded. Annotate it when its options are right.")
    select.select_option("rcrs")
    row(box, "mine.vcf").get_by_text("Sources: all of 3").click()
    row(box, "mine.vcf").get_by_label("MITOMAP disease associations").uncheck()
    expect(row(box, "mine.vcf")).to_contain_text("Sources: 2 of 3")
    assert names_of_jobs(person) == []
    button(box, "mine.vcf", "Annotate").click()
    expect_state(box, "mine.vcf", "done")
    job = job_of(person, "mine.vcf")
    assert job.bundle_id == "rcrs"
    assert job.source_ids is not None
    assert "mitomap_disease" not in job.source_ids
    assert len(job.source_ids) == 2


def test_a_reference_of_another_build_is_refused_before_the_file_is_handed_over_C39(
    box: Page, person: User, tmp_path: Path
) -> None:
    box.get_by_label("Reference").select_option(DEMONSTRATION)
    choose(box, vcf_of(tmp_path, "mine.vcf", "GRCh38"))
    expect_state(box, "mine.vcf", "choosing")
    alert = row(box, "mine.vcf").locator(".gas-upload-alert")
    expect(alert).to_contain_text("This file is GRCh38 (hg38), you chose GRCh37 (hg19)")
    expect(button(box, "mine.vcf", "Annotate")).to_be_disabled()
    row(box, "mine.vcf").get_by_label("Reference").select_option("")
    expect(alert).to_contain_text("none of the installed references fits it")
    button(box, "mine.vcf", "Annotate").click()
    expect_state(box, "mine.vcf", "done")
    assert job_of(person, "mine.vcf").bundle_id is None


def test_a_chosen_reference_that_holds_none_of_the_records_is_warned_of(
    box: Page, person: User, tmp_path: Path
) -> None:
    box.get_by_role("switch", name="Ask me before annotating").click()
    choose(box, vcf_of(tmp_path, "mine.vcf", "human_g1k_v37.fasta"))
    expect_state(box, "mine.vcf", "choosing")
    alert = row(box, "mine.vcf").locator(".gas-upload-alert")
    expect(alert).to_be_hidden()
    select = row(box, "mine.vcf").get_by_label("Reference")
    select.select_option("rcrs")
    expect(alert).to_contain_text("This reference does not fit the file")
    expect(alert).to_contain_text("Automatic takes “GRCh37 demonstration")
    expect(select.locator("option:checked")).to_contain_text("does not fit")
    expect(row(box, "mine.vcf").locator(".gas-upload-seen")).not_to_contain_text("annotated with")
    expect(button(box, "mine.vcf", "Annotate")).to_be_enabled()
    select.select_option(DEMONSTRATION)
    expect(alert).to_be_hidden()


def test_a_file_that_nothing_fits_is_warned_of_and_goes_on(box: Page, person: User, tmp_path: Path) -> None:
    choose(box, vcf_of(tmp_path, "old.vcf", "human_b36_both.fasta"))
    expect(row(box, "old.vcf").locator(".gas-upload-alert")).to_contain_text("This file is NCBI36 (hg18), and none of")
    expect_state(box, "old.vcf", "done")
    assert names_of_jobs(person) == ["old.vcf"]


def test_what_is_no_vcf_is_told_at_once_and_leaves_nothing_behind(box: Page, person: User, tmp_path: Path) -> None:
    Gate(box, let_through=1)
    table = tmp_path / "table.vcf"
    table.write_text("gene,start,end\n" + "BRCA1,1,2\n" * (4 * UPLOAD_PART // 10))
    choose(box, table)
    expect_state(box, "table.vcf", "refused")
    expect(row(box, "table.vcf")).to_contain_text("it looks like a table with commas (CSV)")
    bare = tmp_path / "bare.vcf"
    bare.write_text("MT\t3243\t.\tA\tG\t.\t.\t.\n")
    choose(box, bare)
    status = row(box, "bare.vcf").locator(".gas-upload-status")
    expect(status.locator("code").first).to_have_text("##fileformat=VCFv4.2")
    expect(status).not_to_contain_text("`")
    for _ in range(50):
        if not store.of_user(person.user_id):
            break
        box.wait_for_timeout(100)
    assert store.of_user(person.user_id) == []


def test_a_choice_that_is_refused_at_the_end_is_told_over_the_options_to_choose_again(
    box: Page, person: User, tmp_path: Path
) -> None:
    """The engine was removed after the options were shown."""
    box.get_by_role("switch", name="Ask me before annotating").click()
    choose(box, vcf_of(tmp_path, "mine.vcf", "rCRS", contig="MT"))
    expect_state(box, "mine.vcf", "choosing")
    error = {"code": "engine_not_installed", "message": "The engine vep is gone. Choose the engine csq.", "line": None}
    box.route("**/api/jobs", lambda route: route.fulfill(status=422, json={"error": error}))
    button(box, "mine.vcf", "Annotate").click()
    expect(row(box, "mine.vcf")).to_contain_text("The engine vep is gone.")
    expect_state(box, "mine.vcf", "choosing")
    select = row(box, "mine.vcf").get_by_label("Reference")
    expect(select).to_be_visible()
    box.unroute("**/api/jobs")
    select.select_option("rcrs")
    expect(row(box, "mine.vcf")).not_to_contain_text("The engine vep is gone.")
    button(box, "mine.vcf", "Annotate").click()
    expect_state(box, "mine.vcf", "done")
    assert names_of_jobs(person) == ["mine.vcf"]


def test_a_service_that_cannot_look_stops_no_upload(box: Page, person: User, tmp_path: Path) -> None:
    box.route("**/api/uploads/inspect*", lambda route: route.fulfill(status=503, body="{}"))
    choose(box, vcf_of(tmp_path, "mine.vcf", "GRCh37"))
    expect_state(box, "mine.vcf", "done")
    expect(row(box, "mine.vcf").locator(".gas-upload-facts")).to_be_hidden()
    assert names_of_jobs(person) == ["mine.vcf"]


def test_who_asks_for_it_sees_the_options_of_every_file_also_after_a_reload(
    box: Page, person: User, tmp_path: Path
) -> None:
    box.get_by_role("switch", name="Ask me before annotating").click()
    box.reload()
    expect(box.get_by_role("switch", name="Ask me before annotating")).to_have_attribute("aria-checked", "true")
    box.get_by_role("button", name="Try the sample").click()
    expect_state(box, "sample.vcf", "choosing")
    expect(row(box, "sample.vcf").get_by_label("Reference")).to_be_visible()
    box.keyboard.press("Tab")
    button(box, "sample.vcf", "Annotate").focus()
    box.keyboard.press("Enter")
    expect_state(box, "sample.vcf", "done")
    assert names_of_jobs(person) == ["sample.vcf"]


def test_on_a_phone_the_options_fit_the_screen(box: Page, tmp_path: Path) -> None:
    box.set_viewport_size({"width": 390, "height": 800})
    box.get_by_role("switch", name="Ask me before annotating").click()
    choose(box, vcf_of(tmp_path, "mine.vcf", "rCRS", contig="MT"))
    expect_state(box, "mine.vcf", "choosing")
    row(box, "mine.vcf").get_by_text("Sources: all of").click()
    assert box.evaluate("document.getElementById('upload-box').scrollWidth <= 390")
    assert box.evaluate("document.documentElement.scrollWidth <= 390")
