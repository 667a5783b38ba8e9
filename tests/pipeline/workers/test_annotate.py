"""The annotate worker: claim, work, confirm, complete, acknowledge — and every way it can go wrong."""

from __future__ import annotations

import errno
import threading
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from pipeline import aws, clock, messages, storage
from pipeline.errors import CancelledError, InputError, RetryableError
from pipeline.jobs import delete, store
from pipeline.jobs.announce import announce_pending
from pipeline.jobs.model import Job
from pipeline.jobs.result_files import RESULT_FILES
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.settings import Settings
from pipeline.workers import heartbeat
from tests.builders import TINY_VCF, make_job, make_user, write_job
from tests.pipeline.workers.fake_work import COUNTS, install, make_runner, run_one
from tests.queues import count, dead_letters


def fresh(job: Job) -> Job:
    found = store.get(job.job_id)
    assert found is not None
    return found


def stored(job: Job) -> list[str]:
    """Keys of the result's files; the job's card is none."""
    keys = storage.keys_under(aws.bucket("results"), storage.results_prefix(job.user_id, job.job_id))
    return [key for key in keys if not key.endswith("/job.json")]


def temporary_files(settings: Settings) -> list[str]:
    root = settings.resolved_work_dir()
    return [str(p.relative_to(root)) for p in root.rglob("*") if p.is_file() and p.name != "owner.lock"]


def visible_again(name: str = "annotate") -> None:
    """Make hidden messages visible now: the test does not wait for the clock."""
    from moto.sqs.models import sqs_backends

    queue = sqs_backends["123456789012"]["us-east-1"].queues[aws.queue_name(name)]
    for message in queue._messages:
        message.visible_at = 0
    queue.pending_messages.clear()


def test_job_ends_completed_with_confirmed_outputs(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = install(monkeypatch)
    job = make_job(make_user())
    assert run_one(make_runner())
    done = fresh(job)
    assert (done.job_status, done.result_storage) == (JobStatus.COMPLETED, StorageState.HOT)
    assert fake.calls[0]["content"] == TINY_VCF
    assert set(done.outputs) == set(RESULT_FILES)
    for output in done.outputs.values():
        assert storage.size_of(aws.bucket("results"), output["key"]) == output["size"]
    assert done.counts == COUNTS and done.notes == ["A note."]
    assert [step["key"] for step in done.steps] == ["fetch", "read", "store"]
    assert all(step["ended_at"] >= step["started_at"] for step in done.steps)
    assert count("annotate") == (0, 0)


def test_claim_is_written_before_any_work_C15(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Job] = []
    job = make_job(make_user())
    install(monkeypatch, lambda **_: seen.append(fresh(job)))
    run_one(make_runner())
    assert seen[0].job_status == JobStatus.RUNNING and seen[0].lease_owner


def test_message_goes_only_after_the_job_is_completed_C12(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    job = make_job(make_user())
    states: list[JobStatus] = []
    real = aws.client("sqs").delete_message
    monkeypatch.setattr(
        aws.client("sqs"), "delete_message", lambda **kw: (states.append(fresh(job).job_status), real(**kw))
    )
    run_one(make_runner())
    assert states == [JobStatus.COMPLETED]


@pytest.mark.parametrize("call", range(1, 9))
def test_worker_killed_while_storing_leaves_a_job_that_another_completes_C12_C18(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    class Killed(BaseException):
        """Not an Exception: nothing in the worker may catch it, as nothing catches kill -9."""

    install(monkeypatch)
    job = make_job(make_user())
    real, calls = storage.upload, []

    def upload(*args: Any, **kw: Any) -> Any:
        calls.append(1)
        if len(calls) == call:
            raise Killed
        return real(*args, **kw)

    monkeypatch.setattr(storage, "upload", upload)
    with pytest.raises(Killed):
        run_one(make_runner())
    assert fresh(job).job_status == JobStatus.RUNNING
    write_job(replace(fresh(job), lease_expires_at=clock.now_s() - 1))
    visible_again()
    assert run_one(make_runner(worker="w2"))
    done = fresh(job)
    assert (done.job_status, done.attempt) == (JobStatus.COMPLETED, 2)
    assert set(stored(job)) == {output["key"] for output in done.outputs.values()}


def test_output_that_differs_from_what_was_sent_is_not_completed_C18(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch)
    job = make_job(make_user())
    real = aws.client("s3").head_object
    monkeypatch.setattr(aws.client("s3"), "head_object", lambda **kw: real(**kw) | {"ContentLength": 1})
    run_one(make_runner())
    assert fresh(job).job_status == JobStatus.PENDING
    assert stored(job) == []


def test_duplicate_message_of_a_completed_job_changes_nothing_C14(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = install(monkeypatch)
    job = make_job(make_user())
    announce_pending(job)
    runner = make_runner()
    assert run_one(runner)
    before = fresh(job)
    assert run_one(runner)
    assert fresh(job) == before and len(fake.calls) == 1
    assert count("annotate") == (0, 0)


def test_duplicate_message_while_another_worker_is_busy_does_no_work_C14(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = install(monkeypatch)
    job = make_job(make_user())
    busy = store.claim(job.job_id, "other")
    assert run_one(make_runner())
    assert fake.calls == [] and fresh(job) == busy


def test_message_of_a_dead_worker_is_taken_over_when_its_lease_has_passed_C13(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch)
    job = make_job(make_user())
    dead = store.claim(job.job_id, "dead")
    write_job(replace(dead, lease_expires_at=clock.now_s() - 1))
    assert run_one(make_runner())
    assert (fresh(job).job_status, fresh(job).attempt, fresh(job).failures) == (JobStatus.COMPLETED, 2, 0)


def test_bad_input_is_failed_with_code_sentence_and_line_C17(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bad(**_: object) -> None:
        raise InputError("Line 7 has 3 columns; a VCF has at least 8.", code="few_columns", line=7)

    install(monkeypatch, bad)
    job = make_job(make_user())
    run_one(make_runner())
    failed = fresh(job)
    assert failed.job_status == JobStatus.FAILED
    assert failed.error == {
        "code": "few_columns",
        "message": "Line 7 has 3 columns; a VCF has at least 8.",
        "line": 7,
        "retryable": False,
    }
    assert count("annotate") == (0, 0) and dead_letters("annotate") == []
    assert stored(job) == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RetryableError("busy", code="busy"), "busy"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk_full"),
        (EndpointConnectionError(endpoint_url="http://s3"), "storage_unavailable"),
        (ClientError({"Error": {"Code": "SlowDown"}}, "PutObject"), "storage_unavailable"),
        (KeyError("a bug of ours"), "internal_error"),
    ],
)
def test_work_that_fails_again_and_again_is_failed_and_its_message_dead_C17_C20(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    def broken(**_: object) -> None:
        raise error

    install(monkeypatch, broken)
    job = make_job(make_user())
    runner = make_runner()
    for failures in range(1, moto_aws.max_work_failures):
        assert run_one(runner)
        assert (fresh(job).job_status, fresh(job).failures) == (JobStatus.PENDING, failures)
        assert not run_one(runner), "the message waits before the next try"
        visible_again()
    assert run_one(runner)
    failed = fresh(job)
    assert failed.job_status == JobStatus.FAILED and failed.error and failed.error["code"] == code
    (dead,) = dead_letters("annotate")
    assert code in dead["MessageAttributes"]["reason"]["StringValue"]
    assert messages.parse(dead["Body"]).job_id == job.job_id
    assert "Traceback" not in failed.error["message"] and "bug of ours" not in failed.error["message"]


@pytest.mark.parametrize("ending", [None, InputError("no", code="x"), KeyError("bug"), RetryableError("later")])
def test_no_temporary_file_is_left_C20(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch, ending: Exception | None
) -> None:
    def work(out: Any, **_: object) -> None:
        (out / "half-written").write_text("x")
        if ending:
            raise ending

    install(monkeypatch, work)
    make_job(make_user())
    run_one(make_runner())
    assert temporary_files(moto_aws) == []


def test_uploaded_file_that_is_gone_is_a_failure_with_advice_C17(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch)
    job = make_job(make_user())
    aws.client("s3").delete_object(Bucket=job.s3_inputs_bucket, Key=job.s3_key_input_file)
    run_one(make_runner())
    failed = fresh(job)
    assert failed.error and failed.error["code"] == "input_missing" and "again" in failed.error["message"]


def test_job_cancelled_while_running_stays_cancelled_and_leaves_nothing(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moto_aws, "cancel_check_s", 0.02)
    job = make_job(make_user())

    def work(cancelled: Any, **_: object) -> None:
        store.cancel(fresh(job))
        _wait_until(cancelled)
        raise CancelledError("stopped")

    install(monkeypatch, work)
    run_one(make_runner())
    assert fresh(job).job_status == JobStatus.CANCELLED
    assert stored(job) == [] and count("annotate") == (0, 0)


def test_running_worker_does_not_bring_a_deleted_job_back_C34(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job(make_user())
    install(monkeypatch, lambda **_: delete.delete(fresh(job)))
    run_one(make_runner())
    assert fresh(job).deleting
    assert stored(job) == []
    assert storage.size_of(job.s3_inputs_bucket, job.s3_key_input_file) is None


def test_stopping_process_hands_the_job_back_at_once_and_counts_no_failure_C19(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopping = threading.Event()

    def work(cancelled: Any, **_: object) -> None:
        stopping.set()
        assert cancelled()
        raise CancelledError("stopping")

    install(monkeypatch, work)
    job = make_job(make_user())
    run_one(make_runner(stopping))
    assert (fresh(job).job_status, fresh(job).failures) == (JobStatus.PENDING, 0)
    install(monkeypatch)
    assert run_one(make_runner(worker="w2"))
    assert fresh(job).job_status == JobStatus.COMPLETED


def test_long_work_keeps_its_message_and_its_lease_C13(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moto_aws, "cancel_check_s", 0.02)
    monkeypatch.setattr(moto_aws, "heartbeat_interval_s", 0.05)
    hides: list[int] = []
    real = heartbeat.Queue.hide
    monkeypatch.setattr(heartbeat.Queue, "hide", lambda s, r, n: (hides.append(n), real(s, r, n))[1])
    job = make_job(make_user())
    leases: list[int | None] = []

    def work(cancelled: Any, **_: object) -> None:
        short = write_job(replace(fresh(job), lease_expires_at=clock.now_s() + 1))
        leases.append(short.lease_expires_at)
        _wait_until(lambda: len(hides) >= 2 and fresh(job).lease_expires_at != short.lease_expires_at)
        leases.append(fresh(job).lease_expires_at)
        assert not cancelled()

    install(monkeypatch, work)
    run_one(make_runner())
    assert hides[0] == moto_aws.visibility_timeout_s
    assert leases[1] and leases[0] and leases[1] > leases[0]
    assert fresh(job).job_status == JobStatus.COMPLETED


def test_worker_that_lost_its_lease_writes_nothing_and_removes_what_it_stored_C13(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job(make_user())

    def stolen(**_: object) -> None:
        write_job(replace(fresh(job), lease_expires_at=clock.now_s() - 1))
        store.release_expired(fresh(job))
        store.claim(job.job_id, "thief")

    install(monkeypatch, stolen)
    run_one(make_runner())
    assert (fresh(job).job_status, fresh(job).attempt, fresh(job).lease_owner) == (JobStatus.RUNNING, 2, "thief")
    assert stored(job) == []


def test_completion_whose_answer_was_lost_keeps_the_result_C18(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write went through, its answer did not come back: the result must not be taken for a failed one."""
    install(monkeypatch)
    job = make_job(make_user())
    real = store.complete

    def lost_answer(*args: Any, **kw: Any) -> Job:
        real(*args, **kw)
        raise EndpointConnectionError(endpoint_url="http://dynamodb")

    monkeypatch.setattr(store, "complete", lost_answer)
    run_one(make_runner())
    done = fresh(job)
    assert done.job_status == JobStatus.COMPLETED
    assert set(stored(job)) == {output["key"] for output in done.outputs.values()}
    assert count("annotate") == (0, 0)


def test_completed_job_whose_announcement_failed_stays_due_for_the_sweep_C16(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch)
    job = make_job(make_user())

    def broken(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://sns")

    monkeypatch.setattr(aws.client("sns"), "publish", broken)
    run_one(make_runner())
    assert fresh(job).job_status == JobStatus.COMPLETED
    assert list(store.due_for_sweep(clock.now() + moto_aws.pending_grace_s + 1)) == [job.job_id]


def test_message_of_an_unknown_or_foreign_job_does_no_work_C01(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = install(monkeypatch)
    job = make_job(make_user())
    run_one(make_runner())
    fake.calls.clear()
    for job_id, user_id in (("f" * 32, job.user_id), (job.job_id, "somebody-else")):
        messages.publish("job-requests", messages.Message(type="job-requested", job_id=job_id, user_id=user_id))
        assert run_one(make_runner())
    assert fake.calls == [] and count("annotate") == (0, 0)


def _wait_until(condition: Any, seconds: float = 5.0) -> None:
    import time

    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.01)
