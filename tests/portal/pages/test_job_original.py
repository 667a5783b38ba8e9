"""The page of a job that one of the original systems made: it can be downloaded, and run again for the explorer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline import dynamo
from pipeline.accounts.store import User
from pipeline.jobs import adoption

Page = Callable[[str], str]
ORIGINAL: dict[str, Any] = {
    "job_id": "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0",
    "input_file_name": "free_1.vcf",
    "s3_inputs_bucket": "old-inputs",
    "s3_key_input_file": "cnetid/u1/x~free_1.vcf",
    "submit_time": "1528317000",
    "job_status": "COMPLETED",
    "complete_time": "1528317042",
    "s3_results_bucket": "old-results",
    "s3_key_result_file": "cnetid/u1/x~free_1.annot.vcf",
    "s3_key_log_file": "cnetid/u1/x~free_1.vcf.count.log",
}


@pytest.fixture
def original(user: User) -> Callable[..., str]:
    def write(**changes: Any) -> str:
        # A number, as the table's index wants it; the other time is text, as some of the systems wrote it.
        record = ORIGINAL | {"user_id": user.user_id, "submit_time": 1528317000} | changes
        dynamo.put_new("jobs", record, "job_id")
        return f"/jobs/{record['job_id']}"

    return write


def test_a_readable_result_can_be_downloaded_and_the_page_says_how_to_explore_it(
    page_of: Page, original: Callable[..., str]
) -> None:
    shown = page_of(original())
    assert "You can download it below" in shown and "run it again with today" in shown
    assert "/files/vcf" in shown and "/files/log" in shown
    assert "0 bytes" not in shown, "the size is not known before a worker looked"
    assert "job-variants" not in shown and "job-figures" not in shown
    assert shown.count('"Completed"') == 2, "the state, and the end among the steps"
    assert "Run again" in shown and "With the same versions" not in shown


def test_a_result_in_a_vault_has_no_link_C26(page_of: Page, original: Callable[..., str]) -> None:
    shown = page_of(original(results_file_archive_id="archive-id", restore_message="Please check back later."))
    assert "its files are in the archive" in shown
    assert "plots of counts" not in shown, "there are none of such a result"
    assert "/files/" not in shown
    assert "Please check back later" not in shown


def test_a_page_does_not_ask_the_object_store_where_the_result_is(
    page_of: Page, original: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(*_: object) -> None:
        raise AssertionError("a page looked into the object store")

    monkeypatch.setattr(adoption, "_head", ask)
    assert "free_1.vcf" in page_of(original())
    assert "free_1.vcf" in page_of("/jobs")
