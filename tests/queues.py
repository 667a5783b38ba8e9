"""Looks into queues as tests need to."""

from __future__ import annotations

from typing import Any

from pipeline import aws


def received(name: str) -> list[dict[str, Any]]:
    """Every message now visible in the queue with this full or short name; they stay hidden afterwards."""
    full = name if "-" in name else aws.queue_name(name)
    found: list[dict[str, Any]] = []
    while True:
        answer = aws.client("sqs").receive_message(
            QueueUrl=aws.queue_url(full),
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
            WaitTimeSeconds=0,
        )
        if not answer.get("Messages"):
            return found
        found += answer["Messages"]


def bodies(name: str) -> list[str]:
    """The bodies of the visible messages."""
    return [message["Body"] for message in received(name)]


def dead_letters(name: str) -> list[dict[str, Any]]:
    """The messages in the dead-letter queue behind `name`."""
    return received(aws.dead_letter_queue_name(name))


def count(name: str) -> tuple[int, int]:
    """How many messages the queue holds: (visible, hidden)."""
    attributes = aws.client("sqs").get_queue_attributes(
        QueueUrl=aws.queue_url(aws.queue_name(name)),
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )["Attributes"]
    return (
        int(attributes["ApproximateNumberOfMessages"]),
        int(attributes["ApproximateNumberOfMessagesNotVisible"]),
    )
