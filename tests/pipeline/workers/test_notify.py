"""At most one e-mail for each event, whatever happens to messages and workers; none to whom wants none."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from pipeline import aws, clock, dynamo, messages
from pipeline.accounts import store as accounts
from pipeline.accounts.store import User
from pipeline.errors import ConfigurationError, RetryableError
from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.messages import Message, MessageType
from pipeline.notify import claims
from pipeline.settings import Settings, get_settings
from pipeline.workers import runner as runner_module
from pipeline.workers.delivery import Delivery
from pipeline.workers.notify import NotifyHandler
from pipeline.workers.queue import Queue
from pipeline.workers.runner import Runner
from tests.builders import make_user, write_job
from tests.conftest import forget_settings
from tests.pipeline.notify.letters import ended_job, sent

ASK = "botocore.client.BaseClient._make_api_call"
QUEUES = ("notify", "notify-dead-letters")


class KilledError(BaseException):
    """The process ends here, as `kill -9` does: nothing catches it."""


@pytest.fixture
def user(moto_aws: Settings) -> User:
    """Somebody who gets e-mails; the queue exists and the sender is known to SES."""
    for name in QUEUES:
        aws.client("sqs").create_queue(QueueName=aws.queue_name(name))
    NotifyHandler().prepare()
    return make_user()


@pytest.fixture
def time_passes(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock on."""
    start = clock.now
    passed = [0.0]
    monkeypatch.setattr(clock, "now", lambda: start() + passed[0])

    def move(seconds: float) -> None:
        passed[0] += seconds

    return move


def tell(job: Job, kind: MessageType = "job-finished") -> None:
    messages.send("notify", Message(type=kind, job_id=job.job_id, user_id=job.user_id))


def waiting() -> int:
    """Messages that are in the queue, visible or not."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = aws.client("sqs").get_queue_attributes(
        QueueUrl=aws.queue_url(aws.queue_name("notify")), AttributeNames=names
    )
    return sum(int(answer["Attributes"][name]) for name in names)


def work(times: int = 1) -> None:
    """Let a worker take so many messages; what comes back later comes back at once."""
    queue = Queue("notify")
    for _ in range(times):
        received = queue.receive()
        if received is None:
            return
        Runner(NotifyHandler(), threading.Event()).process(queue, received)


def note(job: Job, event: str) -> dict[str, Any]:
    current = store.get(job.job_id)
    assert current is not None
    return current.notified.get(event, {})


def overdue() -> int:
    return len(list(claims.unsent_claims(clock.now() + get_settings().lease_s + 2)))


@pytest.mark.parametrize(
    ("status", "kind", "changes", "subject"),
    [
        (JobStatus.COMPLETED, "job-finished", {}, "tiny.vcf is annotated"),
        (JobStatus.FAILED, "job-finished", {}, "tiny.vcf could not be annotated"),
        (JobStatus.COMPLETED, "result-restored", {"storage_version": 2}, "tiny.vcf is back from the archive"),
    ],
)
def test_the_owner_is_told_once_however_often_the_message_comes_C14(
    user: User, status: JobStatus, kind: MessageType, changes: dict[str, Any], subject: str
) -> None:
    job = ended_job(user, status, **changes)
    for _ in range(3):
        tell(job, kind)
    work(5)
    (mail,) = sent()
    assert mail["Subject"] == subject and mail["To"] == user.email
    assert waiting() == 0 and overdue() == 0


def test_each_event_of_a_job_has_its_own_e_mail(user: User) -> None:
    job = ended_job(user, JobStatus.FAILED)
    tell(job)
    work()
    current = store.get(job.job_id)
    assert current is not None
    done = write_job(
        replace(current, job_status=JobStatus.COMPLETED, attempt=2, result_storage=StorageState.HOT, storage_version=2)
    )
    tell(done)
    tell(done, "result-restored")
    work(3)
    assert [mail["Subject"].partition(" ")[2] for mail in sent()] == [
        "could not be annotated",
        "is annotated",
        "is back from the archive",
    ]


def test_a_message_that_the_record_has_overtaken_tells_nothing_C14(user: User) -> None:
    tried_again = ended_job(user, JobStatus.FAILED)
    write_job(replace(tried_again, job_status=JobStatus.PENDING))
    cold_again = ended_job(user, storage_version=3, result_storage=StorageState.ARCHIVING)
    tell(tried_again)
    tell(cold_again, "result-restored")
    work(2)
    assert sent() == [] and waiting() == 0


@pytest.mark.parametrize("what", ["gone", "deleting"])
def test_a_deleted_job_sends_nothing_and_its_message_goes_C34(user: User, what: str) -> None:
    job = ended_job(user)
    if what == "gone":
        aws.client("dynamodb").delete_item(TableName=aws.table_name("jobs"), Key=dynamo.to_item({"job_id": job.job_id}))
    else:
        write_job(replace(job, deleting=clock.now_s()))
    tell(job)
    work()
    assert sent() == [] and waiting() == 0


@pytest.mark.parametrize("what", ["switched_off", "not_confirmed", "deleting", "reduced", "gone"])
def test_who_wants_no_e_mail_or_is_leaving_gets_none(user: User, what: str) -> None:
    job = ended_job(user)
    key = {"user_id": user.user_id}
    if what == "switched_off":
        accounts.set_emails(user.user_id, False)
    elif what == "not_confirmed":
        dynamo.Update("users", key).set(email_confirmed=False).write()
    elif what == "deleting":
        dynamo.Update("users", key).set(deleting=clock.now_s()).write()
    else:
        aws.client("dynamodb").delete_item(TableName=aws.table_name("users"), Key=dynamo.to_item(key))
        if what == "reduced":
            dynamo.put_new("users", key | {"deleting": 1}, "user_id")
    tell(job)
    work()
    assert sent() == [] and waiting() == 0 and note(job, "completed") == {}


def test_messages_for_other_workers_are_passed_over(user: User) -> None:
    tell(ended_job(user), "archive-due")
    work()
    assert sent() == [] and waiting() == 0


def test_a_message_that_does_not_parse_goes_to_the_dead_letters_C11(user: User) -> None:
    aws.client("sqs").send_message(QueueUrl=aws.queue_url(aws.queue_name("notify")), MessageBody="{}")
    work()
    dead = aws.client("sqs").receive_message(QueueUrl=aws.queue_url(aws.dead_letter_queue_name("notify")))
    assert [message["Body"] for message in dead["Messages"]] == ["{}"] and waiting() == 0


class Crash:
    """Kills the worker before or after its nth AWS call (0-based)."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int, *, after: bool) -> None:
        import botocore.client

        self.calls: list[str] = []
        ask = botocore.client.BaseClient._make_api_call

        def counted(client: Any, operation: str, params: dict[str, Any]) -> Any:
            self.calls.append(operation)
            here = len(self.calls) - 1 == at
            if here and not after:
                raise KilledError
            answer = ask(client, operation, params)
            if here:
                raise KilledError
            return answer

        monkeypatch.setattr(ASK, counted)


def handle(job: Job) -> None:
    """The handler alone, as if the queue had given it the job's message."""
    message = Message(type="job-finished", job_id=job.job_id, user_id=job.user_id)
    NotifyHandler().handle(message, Delivery(receives=1, stopping=threading.Event()))


def calls_of_one_e_mail(user: User, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    job = ended_job(user)
    with monkeypatch.context() as patched:
        crash = Crash(patched, -1, after=False)
        handle(job)
    return crash.calls


def test_a_crash_before_or_after_any_call_never_makes_a_second_e_mail_C14(
    user: User, monkeypatch: pytest.MonkeyPatch, time_passes: Callable[[float], None]
) -> None:
    calls = calls_of_one_e_mail(user, monkeypatch)
    assert calls == ["GetItem", "GetItem", "UpdateItem", "UpdateItem", "SendEmail", "UpdateItem"]
    lost = 0
    for at in range(len(calls)):
        for after in (False, True):
            job = ended_job(user, name=f"{at}-{after}.vcf")
            dynamo.Update("jobs", {"job_id": job.job_id}).remove("notified").write()  # as records of before are
            with monkeypatch.context() as patched:
                Crash(patched, at, after=after)
                with pytest.raises(KilledError):
                    handle(job)
            time_passes(get_settings().lease_s + 5)
            for _ in range(2):
                handle(job)
            mails = [mail for mail in sent() if mail["Subject"].startswith(f"{at}-{after}.vcf")]
            claimed = at > 3 or (at == 3 and after)
            sent_before = at > 4 or (at == 4 and after)
            assert len(mails) == (1 if sent_before or not claimed else 0), (at, after)
            lost += not mails
    # Killed between claim and SES: no e-mail, and counted. Killed between SES and the note: counted too.
    assert lost == 2
    assert len(list(claims.unsent_claims(clock.now()))) == 4


def test_two_workers_on_one_message_send_one_e_mail_however_they_interleave_C14(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    import botocore.client

    ask = botocore.client.BaseClient._make_api_call
    for at in range(len(calls_of_one_e_mail(user, monkeypatch))):
        job = ended_job(user, name=f"{at}.vcf")
        dynamo.Update("jobs", {"job_id": job.job_id}).remove("notified").write()
        numbers = iter(range(100))
        other: list[str] = []

        def meanwhile(client: Any, operation: str, params: dict[str, Any]) -> Any:
            if next(numbers) == at:  # noqa: B023 - used up within this round
                monkeypatch.setattr(ASK, ask)
                try:
                    handle(job)  # noqa: B023
                    other.append("done")  # noqa: B023
                except RetryableError as error:
                    other.append(error.code)  # noqa: B023
            return ask(client, operation, params)

        monkeypatch.setattr(ASK, meanwhile)
        try:
            handle(job)
        finally:
            monkeypatch.setattr(ASK, ask)
        # The other was first, or had to wait until this one was through.
        assert other == (["done"] if at <= 3 else ["mail_in_hand"]), at
        assert len([mail for mail in sent() if mail["Subject"].startswith(f"{at}.vcf")]) == 1, at
    assert overdue() == 0


def test_a_copy_waits_while_another_worker_has_the_claim_then_goes_C14(
    user: User, time_passes: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "retry_delay_s", lambda failures: 0)
    job = ended_job(user)
    assert claims.claim(job, claims.Event.COMPLETED)
    tell(job)
    work()
    assert waiting() == 1 and sent() == []
    time_passes(get_settings().lease_s + 5)
    work()
    assert waiting() == 0 and sent() == []
    assert [claim.job_id for claim in claims.unsent_claims(clock.now())] == [job.job_id]


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception, times: int) -> list[str]:
    """SES fails so many times, then works; returns the list of its calls."""
    import botocore.client

    ask = botocore.client.BaseClient._make_api_call
    asked: list[str] = []

    def answer(client: Any, operation: str, params: dict[str, Any]) -> Any:
        if operation != "SendEmail":
            return ask(client, operation, params)
        asked.append(operation)
        if len(asked) <= times:
            raise error
        return ask(client, operation, params)

    monkeypatch.setattr(ASK, answer)
    return asked


def answer_of_ses(code: str, status: int) -> ClientError:
    response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "SendEmail")


def test_a_busy_ses_is_asked_again_later_and_the_e_mail_goes_once_C14(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "retry_delay_s", lambda failures: 0)
    asked = failing(monkeypatch, answer_of_ses("TooManyRequestsException", 429), times=2)
    job = ended_job(user)
    tell(job)
    work()
    assert waiting() == 1 and note(job, "completed") == {}
    work(5)
    assert len(asked) == 3 and len(sent()) == 1 and waiting() == 0
    assert "sent_at" in note(job, "completed")


def test_an_address_that_ses_refuses_is_not_tried_again(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = failing(monkeypatch, answer_of_ses("MessageRejected", 400), times=99)
    job = ended_job(user)
    for _ in range(3):
        tell(job)
    work(5)
    assert len(asked) == 1 and waiting() == 0
    assert note(job, "completed")["refused"] == "MessageRejected"
    assert overdue() == 0


def test_an_address_that_no_e_mail_reaches_is_written_down_and_ses_not_asked(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = failing(monkeypatch, answer_of_ses("none", 400), times=99)
    dynamo.Update("users", {"user_id": user.user_id}).set(email="адa@example.org").write()
    job = ended_job(user)
    tell(job)
    work()
    assert asked == [] and note(job, "completed")["refused"] == "address_not_usable" and waiting() == 0


@pytest.mark.parametrize(
    "error",
    [answer_of_ses("InternalFailure", 500), ReadTimeoutError(endpoint_url="https://email.us-east-1.amazonaws.com")],
)
def test_where_nobody_knows_whether_it_was_sent_it_is_not_sent_again_but_counted_C14(
    user: User, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    asked = failing(monkeypatch, error, times=1)
    job = ended_job(user)
    tell(job)
    work()
    tell(job)
    work()
    assert len(asked) == 1 and sent() == [] and overdue() == 1


def test_logs_and_messages_carry_ids_only_C10(user: User, capsys: pytest.CaptureFixture[str]) -> None:
    job = ended_job(user, name="Jane Doe 1970.vcf")
    tell(job)
    tell(job)
    work(3)
    assert len(sent()) == 1
    logged = capsys.readouterr()
    for private in (user.email, "Jane", "Ada"):
        assert private not in logged.err + logged.out
    assert "mail_sent" in logged.err + logged.out


def test_a_worker_that_could_never_send_does_not_start(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_ENVIRONMENT", "production")
    monkeypatch.setenv("GAS_PORTAL_URL", "https://gas.example.org")
    forget_settings()
    with pytest.raises(ConfigurationError, match="GAS_MAIL_SENDER"):
        NotifyHandler().prepare()
