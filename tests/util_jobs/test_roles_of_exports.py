"""The roles of exports: the worker's allows exactly what it asks of AWS, the portal's and the sweep's what they ask."""

from __future__ import annotations

import pytest

from pipeline import aws, storage
from pipeline.accounts.store import User
from pipeline.exports import removal, store
from pipeline.exports.ask import ask
from pipeline.exports.model import Export, ExportState
from pipeline.jobs.model import Job
from pipeline.notes import store as notes
from pipeline.settings import MEBIBYTE, Settings
from pipeline.workers import sweep
from tests.builders import make_user, write_job
from tests.iam import recorded_needs, refused, unused
from tests.pipeline.exports.asked import asked, fresh, overdue, write
from tests.pipeline.results.finished import finished_job
from tests.pipeline.workers.fake_work import run_one
from tests.pipeline.workers.test_annotate import visible_again
from tests.pipeline.workers.test_export import runner


@pytest.fixture
def user(moto_aws: Settings) -> User:
    """Whose exports they are."""
    return make_user()


@pytest.fixture
def job(user: User) -> Job:
    """A finished job with a note."""
    job = write_job(finished_job(user.user_id))
    notes.write(job, "chr2:10:A:G", [0], "artefact", "Strand bias.", user.user_id, None)
    return job


def test_the_export_worker_may_do_its_work_and_nothing_else(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    tagged = {"kind": "group", "parts": [{"kind": "tagged", "tags": ["artefact"]}]}
    export = asked(job, "tsv", filter=tagged)
    nonsense = {"QueueUrl": aws.queue_url(aws.queue_name("export")), "MessageBody": "no message of ours"}
    aws.client("sqs").send_message(**nonsense)
    with recorded_needs() as needs:
        with monkeypatch.context() as patched:
            patched.setattr(storage, "PART_BYTES", 100)  # S3 refuses parts so small: the upload is given up
            assert run_one(runner())
        left = fresh(export)
        assert (left.state, left.failures) == (ExportState.PENDING, 1)
        stray = storage.export_key(export.user_id, export.export_id, 1, "file")
        aws.client("s3").put_object(Bucket=aws.bucket("results"), Key=stray, Body=b"x")
        visible_again("export")
        assert run_one(runner())
        assert run_one(runner())
    done = fresh(export)
    assert (done.state, done.rows, done.attempt) == (ExportState.READY, 1, 2)
    assert list(storage.keys_under(aws.bucket("results"), storage.export_prefix(export.user_id, export.export_id))) == [
        done.files["file"]["key"]
    ]
    assert refused("export", needs) == set()
    assert unused("export", needs) == set()


def test_the_export_worker_may_store_a_large_file_in_parts(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    export = asked(job)
    monkeypatch.setattr(storage, "PART_BYTES", 5 * MEBIBYTE)
    upload = storage.upload

    def larger(path, *arguments, **named):  # type: ignore[no-untyped-def]
        with path.open("ab") as file:
            file.write(b"\0" * (6 * MEBIBYTE))
        return upload(path, *arguments, **named)

    monkeypatch.setattr(storage, "upload", larger)
    with recorded_needs() as needs:
        assert run_one(runner())
    assert fresh(export).files["file"]["size"] > 6 * MEBIBYTE
    assert refused("export", needs) == set()


def test_the_portal_may_ask_for_exports_cancel_and_remove_them(job: Job, user: User) -> None:
    with recorded_needs() as needs:
        first = ask(job, "tsv", None, None)
        second = ask(job, "csv", None, ["chrom"])
        assert {one.export_id for one in store.of_user(user.user_id)} == {first.export_id, second.export_id}
        store.cancel(first)
        removal.remove(store.get_owned(user.user_id, second.export_id))
    assert "sns:Publish" in {action for action, _ in needs}
    assert refused("web", needs) == set()


def test_the_portal_may_sign_the_download_that_it_redirects_to(job: Job) -> None:
    done = made(job)
    key = done.files["file"]["key"]
    arn = f"arn:aws:s3:::{aws.bucket('results')}/{key}"
    assert refused("web", {("s3:GetObject", arn)}) == set()


def test_the_sweep_may_tell_again_release_and_remove_exports(job: Job) -> None:
    done, waiting, dead = made(job), asked(job, "csv"), asked(job, "jsonl")
    store.claim(dead, "dead")
    for export in (done, waiting, fresh(dead)):
        write(fresh(export), sweep_at=overdue(), lease_expires_at=overdue() if export.state == "RUNNING" else None)
    with recorded_needs() as needs:
        found = sweep.sweep_exports()
    assert found == {"removed_export": 1, "announced_export": 2}
    assert refused("sweep", needs) == set()


def made(job: Job) -> Export:
    """A ready export."""
    export = asked(job)
    assert run_one(runner())
    return fresh(export)
