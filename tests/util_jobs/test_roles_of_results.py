"""Each role allows what the life of a result asks of AWS: e-mails, the way to the archive and back, deletion."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto.backends import get_backend
from moto.glacier.models import Vault

from pipeline import aws, clock, dynamo, messages, storage
from pipeline.accounts import delete as account_deletion
from pipeline.accounts import plans
from pipeline.accounts.store import User
from pipeline.archive import moves, steps, words
from pipeline.archive.stores import vaults
from pipeline.jobs import delete as job_deletion
from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.jobs.states import StorageState
from pipeline.messages import Message, MessageType
from pipeline.settings import Settings, get_settings
from pipeline.uploads import transfer
from pipeline.workers import sweep
from pipeline.workers.archive import ArchiveHandler
from pipeline.workers.delivery import Handler
from pipeline.workers.notify import NotifyHandler
from pipeline.workers.queue import Queue
from pipeline.workers.restore import RestoreHandler
from pipeline.workers.runner import Runner
from pipeline.workers.thaw import ThawHandler
from tests.builders import make_upload, make_user, now_of, write_job
from tests.conftest import forget_settings
from tests.iam import Need, recorded_needs, refused
from tests.pipeline.notify.letters import ended_job, verify_sender
from tests.pipeline.results.finished import finished_job, variant

positions = itertools.count(1)


@pytest.fixture(params=["s3", "s3 in parts", "vault"])
def cloud(request: pytest.FixtureRequest, moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """AWS with each archive; `in parts` copies as S3 asks for it with large files (C33)."""
    monkeypatch.setenv("GAS_ARCHIVE_STORE", request.param.partition(" ")[0])
    forget_settings()
    if request.param == "vault":
        # moto fails where AWS forgives: an archive that is gone already may be deleted.
        monkeypatch.setattr(Vault, "delete_archive", lambda vault, archive_id: vault.archives.pop(archive_id, None))
        monkeypatch.setattr(vaults, "_abort_uploads", lambda prefix: 0)  # moto knows no vault's unfinished uploads
        aws.client("glacier").create_vault(vaultName=get_settings().resolved_vault_name())
    if request.param == "s3 in parts":
        monkeypatch.setattr(storage, "COPY_WHOLE_BYTES", 1)
    return get_settings()


def due(user: User, **changes: Any) -> Job:
    """A result that is due for the archive."""
    now = clock.now_s()
    there: dict[str, Any] = {"archive_after": now - 1, "announced_at": now, "sweep_bucket": "active", "sweep_at": now}
    rows = [variant(0, "chr1", next(positions), "A", "G")]  # moto's archives of equal content are one
    return write_job(replace(finished_job(user.user_id, rows), **(there | changes)))


def archived(user: User) -> Job:
    job = due(user)
    assert steps.archive_result(job.job_id) == "archived"
    return now_of(job)


def send(queue: str, kind: MessageType, job: Job) -> None:
    messages.send(queue, Message(type=kind, job_id=job.job_id, user_id=job.user_id))


def one(handler: Handler) -> None:
    """Let the worker handle the next message of its queue, acknowledgement included."""
    queue = Queue(handler.queue)
    received = queue.receive()
    assert received is not None
    Runner(handler, threading.Event()).process(queue, received)


def hours_pass_at_glacier() -> None:
    """moto's retrievals take seconds."""
    settings = get_settings()
    backend: Any = get_backend("glacier")[settings.aws_account_id][settings.aws_region]
    for vault in backend.vaults.values():
        for job in vault.jobs.values():
            job.et -= timedelta(seconds=20)


def actions(needs: set[Need]) -> set[str]:
    return {action for action, _ in needs}


def needs_of(work: Callable[[], None]) -> set[Need]:
    with recorded_needs() as needs:
        work()
    return needs


def test_the_archive_worker_may_do_its_work(cloud: Settings) -> None:
    user = make_user()
    moved, waiting = due(user), due(user, archive_after=clock.now_s() + 100)
    abandoned = due(user, storage_version=3, cleanup={"prefixes": [storage.archive_key(user.user_id, "j", 3, "")]})
    for job in (moved, waiting, abandoned):
        send("archive", "archive-due", job)
    aws.client("sqs").send_message(QueueUrl=aws.queue_url(aws.queue_name("archive")), MessageBody="no message of ours")

    def work() -> None:
        for _ in range(4):
            one(ArchiveHandler())

    needs = needs_of(work)
    assert now_of(moved).result_storage == now_of(abandoned).result_storage == StorageState.ARCHIVED
    assert "glacier:UploadArchive" in actions(needs) or cloud.archive_store == "s3"
    assert refused("archive", needs) == set()


def test_a_result_whose_owner_pays_meanwhile_may_be_put_back_by_the_archive_worker_C24(
    cloud: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = due(make_user())
    send("archive", "archive-due", job)
    answers = iter([True, False])
    monkeypatch.setattr(steps, "is_free", lambda _user: next(answers))
    needs = needs_of(lambda: one(ArchiveHandler()))
    assert now_of(job).result_storage == StorageState.HOT
    assert {"s3:DeleteObject", "glacier:DeleteArchive"} & actions(needs)
    assert refused("archive", needs) == set()


def test_the_restore_worker_may_do_its_work(cloud: Settings) -> None:
    user = make_user()
    cold, hot = archived(user), due(user)
    plans.change_plan(user.user_id, "premium_user")

    needs = needs_of(lambda: one(RestoreHandler()))
    hours_pass_at_glacier()
    messages.publish("plan-changes", Message(type="plan-changed", user_id=user.user_id))
    needs |= needs_of(lambda: one(RestoreHandler()))
    assert now_of(cold).result_storage == StorageState.HOT
    assert now_of(hot).archive_after is None
    assert {"s3:RestoreObject", "glacier:InitiateJob"} & actions(needs)
    assert {"sns:Publish", "dynamodb:Query", "s3:PutObject"} <= actions(needs)
    assert refused("restore", needs) == set()


def test_the_restore_worker_may_stop_a_move_to_the_archive_C24(cloud: Settings) -> None:
    user = make_user()
    moving = moves.begin_archiving(due(user))
    plans.change_plan(user.user_id, "premium_user")
    needs = needs_of(lambda: one(RestoreHandler()))
    assert now_of(moving).result_storage == StorageState.HOT
    assert refused("restore", needs) == set()


def test_the_thaw_worker_may_do_its_work(cloud: Settings) -> None:
    job = archived(make_user())
    moves.begin_restoring(job, "Expedited", words.of_tier("Expedited"))
    event = {"Records": [{"s3": {"object": {"key": storage.archive_key(job.user_id, job.job_id, 1, "vcf")}}}]}
    send("thaw", "thaw-due", job)

    needs = needs_of(lambda: one(ThawHandler()))
    hours_pass_at_glacier()
    aws.client("sqs").send_message(QueueUrl=aws.queue_url(aws.queue_name("thaw")), MessageBody=json.dumps(event))
    needs |= needs_of(lambda: one(ThawHandler()))
    assert now_of(job).result_storage == StorageState.HOT
    assert {"s3:RestoreObject", "glacier:InitiateJob"} & actions(needs)
    assert refused("thaw", needs) == set()


def test_the_notify_worker_may_do_its_work(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_MAIL_SENDER", "Annotation <gas@example.org>")
    forget_settings()
    verify_sender()
    job = ended_job(make_user())
    send("notify", "job-finished", job)
    aws.client("sqs").send_message(QueueUrl=aws.queue_url(aws.queue_name("notify")), MessageBody="no message of ours")

    def work() -> None:
        one(NotifyHandler())
        one(NotifyHandler())

    needs = needs_of(work)
    assert "sent_at" in now_of(job).notified["completed"]
    assert "ses:SendEmail" in actions(needs)
    assert refused("notify", needs) == set()


def test_the_portal_may_change_plans_and_delete_all_that_a_user_has_C34(cloud: Settings) -> None:
    user = make_user()
    cold, coming, alone = archived(user), archived(user), archived(user)
    moves.begin_restoring(coming, "Expedited", words.of_tier("Expedited"))
    make_upload(user)

    def work() -> None:
        plans.change_plan(user.user_id, "premium_user")
        job_deletion.delete(now_of(alone))
        account_deletion.delete_account(user)

    needs = needs_of(work)
    assert now_of(alone).deleting
    assert aws.topic_arn("plan-changes") in {arn for action, arn in needs if action == "sns:Publish"}
    assert refused("web", needs) == set()
    assert not now_of(cold).deleting and not now_of(coming).deleting  # they are the restore worker's


def test_the_restore_worker_may_remove_all_of_an_account_C34(cloud: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_ACCOUNT_DELETE_JOBS", "2")
    forget_settings()
    user = make_user()
    cold, coming, hot = archived(user), archived(user), due(user)
    moves.begin_restoring(coming, "Expedited", words.of_tier("Expedited"))
    make_upload(user)
    transfer.start(user, "unfinished.vcf", 10)
    odd = due(user)
    dynamo.Update("jobs", {"job_id": odd.job_id}).set(job_status="FROM_THE_FUTURE").write()
    account_deletion.delete_account(user)
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)

    needs = set().union(*(needs_of(lambda: one(RestoreHandler())) for _ in range(3)))
    moment += 3600
    account_deletion.announce_deletion(user.user_id)
    needs |= needs_of(lambda: one(RestoreHandler()))
    assert now_of(cold).deleting and now_of(coming).deleting and now_of(hot).deleting
    assert needed_queue("restore") in {arn for action, arn in needs if action == "sqs:SendMessage"}  # in turns
    assert ("dynamodb:PutItem", needed_table("users")) in needs  # the account's record was reduced
    assert ("dynamodb:DeleteItem", needed_table("identities")) in needs
    assert refused("restore", needs) == set()


def test_the_sweep_may_carry_on_with_results_plans_and_accounts(
    cloud: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, gone = make_user(), make_user("eve@example.org")
    ready, coming = due(user), archived(user)
    moves.begin_restoring(coming, "Expedited", words.of_tier("Expedited"))
    obsolete = list(archived(user).archived.values())
    prefixes = [storage.archive_prefix(user.user_id, "abandoned")]
    untidy = due(user, archive_after=None, cleanup={"archive": obsolete, "prefixes": prefixes})
    archived(gone)
    deleted = store.mark_deleting(archived(user))
    make_upload(gone)
    plans.change_plan(user.user_id, "premium_user")
    account_deletion.delete_account(gone)
    moment = clock.now() + 3600
    monkeypatch.setattr(clock, "now", lambda: moment)

    def work() -> None:
        for _ in range(2):
            sweep.sweep_jobs()
            sweep.sweep_uploads()
            sweep.sweep_accounts()
            for table, key in (("jobs", "job_id"), ("users", "user_id")):
                look_again_at_all(table, key)

    needs = needs_of(work)
    assert now_of(untidy).cleanup is None
    assert now_of(deleted).input_file_name == "(deleted)"
    assert {arn for action, arn in needs if action == "sqs:SendMessage"} == {
        needed_queue(name) for name in ("archive", "thaw")
    }
    assert aws.topic_arn("plan-changes") in {arn for action, arn in needs if action == "sns:Publish"}
    assert now_of(ready).result_storage == StorageState.HOT  # the archive worker moves it, not the sweep
    assert refused("sweep", needs) == set()


def needed_queue(name: str) -> str:
    settings = get_settings()
    return f"arn:aws:sqs:{settings.aws_region}:{settings.aws_account_id}:{aws.queue_name(name)}"


def needed_table(name: str) -> str:
    settings = get_settings()
    return f"arn:aws:dynamodb:{settings.aws_region}:{settings.aws_account_id}:table/{aws.table_name(name)}"


def look_again_at_all(table: str, key: str) -> None:
    """What is in the sweep's index falls due now. Done as nobody: it is no need of the sweep's."""
    client = boto3.session.Session().client("dynamodb", region_name="us-east-1")
    for item in client.scan(TableName=aws.table_name(table))["Items"]:
        record = dynamo.from_item(item)
        if record.get("sweep_bucket"):
            client.update_item(
                TableName=aws.table_name(table),
                Key=dynamo.to_item({key: record[key]}),
                UpdateExpression="SET sweep_at = :t",
                ExpressionAttributeValues=dynamo.to_item({":t": clock.now_s() - 1}),
            )
