"""Looks into a dead-letter queue, and sends its messages back (receive, validate, send, delete).

SQS's own `StartMessageMoveTask` would send back unreadable messages, too, and no emulator has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pipeline import aws, clock, messages
from pipeline.archive import restore_events
from pipeline.messages import Message, PoisonMessageError
from pipeline.settings import get_settings
from pipeline.workers.queue import DEAD_LETTER_REASON
from util_jobs.queues.depths import dead_letters_waiting

# Nobody else sees a message while a command looks at it; a command that is killed gives it back after this.
HOLD_S = 30
BATCH = 10  # SQS: messages of one receive, and entries of one batch
LONGEST_WAIT_S = 1  # a receive that waits asks all of SQS's machines, one that does not may miss messages
SHOWN_OF_UNREADABLE = 200

# The thaw queue is fed by the object store, too, whose events have another form.
_READERS: dict[str, Callable[[str], Message | None]] = {"thaw": restore_events.message_of}


@dataclass(frozen=True)
class DeadLetter:
    """A message in a dead-letter queue. `problem` says why it cannot be read; else `type` and the ids are known.

    `age_s` is since it was put there, or since it was first sent if SQS moved it; `reason` is None in that case.
    `type` is `object-store-event` for an event without a message of ours in it.
    """

    sqs_message_id: str
    type: str | None
    message_id: str | None
    job_id: str | None
    user_id: str | None
    age_s: int
    receives: int
    reason: str | None
    problem: str | None
    body: str | None  # the beginning of an unreadable one
    raw: dict[str, Any] = field(repr=False, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {key: value for key, value in vars(self).items() if key != "raw"}


def peek(queue: str, limit: int) -> list[DeadLetter]:
    """Up to `limit` dead letters of the queue; all are given back, with one receive more on their count."""
    with _held(queue) as held:
        return list(_received(queue, limit, held))


@dataclass
class Redriven:
    """`sent` messages are in their queue again; `unreadable` ones stayed, with `dry_run` the `readable` ones, too."""

    queue: str
    dry_run: bool
    readable: int = 0
    sent: int = 0
    unreadable: int = 0
    left: int = 0


def redrive(queue: str, limit: int | None, *, dry_run: bool) -> Redriven:
    """Send dead letters back to their queue: at most `limit`, or as many as were there at the beginning, so that one
    which dies again at once is not sent round and round.

    A crash between send and delete leaves the message in both queues, which every handler bears (C14).
    """
    done = Redriven(queue, dry_run)
    limit = dead_letters_waiting(queue) if limit is None else limit
    with _held(queue) as held:
        for letter in _received(queue, limit, held):
            if letter.problem is not None:
                done.unreadable += 1
                continue
            done.readable += 1
            if not dry_run:
                _send_back(queue, letter)
                held.remove(letter.raw["ReceiptHandle"])
                done.sent += 1
    done.left = dead_letters_waiting(queue)
    return done


def _send_back(queue: str, letter: DeadLetter) -> None:
    group = letter.raw.get("Attributes", {}).get("MessageGroupId")
    aws.client("sqs").send_message(
        QueueUrl=aws.queue_url(aws.queue_name(queue)),
        MessageBody=letter.raw["Body"],
        **({"MessageGroupId": group} if group else {}),
    )
    aws.client("sqs").delete_message(QueueUrl=_url(queue), ReceiptHandle=letter.raw["ReceiptHandle"])


def _url(queue: str) -> str:
    return aws.queue_url(aws.dead_letter_queue_name(queue))


@contextmanager
def _held(queue: str) -> Iterator[list[str]]:
    """A list of receipt handles; what is still in it at the end is given back at once."""
    held: list[str] = []
    try:
        yield held
    finally:
        for start in range(0, len(held), BATCH):
            # One whose time is over is back already: its entry fails, and that is fine.
            aws.client("sqs").change_message_visibility_batch(
                QueueUrl=_url(queue),
                Entries=[
                    {"Id": str(number), "ReceiptHandle": handle, "VisibilityTimeout": 0}
                    for number, handle in enumerate(held[start : start + BATCH])
                ],
            )


def _received(queue: str, limit: int, held: list[str]) -> Iterator[DeadLetter]:
    """Up to `limit` different messages; each handle is noted in `held` before anything is done with the message."""
    seen: set[str] = set()
    while len(seen) < limit:
        answer = aws.client("sqs").receive_message(
            QueueUrl=_url(queue),
            MaxNumberOfMessages=min(BATCH, limit - len(seen)),
            VisibilityTimeout=HOLD_S,
            WaitTimeSeconds=min(get_settings().receive_wait_s, LONGEST_WAIT_S),
            MessageAttributeNames=[DEAD_LETTER_REASON],
            MessageSystemAttributeNames=["SentTimestamp", "ApproximateReceiveCount", "MessageGroupId"],
        )
        arrived = answer.get("Messages", [])
        held += [raw["ReceiptHandle"] for raw in arrived]
        fresh = [raw for raw in arrived if raw["MessageId"] not in seen]
        seen |= {raw["MessageId"] for raw in fresh}
        if not fresh:
            return
        yield from (_letter(queue, raw) for raw in fresh)


def _letter(queue: str, raw: dict[str, Any]) -> DeadLetter:
    attributes = raw.get("Attributes", {})
    message, problem = None, None
    try:
        message = _READERS.get(queue, messages.parse)(raw["Body"])
    except PoisonMessageError as error:
        problem = error.message
    readable_type = message.type if message else "object-store-event"
    return DeadLetter(
        sqs_message_id=raw["MessageId"],
        type=None if problem else readable_type,
        message_id=message.message_id if message else None,
        job_id=message.job_id if message else None,
        user_id=message.user_id if message else None,
        age_s=max(0, clock.now_s() - int(attributes.get("SentTimestamp", 0)) // 1000),
        receives=int(attributes.get("ApproximateReceiveCount", 1)),
        reason=raw.get("MessageAttributes", {}).get(DEAD_LETTER_REASON, {}).get("StringValue"),
        problem=problem,
        body=raw["Body"][:SHOWN_OF_UNREADABLE] if problem else None,
        raw=raw,
    )
