"""The log's view and the manifest of a result."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline import aws
from pipeline.errors import ConflictError, LimitError, NotFoundError, RetryableError
from pipeline.jobs.states import StorageState
from pipeline.results import documents
from tests.conftest import forget_settings
from tests.pipeline.results.conftest import JobMaker


def test_a_short_log_is_shown_whole(make_job: JobMaker) -> None:
    view = documents.log_view(make_job(log="one\nzwei ä\n"))
    assert view.text == "one\nzwei ä\n"
    assert not view.is_cut


def test_a_long_log_ends_at_a_line_and_says_so_C44(make_job: JobMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_MAX_LOG_VIEW_BYTES", "12")
    forget_settings()
    view = documents.log_view(make_job(log="line 1\nline 2\nline 3\n"))
    assert (view.text, view.shown, view.size, view.is_cut) == ("line 1\n", 7, 21, True)


def test_an_empty_log_is_an_empty_text(make_job: JobMaker) -> None:
    assert documents.log_view(make_job(log="")).text == ""


def test_the_manifest_is_read(make_job: JobMaker) -> None:
    assert documents.document(make_job(manifest={"engine": "csq"}), "manifest") == {"engine": "csq"}


def test_what_cannot_be_read_is_an_error_with_a_sentence(make_job: JobMaker) -> None:
    job = make_job(manifest={"a": 1})
    aws.client("s3").put_object(Bucket=aws.bucket("results"), Key=job.outputs["manifest"]["key"], Body=b"{")
    with pytest.raises(RetryableError, match="Try again"):
        documents.document(job, "manifest")
    aws.client("s3").delete_object(Bucket=aws.bucket("results"), Key=job.outputs["manifest"]["key"])
    with pytest.raises(RetryableError, match="Try again"):
        documents.document(job, "manifest")
    job.outputs["manifest"]["size"] = documents.MAX_DOCUMENT_BYTES + 1
    with pytest.raises(LimitError, match="Download"):
        documents.document(job, "manifest")


def test_there_is_no_log_without_a_result_C26(make_job: JobMaker) -> None:
    job = make_job()
    with pytest.raises(NotFoundError):
        documents.document(job, "summary")
    object.__setattr__(job, "result_storage", StorageState.NONE)
    with pytest.raises(ConflictError):
        documents.log_view(job)


@pytest.mark.parametrize("state", [StorageState.ARCHIVING, StorageState.ARCHIVED, StorageState.RESTORING])
def test_the_documents_stay_readable_while_the_files_are_in_the_archive_C26(
    make_job: JobMaker, state: StorageState
) -> None:
    job = replace(make_job(log="one\n", manifest={"a": 1}), result_storage=state)
    assert documents.log_view(job).text == "one\n"
    assert documents.document(job, "manifest") == {"a": 1}
