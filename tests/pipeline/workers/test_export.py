"""The export worker: claim, make, store, complete, acknowledge — and every way it can go wrong."""

from __future__ import annotations

import gzip
import threading
from dataclasses import replace
from typing import Any

import pytest

from pipeline import aws, messages, storage
from pipeline.accounts.delete import delete_account
from pipeline.accounts.removal import remove_account
from pipeline.accounts.store import get_user
from pipeline.errors import InputError, LeaseLostError, RetryableError
from pipeline.exports import removal, store
from pipeline.exports.model import Export, ExportState
from pipeline.jobs import delete
from pipeline.jobs.states import StorageState
from pipeline.messages import Message
from pipeline.settings import Settings
from pipeline.workers import export as export_worker
from pipeline.workers import sweep
from pipeline.workers.export import ExportHandler
from pipeline.workers.runner import Runner
from pipeline.workers.workspace import Workspace
from tests.builders import write_job
from tests.conftest import forget_settings
from tests.pipeline.exports.asked import asked, fresh, overdue, stored_job, write
from tests.pipeline.workers.fake_work import run_one
from tests.pipeline.workers.test_annotate import temporary_files, visible_again
from tests.queues import count, dead_letters


def runner(stopping: threading.Event | None = None) -> Runner:
    return Runner(ExportHandler(Workspace("export"), "w"), stopping or threading.Event())


def objects(export: Export) -> list[str]:
    prefix = storage.export_prefix(export.user_id, export.export_id)
    return list(storage.keys_under(aws.bucket("results"), prefix))


def send(export: Export) -> None:
    ids = {"job_id": export.job_id, "user_id": export.user_id, "export_id": export.export_id}
    messages.publish("exports", Message(type="export-requested", **ids))


class Killed(BaseException):
    """Not an Exception: nothing in the worker may catch it, as nothing catches kill -9."""


def test_an_export_ends_ready_with_a_confirmed_file_that_expires(moto_aws: Settings) -> None:
    export = asked(stored_job())
    assert run_one(runner())
    done = fresh(export)
    assert (done.state, done.rows, done.percent, done.attempt) == (ExportState.READY, 10, 100, 1)
    assert objects(export) == [done.files["file"]["key"]]
    body = aws.client("s3").get_object(Bucket=aws.bucket("results"), Key=objects(export)[0])["Body"].read()
    assert len(body) == done.files["file"]["size"] and b"chr10\t5\tAT\tA" in gzip.decompress(body)
    assert done.expires_at == done.sweep_at == (done.ended_at or 0) + moto_aws.export_ttl_s
    assert count("export") == (0, 0) and temporary_files(moto_aws) == []


def test_a_duplicate_message_changes_nothing_C14(moto_aws: Settings) -> None:
    export = asked(stored_job())
    send(export)
    worker = runner()
    assert run_one(worker)
    before = fresh(export)
    assert run_one(worker)
    assert fresh(export) == before and count("export") == (0, 0)


def test_a_duplicate_while_another_worker_is_busy_does_no_work_C14(moto_aws: Settings) -> None:
    export = asked(stored_job())
    busy = store.claim(export, "other")
    assert run_one(runner())
    assert fresh(export) == busy and objects(export) == []


@pytest.mark.parametrize(
    "place", ["matching", "store.write_progress", "storage.upload", "storage.upload after", "store.complete"]
)
def test_a_worker_killed_anywhere_leaves_an_export_that_another_completes_C12(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    export = asked(stored_job())

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    def die_after(*arguments: Any, **named: Any) -> None:
        storage_upload(*arguments, **named)
        raise Killed

    storage_upload = storage.upload
    with monkeypatch.context() as patch:
        target = {"matching": (export_worker, "make"), "storage.upload after": (storage, "upload")}.get(place)
        owner, name = target or ({"store": store, "storage": storage}[place.split(".")[0]], place.split(".")[1])
        patch.setattr(owner, name, die_after if place.endswith("after") else die)
        with pytest.raises(Killed):
            run_one(runner())
    left = fresh(export)
    assert left.state == ExportState.RUNNING
    write(left, lease_expires_at=overdue())
    visible_again("export")
    assert run_one(runner())
    done = fresh(export)
    assert (done.state, done.attempt) == (ExportState.READY, 2)
    assert objects(export) == [done.files["file"]["key"]]


def test_a_worker_killed_after_completing_leaves_a_ready_export(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = asked(stored_job())

    def die(_: Export) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(export_worker, "_remove_other_attempts", die)
        with pytest.raises(Killed):
            run_one(runner())
    visible_again("export")
    before = fresh(export)
    assert run_one(runner())
    assert fresh(export) == before and before.state == ExportState.READY and len(objects(export)) == 1


def test_a_cancelled_export_is_left_alone_and_its_worker_leaves_nothing(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAS_CANCEL_CHECK_S", "0.02")
    forget_settings()
    export = asked(stored_job())
    seen = threading.Event()

    def slow(job: Any, wish: Any, folder: Any, on_rows: Any, cancelled: Any) -> Any:
        store.cancel(fresh(export))
        for _ in range(200):
            if cancelled():
                seen.set()
                break
            threading.Event().wait(0.02)
        return real(job, wish, folder, on_rows, cancelled)

    real = export_worker.make
    monkeypatch.setattr(export_worker, "make", slow)
    assert run_one(runner())
    assert seen.is_set() and fresh(export).state == ExportState.CANCELLED
    assert objects(export) == [] and count("export") == (0, 0) and temporary_files(moto_aws) == []


def test_an_export_cancelled_before_its_turn_is_never_made(moto_aws: Settings) -> None:
    export = asked(stored_job())
    store.cancel(export)
    assert run_one(runner())
    assert fresh(export).state == ExportState.CANCELLED and objects(export) == []


def test_a_deleted_export_comes_not_back(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    export = asked(stored_job())
    real = storage.upload

    def deleted_meanwhile(*arguments: Any, **named: Any) -> Any:
        stored = real(*arguments, **named)
        removal.remove(fresh(export))
        return stored

    monkeypatch.setattr(storage, "upload", deleted_meanwhile)
    assert run_one(runner())
    left = fresh(export)
    assert left.state == ExportState.CANCELLED and objects(export) == []
    write(left, sweep_at=overdue())  # by then no worker can be storing a file for it
    assert sweep.sweep_exports() == {"removed_export": 1} and store.of_user(export.user_id) == []


def test_what_cannot_be_made_is_failed_with_a_sentence_C17(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    export = asked(stored_job())

    def refuse(*_: Any) -> None:
        raise InputError("The result has no column 'x'.", code="bad_columns")

    monkeypatch.setattr(export_worker, "make", refuse)
    run_one(runner())
    failed = fresh(export)
    assert failed.state == ExportState.FAILED and failed.error and failed.error["code"] == "bad_columns"
    assert count("export") == (0, 0) and dead_letters("export") == []


def test_what_may_succeed_later_is_tried_again_and_buried_in_the_end(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = asked(stored_job())

    def down(*_: Any) -> None:
        raise RetryableError("The store is away.")

    monkeypatch.setattr(export_worker, "make", down)
    for failures in range(1, moto_aws.max_work_failures):
        run_one(runner())
        assert (fresh(export).state, fresh(export).failures) == (ExportState.PENDING, failures)
        visible_again("export")
    run_one(runner())
    assert fresh(export).state == ExportState.FAILED and len(dead_letters("export")) == 1


def test_a_stopping_worker_hands_its_export_back(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    export = asked(stored_job())
    stopping = threading.Event()
    real = export_worker.make

    def stop(*arguments: Any) -> Any:
        stopping.set()
        return real(*arguments)

    monkeypatch.setattr(export_worker, "make", stop)
    run_one(runner(stopping))
    assert (fresh(export).state, fresh(export).failures) == (ExportState.PENDING, 0)


def test_a_late_worker_cannot_complete_what_another_one_has_C13(moto_aws: Settings) -> None:
    export = asked(stored_job())
    late = store.claim(export, "late")
    write(late, lease_expires_at=overdue())
    store.claim(store.release_expired(fresh(export)), "other")
    with pytest.raises(LeaseLostError):
        store.complete(late, {}, 1, [])
    assert fresh(export).lease_owner == "other"


def test_the_sweep_tells_again_releases_and_removes(moto_aws: Settings) -> None:
    job = stored_job()
    waiting = write(asked(job), sweep_at=overdue())
    lost = store.claim(asked(job, "csv"), "dead")
    write(lost, lease_expires_at=overdue(), sweep_at=overdue())
    assert sweep.sweep_exports() == {"announced_export": 2}
    assert fresh(lost).state == ExportState.PENDING and fresh(waiting).announcements == 2
    worker = runner()
    while run_one(worker):
        pass
    done = fresh(waiting)
    assert done.state == ExportState.READY and sweep.sweep_exports() == {}
    write(done, sweep_at=overdue())
    assert sweep.sweep_exports() == {"removed_export": 1}
    assert store.get(done.user_id, done.export_id) is None and objects(done) == []


def test_an_export_whose_workers_die_again_and_again_is_failed(moto_aws: Settings) -> None:
    export = store.claim(asked(stored_job()), "dead")
    write(export, lost_leases=moto_aws.max_lost_leases - 1, lease_expires_at=overdue(), sweep_at=overdue())
    assert sweep.sweep_exports() == {"failed_export": 1}
    assert fresh(export).state == ExportState.FAILED


def test_deleting_a_job_removes_its_exports_and_no_others_C34(moto_aws: Settings) -> None:
    job, other = stored_job(), stored_job("bob@example.org")
    exports = [asked(job), asked(other)]
    worker = runner()
    while run_one(worker):
        pass
    delete.delete(job)
    assert store.of_user(job.user_id) == [] and objects(exports[0]) == []
    assert len(store.of_user(other.user_id)) == 1 and len(objects(exports[1])) == 1


def test_deleting_an_account_removes_its_exports_C34(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_LEASE_S", "0")
    forget_settings()
    job = stored_job()
    export = asked(job)
    run_one(runner())
    user = get_user(job.user_id)
    assert user is not None
    delete_account(user)
    remove_account(user.user_id)
    remove_account(user.user_id)
    assert store.of_user(user.user_id) == [] and objects(export) == []


def test_a_message_for_an_export_of_another_job_is_passed_over(moto_aws: Settings) -> None:
    export = asked(stored_job())
    ids = {"job_id": "a" * 32, "user_id": export.user_id, "export_id": export.export_id}
    messages.publish("exports", Message(type="export-requested", **ids))
    worker = runner()
    while run_one(worker):
        pass
    assert fresh(export).state == ExportState.READY and count("export") == (0, 0)


def test_an_export_of_a_deleted_job_is_failed_not_made(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    export = asked(stored_job())
    monkeypatch.setattr(export_worker.jobs, "get", lambda _: None)
    run_one(runner())
    assert fresh(export).state == ExportState.FAILED and objects(export) == []


def test_an_export_of_a_result_that_went_to_the_archive_says_what_to_do(moto_aws: Settings) -> None:
    job = stored_job()
    export = asked(job)
    write_job(replace(job, result_storage=StorageState.ARCHIVED))
    assert run_one(runner())
    done = fresh(export)
    assert done.state == ExportState.FAILED and done.error is not None and done.error["code"] == "no_result"
    assert "went to the archive" in done.error["message"] and "Export it again when it is back" in done.error["message"]
    assert objects(export) == [] and count("export") == (0, 0)
