"""Running a job again and seeing what changed, in a browser (C45, C02, C09)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from pipeline import aws
from pipeline.accounts.store import User
from pipeline.jobs import submit
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from tests.browser.conftest import PortalServer, sign_in
from tests.builders import TINY_VCF, write_job
from tests.pipeline.results.finished import finished_job, variant

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def page(browser_page: Page, portal_server: PortalServer, person: User) -> Page:
    """A signed-in browser, not on a job's page yet."""
    sign_in(browser_page, portal_server, person, "/account")
    return browser_page


def finished(person: User, genes: list[str | None], **more: Any) -> Job:
    """A finished job whose file is still there."""
    place: dict[str, Any] = {"input_ref": "A", "input_alt": "G"}
    rows = [
        variant(n, "MT", n + 1, "A", "G", input_pos=n + 1, gene=gene, consequence="missense_variant", **place)
        for n, gene in enumerate(genes)
    ]
    job = finished_job(person.user_id, rows)
    aws.client("s3").put_object(Bucket=job.s3_inputs_bucket, Key=job.s3_key_input_file, Body=TINY_VCF)
    return write_job(replace(job, engine="csq", input_size=len(TINY_VCF), **more))


def test_run_again_leads_to_the_new_job_which_names_the_first_C45_C02(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    job = finished(person, ["A"])
    page.goto(f"{portal_server.url}/jobs/{job.job_id}")
    page.get_by_text("Run again", exact=True).click()
    page.get_by_role("button", name="With today's versions").dblclick()
    expect(page.get_by_text("This is a rerun of")).to_be_visible(timeout=15_000)
    assert job.job_id not in page.url
    assert len(submit.list_jobs(person.user_id)) == 2


def test_a_job_of_the_wrong_reference_goes_on_with_the_automatic_choice_C39(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    error = {"code": "wrong_build", "message": "This file is GRCh37, you chose GRCh38.", "retryable": False}
    job = finished(person, ["A"], job_status=JobStatus.FAILED, error=error, result_storage=StorageState.NONE)
    page.goto(f"{portal_server.url}/jobs/{job.job_id}")
    expect(page.get_by_role("button", name="Run again")).to_have_count(0)
    page.get_by_role("button", name="Annotate with the automatic choice").dblclick()
    expect(page.get_by_text("This is a rerun of")).to_be_visible(timeout=15_000)
    [again] = [other for other in submit.list_jobs(person.user_id) if other.job_id != job.job_id]
    assert (job.bundle_id, again.bundle_id, again.rerun_of) == ("rcrs", None, job.job_id)


def test_versions_that_are_gone_are_said_and_nothing_is_made_C45(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    job = finished(person, ["A"])  # its manifest names an engine version that is not this one
    page.goto(f"{portal_server.url}/jobs/{job.job_id}")
    page.get_by_text("Run again", exact=True).click()
    page.get_by_role("button", name="With the same versions").click()
    said = page.locator("#gas-said")
    expect(said).to_contain_text("Run it with today's versions", timeout=15_000)
    assert len(submit.list_jobs(person.user_id)) == 1
    with page.expect_response(
        re.compile("_dash-update-component")
    ):  # an answer that succeeds takes the words away from nobody
        page.evaluate("dash_clientside.set_props('job-refresh', {data: 1})")
    page.wait_for_timeout(100)
    expect(said).to_contain_text("Run it with today's versions")
    said.get_by_role("button", name="Close this message").click()
    expect(said).to_be_empty()


def test_what_changed_is_listed_filtered_and_downloaded_C45_C09(
    page: Page, portal_server: PortalServer, person: User
) -> None:
    old = finished(person, [None, "B", *["X"] * 300])
    new = finished(person, [HOSTILE, "C", *["Y"] * 300], rerun_of=old.job_id)
    page.goto(f"{portal_server.url}/jobs/{new.job_id}")
    page.get_by_role("link", name="What changed").click()
    expect(page.locator("#compare-counts")).to_contain_text("302 alleles of 302 changed")
    first = page.locator("#changes-grid .ag-row[row-index='0']")
    expect(first.locator("[col-id='after']")).to_have_text(HOSTILE)
    assert page.locator("#compare-page img").count() == 0
    page.locator("#changes-grid .ag-row .ag-cell").first.click()
    page.keyboard.press("End")
    expect(page.locator("#changes-grid .ag-row[row-index='301'] [col-id='after']")).to_have_text("Y")
    page.get_by_role("radio", name="Gene (302)").check()
    expect(page.get_by_role("link", name="Download as text")).to_have_attribute("href", re.compile("column=gene$"))
    expect(first.locator("[col-id='before']")).to_have_text("")


def test_nothing_changed_is_said(page: Page, portal_server: PortalServer, person: User) -> None:
    old, new = finished(person, ["A"]), finished(person, ["A"])
    page.goto(f"{portal_server.url}/jobs/{old.job_id}/compare")
    page.locator("#compare-choice li a").click()
    expect(page.get_by_role("heading", name="Nothing changed")).to_be_visible()
    assert {old.job_id, new.job_id} == set(page.url.rsplit("/jobs/", 1)[1].split("/compare/"))


def test_provenance_can_be_copied_C45(page: Page, portal_server: PortalServer, person: User) -> None:
    job = finished(person, ["A"])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{portal_server.url}/jobs/{job.job_id}")
    page.get_by_text("As text, to copy").click()
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert "engine.version: 1.24" in page.evaluate("() => navigator.clipboard.readText()")
