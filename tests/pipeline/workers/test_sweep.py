"""The sweep puts right what fell between a record and its message."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline import aws, clock, dynamo, storage
from pipeline.errors import NotFoundError
from pipeline.jobs import delete, store, submit
from pipeline.jobs.announce import announce_finished
from pipeline.jobs.states import JobStatus
from pipeline.jobs.submit import list_jobs
from pipeline.settings import Settings
from pipeline.uploads import store as uploads
from pipeline.uploads import transfer
from pipeline.workers import sweep
from tests.builders import make_job, make_upload, make_user, write_job
from tests.queues import bodies, count


def make_due(job_id: str) -> None:
    dynamo.Update("jobs", {"job_id": job_id}).set(sweep_at=clock.now_s() - 1).write()


def test_pending_job_without_a_message_is_announced_again_and_later_less_often_C16(moto_aws: Settings) -> None:
    job = make_job(make_user())
    assert len(bodies("annotate")) == 1
    delays = []
    for _ in range(3):
        make_due(job.job_id)
        assert sweep.sweep_jobs() == {"announced_pending": 1}
        found = store.get(job.job_id)
        assert found and found.sweep_at
        delays.append(round((found.sweep_at - clock.now()) / moto_aws.pending_grace_s))
    assert delays == [2, 4, 8]
    assert len(bodies("annotate")) == 3


def test_job_that_is_not_due_is_left_alone(moto_aws: Settings) -> None:
    make_job(make_user())
    assert sweep.sweep_jobs() == {}


def test_running_job_without_a_heartbeat_waits_again_and_counts_no_failure_C12_C17(moto_aws: Settings) -> None:
    job = make_job(make_user())
    dead = store.claim(job.job_id, "dead")
    write_job(replace(dead, lease_expires_at=clock.now_s() - 5, sweep_at=clock.now_s() - 5))
    assert sweep.sweep_jobs() == {"released_lost_lease": 1}
    found = store.get(job.job_id)
    assert found and (found.job_status, found.failures) == (JobStatus.PENDING, 0)
    assert count("annotate")[0] == 2


def test_running_job_whose_lease_was_renewed_meanwhile_is_left_alone_C13(moto_aws: Settings) -> None:
    job = make_job(make_user())
    running = store.claim(job.job_id, "alive")
    write_job(replace(running, sweep_at=clock.now_s() - 5))
    assert sweep.sweep_jobs() == {"changed_meanwhile": 1}
    found = store.get(job.job_id)
    assert found and found.job_status == JobStatus.RUNNING


def test_finished_job_that_was_not_announced_is_announced_once_C16(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job(make_user())
    store.complete(store.claim(job.job_id, "w"), results={})
    make_due(job.job_id)
    sent: list[dict] = []
    monkeypatch.setattr(aws.client("sns"), "publish", lambda **kw: sent.append(kw))
    assert sweep.sweep_jobs() == {"announced_finished": 1}
    assert sweep.sweep_jobs() == {}
    assert len(sent) == 1 and sent[0]["TopicArn"].endswith("job-results")


def test_second_failure_of_a_job_that_was_started_again_is_announced_too_C16(moto_aws: Settings) -> None:
    user = make_user()
    job = make_job(user)
    failed = store.fail(store.claim(job.job_id, "w"), {"code": "x", "message": "y"}, [])
    announce_finished(failed)
    again = submit.resubmit(user, failed)
    store.fail(store.claim(again.job_id, "w"), {"code": "x", "message": "y"}, [])  # and its worker dies here
    make_due(job.job_id)
    assert sweep.sweep_jobs() == {"announced_finished": 1}
    assert sweep.sweep_jobs() == {}


def test_one_odd_job_does_not_stop_the_rest_C25(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    odd, good = make_job(user), make_job(user)
    make_due(odd.job_id)
    make_due(good.job_id)
    real = sweep.announce_pending

    def announce(job: store.Job) -> bool:
        if job.job_id == odd.job_id:
            raise NotFoundError("odd")
        return real(job)

    monkeypatch.setattr(sweep, "announce_pending", announce)
    assert sweep.sweep_jobs() == {"failed": 1, "announced_pending": 1}


def test_deleted_job_is_looked_at_until_no_worker_can_write_and_then_buried_C34(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    job = make_job(user, name="private-name.vcf")
    delete.delete(job)
    late = storage.result_key(user.user_id, job.job_id, 1, "variants.parquet")
    aws.client("s3").put_object(Bucket=aws.bucket("results"), Key=late, Body=b"late write of a killed worker")
    make_due(job.job_id)
    assert sweep.sweep_jobs() == {"deleted_objects": 1}
    left = list(storage.keys_under(aws.bucket("results"), ""))
    assert left == [storage.card_key(user.user_id, job.job_id)]  # the tombstone
    future = clock.now() + 3 * moto_aws.lease_s
    monkeypatch.setattr(clock, "now", lambda: future)
    assert sweep.sweep_jobs() == {"buried": 1}
    tombstone = store.get(job.job_id)
    assert tombstone and tombstone.deleting and tombstone.input_file_name == "(deleted)"
    assert sweep.sweep_jobs() == {}


def test_upload_that_nobody_finished_is_removed_with_its_parts(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    forgotten = transfer.start(user, "a.vcf", 100)
    finished = make_upload(user)
    future = clock.now() + moto_aws.upload_ttl_s + 60
    monkeypatch.setattr(clock, "now", lambda: future)
    assert sweep.sweep_uploads() == {"discarded_upload": 2}
    assert uploads.of_user(user.user_id) == []
    assert storage.size_of(finished.bucket, finished.key) is None
    assert "Uploads" not in aws.client("s3").list_multipart_uploads(Bucket=forgotten.bucket)


def test_record_of_an_upload_that_became_a_job_is_forgotten_but_its_file_kept(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    job = make_job(user)
    future = clock.now() + moto_aws.upload_ttl_s + 60
    monkeypatch.setattr(clock, "now", lambda: future)
    assert sweep.sweep_uploads() == {"forgot_upload": 1}
    assert storage.size_of(job.s3_inputs_bucket, job.s3_key_input_file)


def test_announcement_that_overlaps_a_delete_does_not_hide_the_tombstone_from_the_sweep_C34(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The portal was killed right after the tombstone; the worker announces what it had just completed."""
    job = make_job(make_user())
    done = store.complete(store.claim(job.job_id, "w"), results={})
    store.mark_deleting(done)
    announce_finished(done)
    make_due(job.job_id)
    assert sweep.sweep_jobs() == {"deleted_objects": 1}
    assert storage.size_of(job.s3_inputs_bucket, job.s3_key_input_file) is None
    future = clock.now() + 3 * moto_aws.lease_s
    monkeypatch.setattr(clock, "now", lambda: future)
    assert sweep.sweep_jobs() == {"buried": 1}


def test_job_that_kills_its_worker_again_and_again_is_failed_in_the_end_C17(moto_aws: Settings) -> None:
    job = make_job(make_user())
    for _ in range(moto_aws.max_lost_leases):
        running = store.claim(job.job_id, "doomed")
        write_job(replace(running, lease_expires_at=clock.now_s() - 5, sweep_at=clock.now_s() - 5))
        sweep.sweep_jobs()
    found = store.get(job.job_id)
    assert found and found.job_status == JobStatus.FAILED and found.error and found.error["code"] == "worker_lost"
    assert found.failures == 0


def test_record_of_another_version_stops_neither_the_sweep_nor_its_users_list_C25(moto_aws: Settings) -> None:
    user = make_user()
    odd, good = make_job(user), make_job(user)
    dynamo.Update("jobs", {"job_id": odd.job_id}).set(job_status="TELEPORTING").write()
    make_due(odd.job_id)
    make_due(good.job_id)
    assert sweep.sweep_jobs() == {"failed": 1, "announced_pending": 1}
    assert [job.job_id for job in list_jobs(user.user_id)] == [good.job_id]


def test_what_a_killed_worker_stored_of_a_cancelled_job_is_removed(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    job = make_job(user)
    store.cancel(store.claim(job.job_id, "dead"))
    left = storage.result_key(user.user_id, job.job_id, 1, "variants.parquet")
    aws.client("s3").put_object(Bucket=aws.bucket("results"), Key=left, Body=b"half of a result")
    future = clock.now() + 3 * moto_aws.lease_s
    monkeypatch.setattr(clock, "now", lambda: future)
    assert sweep.sweep_jobs() == {"cleared_cancelled": 1}
    assert storage.size_of(aws.bucket("results"), left) is None
    assert sweep.sweep_jobs() == {}


def test_job_that_waits_again_after_its_worker_was_lost_is_looked_at_soon_C16(moto_aws: Settings) -> None:
    """Announcements of an earlier wait must not lengthen the next one: their back-off begins anew with a claim."""
    job = make_job(make_user())
    for _ in range(6):
        make_due(job.job_id)
        sweep.sweep_jobs()
    running = store.claim(job.job_id, "dead")
    write_job(replace(running, lease_expires_at=clock.now_s() - 5, sweep_at=clock.now_s() - 5))
    sweep.sweep_jobs()
    found = store.get(job.job_id)
    assert found and found.sweep_at and found.sweep_at - clock.now() <= moto_aws.pending_grace_s
