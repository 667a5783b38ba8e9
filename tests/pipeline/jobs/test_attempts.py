"""What lost attempts stored goes, and nothing of the attempt that counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline import aws, clock, storage
from pipeline.jobs import attempts, delete, orphans, store, submit
from pipeline.jobs.announce import announce_finished
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from pipeline.settings import Settings
from pipeline.workers import sweep
from tests.builders import make_job, make_user, write_job


def _stored(job: Job, attempt: int) -> str:
    key = storage.result_key(job.user_id, job.job_id, attempt, "variants.parquet")
    aws.client("s3").put_object(Bucket=aws.bucket("results"), Key=key, Body=b"rows")
    return key


def _begun(job: Job, attempt: int) -> None:
    """An upload in parts of a worker that was killed."""
    key = storage.result_key(job.user_id, job.job_id, attempt, "annotated.vcf.gz")
    aws.client("s3").create_multipart_upload(Bucket=aws.bucket("results"), Key=key)


def _unfinished() -> list[str]:
    listed = aws.client("s3").list_multipart_uploads(Bucket=aws.bucket("results"))
    return [upload["Key"] for upload in listed.get("Uploads", [])]


def _files() -> list[str]:
    return [key for key in storage.keys_under(aws.bucket("results"), "results/") if not key.endswith("/job.json")]


def _second_attempt(job: Job) -> Job:
    """The first worker was silent for too long, and another one took the job."""
    first = store.claim(job.job_id, "silent")
    write_job(replace(first, lease_expires_at=clock.now_s() - 5))
    silent = store.get(job.job_id)
    assert silent is not None
    store.release_expired(silent)
    return store.claim(job.job_id, "second")


def _sweep_later(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    future = clock.now() + 3 * settings.lease_s
    monkeypatch.setattr(clock, "now", lambda: future)
    return sweep.sweep_jobs()


def test_file_stored_after_the_lease_goes_soon_after_the_job_is_completed_C13(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = _second_attempt(make_job(make_user()))
    needed = _stored(second, 2)
    announce_finished(store.complete(second, results={"outputs": {"variants": {"key": needed, "size": 4}}}))
    _stored(second, 1)
    _begun(second, 1)
    assert _sweep_later(moto_aws, monkeypatch) == {"cleaned": 1}
    assert (_files(), _unfinished()) == ([needed], [])
    done = store.get(second.job_id)
    assert done is not None and (done.cleanup, done.sweep_at) == (None, None)


def test_job_that_was_completed_at_once_needs_no_second_look(moto_aws: Settings) -> None:
    first = store.claim(make_job(make_user()).job_id, "w")
    assert store.complete(first, results={}).cleanup is None


@pytest.mark.parametrize("lost", [False, True])
def test_files_of_every_attempt_of_a_failed_job_go_C17(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    job = _second_attempt(make_job(make_user()))
    if lost:
        write_job(replace(job, lost_leases=moto_aws.max_lost_leases, lease_expires_at=clock.now_s() - 5))
        current = store.get(job.job_id)
        assert current is not None
        failed = store.release_expired(current)
    else:
        failed = store.fail(job, {"code": "x", "message": "y"}, [])
    announce_finished(failed)
    assert failed.job_status == JobStatus.FAILED
    _stored(job, 1)
    _stored(job, 2)
    assert _sweep_later(moto_aws, monkeypatch) == {"cleaned": 1}
    assert _files() == []


def test_late_look_at_a_failure_spares_the_attempt_that_was_begun_since_C13(moto_aws: Settings) -> None:
    user = make_user()
    failed = store.fail(store.claim(make_job(user).job_id, "w"), {"code": "x", "message": "y"}, [])
    again = store.claim(submit.resubmit(user, failed).job_id, "w")
    needed = _stored(again, again.attempt)
    _stored(again, failed.attempt)
    assert failed.cleanup is not None
    assert attempts.remove_attempts(failed, failed.cleanup["attempts"]) == 1
    assert _files() == [needed]


def test_what_a_cancelled_job_says_of_earlier_attempts_keeps_the_sweep_busy_only_once(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    failed = store.fail(store.claim(make_job(user).job_id, "w"), {"code": "x", "message": "y"}, [])
    store.cancel(submit.resubmit(user, failed))
    _stored(failed, 1)
    assert _sweep_later(moto_aws, monkeypatch) == {"cleared_cancelled": 1}
    assert _files() == []
    assert sweep.sweep_jobs() == {}


def test_orphans_are_what_lost_attempts_left_and_never_what_a_result_needs_C34(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = _second_attempt(make_job(make_user()))
    needed = _stored(second, 2)
    store.complete(second, results={"outputs": {"variants": {"key": needed, "size": 4}}})
    late = _stored(second, 1)
    tomorrow = clock.now() + orphans.ORPHAN_AGE_S + 60
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    found = [orphan.key for orphan in orphans.find_orphans()]
    assert late in found and needed not in found


def test_deleting_a_job_ends_the_uploads_that_a_killed_worker_began_C34(moto_aws: Settings) -> None:
    user = make_user()
    job, other = make_job(user), make_job(user)
    _begun(job, 1)
    _begun(other, 1)
    delete.delete(job)
    assert _unfinished() == [storage.result_key(user.user_id, other.job_id, 1, "annotated.vcf.gz")]
