"""Each process's role allows what that process asks of AWS; a missing permission shows here, not in production."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline import aws, clock, dynamo, messages, storage
from pipeline.accounts import recovery
from pipeline.accounts import store as accounts
from pipeline.jobs import delete, relatives, rerun, store, submit
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.notes import store as notes
from pipeline.notify import letters, mail
from pipeline.settings import MEBIBYTE, Settings
from pipeline.uploads import store as uploads
from pipeline.uploads import transfer
from pipeline.workers import sweep
from tests.builders import PASSWORD, make_job, make_upload, make_user, write_job
from tests.conftest import forget_settings
from tests.iam import recorded_needs, refused
from tests.pipeline.notify.letters import verify_sender
from tests.pipeline.workers.fake_work import install, make_runner, run_one


def test_the_portal_may_do_its_work(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with recorded_needs() as needs:
        user = accounts.create_local_account("ada@example.org", PASSWORD, "Ada")
        accounts.check_password("ada@example.org", PASSWORD)
        accounts.change_password(user, PASSWORD + "!")
        accounts.get_user(user.user_id)
        opened = transfer.start(user, "a.vcf", 11 * MEBIBYTE)
        transfer.sign_parts(user, opened.upload_id, [1, 2])
        transfer.resume(user, opened.upload_id)
        transfer.bytes_arrived(opened)
        transfer.cancel(user, opened.upload_id)
        sent = transfer.start(user, "b.vcf", 5)
        aws.client("s3").upload_part(
            Bucket=sent.bucket, Key=sent.key, UploadId=sent.multipart_id, PartNumber=1, Body=b"12345"
        )
        transfer.finish(user, sent.upload_id)
        job = submit.submit(user, sent.upload_id)
        submit.list_jobs(user.user_id)
        store.get_owned(job.job_id, user.user_id)
        note = notes.write(job, "1:1:A:C", [0], "to_confirm", "Look again.", user.user_id, None)
        assert note is not None and notes.of_job(job.job_id) == [note]
        notes.write(job, "1:2:A:C", [1], "artefact", "", user.user_id, None)
        notes.write(job, "1:1:A:C", [0], "none", "", user.user_id, note.version)
        delete.delete(job)
    actions = {action for action, _ in needs}
    assert {"s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "sns:Publish", "dynamodb:Query"} <= actions
    assert refused("web", needs) == set()


def test_the_portal_may_send_letters_from_the_address_of_the_service_and_no_other(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAS_MAIL_SENDER", "Annotation <gas@example.org>")
    forget_settings()
    verify_sender()
    monkeypatch.setattr(letters, "prepare_local_sender", lambda _sender: None)  # only a local stack does that
    user = accounts.create_local_account("ada@example.org", PASSWORD, confirmed=False)
    to = mail.recipient_of(user)
    assert to is not None
    with recorded_needs() as needs:
        letters.deliver(letters.compose("confirm", to, "/confirm?token=x", 72))
        recovery.confirm_email(user.user_id, user.email)
        recovery.set_forgotten_password(user.user_id, recovery.password_mark(user), PASSWORD + "!")
    assert "ses:SendEmail" in {action for action, _ in needs}
    assert refused("web", needs) == set()


@pytest.mark.parametrize("part_bytes", [8 * MEBIBYTE, 5 * MEBIBYTE])
def test_the_portal_may_copy_a_file_for_a_rerun(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch, part_bytes: int
) -> None:
    """In one request, and in parts as S3 asks for it with large files (C33)."""
    monkeypatch.setattr(storage, "COPY_WHOLE_BYTES", 6 * MEBIBYTE)
    monkeypatch.setattr(storage, "PART_BYTES", part_bytes)
    user = make_user()
    job = make_job(user, b"x" * (7 * MEBIBYTE if part_bytes == 5 * MEBIBYTE else 100))
    failed = write_job(replace(job, job_status=JobStatus.CANCELLED, result_storage=StorageState.NONE))
    with recorded_needs() as needs:
        again = rerun.rerun(user, failed.job_id, "today")
        relatives.relatives(again)
        relatives.comparable(again)
    assert storage.size_of(again.s3_inputs_bucket, again.s3_key_input_file) == failed.input_size
    assert refused("web", needs) == set()


def test_the_annotate_worker_may_do_its_work(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    job = write_job(replace(make_job(make_user()), attempt=1))
    aws.client("s3").put_object(
        Bucket=aws.bucket("results"), Key=storage.result_key(job.user_id, job.job_id, 1, "lost"), Body=b"x"
    )
    aws.client("sqs").send_message(QueueUrl=aws.queue_url(aws.queue_name("annotate")), MessageBody="no message of ours")
    with recorded_needs() as needs:
        runner = make_runner()
        for _ in range(2):
            assert run_one(runner)
    found = store.get(job.job_id)
    assert found and found.complete_time
    actions = {action for action, _ in needs}
    assert {"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "sqs:SendMessage", "sns:Publish"} <= actions
    assert refused("annotate", needs) == set()


def test_the_sweep_may_do_its_work(moto_aws: Settings) -> None:
    user = make_user()
    pending, lost, finished, gone = (make_job(user) for _ in range(4))
    dead = store.claim(lost.job_id, "dead")
    done = store.complete(store.claim(finished.job_id, "w"), results={})
    past = clock.now_s() - 5
    for job in (pending, replace(dead, lease_expires_at=past), done, store.mark_deleting(gone)):
        write_job(replace(job, sweep_at=past))
    stale = make_upload(user)
    dynamo.Update(uploads.TABLE, stale.record_key).set(sweep_at=past, sweep_bucket=uploads.SWEEP_BUCKET).write()
    with recorded_needs() as needs:
        swept = sweep.sweep_jobs() + sweep.sweep_uploads()
    assert swept == {
        "announced_pending": 1,
        "released_lost_lease": 1,
        "announced_finished": 1,
        "deleted_objects": 1,
        "discarded_upload": 1,
    }
    assert {arn for action, arn in needs if action == "sns:Publish"} == {
        aws.topic_arn("job-requests"),
        aws.topic_arn("job-results"),
    }
    assert refused("sweep", needs) == set()


def test_the_test_itself_notices_a_missing_permission(moto_aws: Settings) -> None:
    with recorded_needs() as needs:
        messages.publish("job-results", messages.Message(type="job-finished", job_id="j", user_id="u"))
    assert refused("annotate", needs) == set()
    assert refused("web", needs) == {("sns:Publish", aws.topic_arn("job-results"))}
