"""The loop lives on whatever a message or a handler does."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest
from botocore.exceptions import EndpointConnectionError

from pipeline import aws, messages
from pipeline.messages import Message
from pipeline.settings import Settings
from pipeline.workers import runner as runner_module
from pipeline.workers.delivery import Delivery
from pipeline.workers.runner import Runner, retry_delay_s
from tests.queues import count, dead_letters


@dataclass
class Collect:
    """Notes the jobs it is given, raises for some, and stops the loop after the last."""

    stopping: threading.Event
    last: str
    raises: dict[str, BaseException] = field(default_factory=dict)
    queue: str = "annotate"
    parse = staticmethod(messages.parse)
    seen: list[str] = field(default_factory=list)

    def handle(self, message: Message, delivery: Delivery) -> None:
        self.seen.append(message.job_id)
        if message.job_id == self.last:
            self.stopping.set()
        if message.job_id in self.raises:
            raise self.raises[message.job_id]


def send(job_id: str) -> None:
    messages.publish("job-requests", Message(type="job-requested", job_id=job_id, user_id="u"))


def send_raw(body: str) -> None:
    aws.client("sqs").send_message(QueueUrl=aws.queue_url(aws.queue_name("annotate")), MessageBody=body)


@pytest.mark.parametrize("poison", ["not json", "{}", '{"schema_version": 99}', "[]", "\u0000", "<script>"])
def test_poison_message_goes_to_the_dead_letters_with_a_reason_and_blocks_nobody_C11(
    moto_aws: Settings, poison: str
) -> None:
    stopping = threading.Event()
    handler = Collect(stopping, last="b")
    send("a")
    send_raw(poison)
    send("b")
    Runner(handler, stopping).run()
    assert handler.seen == ["a", "b"]
    (dead,) = dead_letters("annotate")
    assert dead["Body"] == poison and "schema" in dead["MessageAttributes"]["reason"]["StringValue"]
    assert count("annotate") == (0, 0)


def test_bug_in_a_handler_ends_neither_the_loop_nor_the_message_C11(moto_aws: Settings) -> None:
    stopping = threading.Event()
    handler = Collect(stopping, last="b", raises={"a": ZeroDivisionError("bug")})
    send("a")
    send("b")
    Runner(handler, stopping).run()
    assert handler.seen == ["a", "b"]
    assert count("annotate") == (0, 1), "the failed message waits for its next try"


def test_queue_that_does_not_answer_is_asked_again(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner_module, "PAUSE_AFTER_QUEUE_ERROR_S", 0.0)
    stopping = threading.Event()
    handler = Collect(stopping, last="a")
    send("a")
    real, calls = aws.client("sqs").receive_message, []

    def flaky(**kw: object) -> object:
        calls.append(1)
        if len(calls) < 3:
            raise EndpointConnectionError(endpoint_url="http://sqs")
        return real(**kw)

    monkeypatch.setattr(aws.client("sqs"), "receive_message", flaky)
    Runner(handler, stopping).run()
    assert handler.seen == ["a"]


def test_message_received_while_stopping_is_handed_back_at_once_C19(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopping = threading.Event()
    handler = Collect(stopping, last="")
    send("a")
    real = aws.client("sqs").receive_message
    monkeypatch.setattr(
        aws.client("sqs"), "receive_message", lambda **kw: (answer := real(**kw), stopping.set())[0] or answer
    )
    Runner(handler, stopping).run()
    assert handler.seen == [] and count("annotate") == (1, 0)


def test_retry_delay_doubles_up_to_a_bound(moto_aws: Settings) -> None:
    assert [retry_delay_s(n) for n in (0, 1, 2)] == [10, 20, 40]
    assert retry_delay_s(50) == runner_module.MAX_RETRY_DELAY_S
