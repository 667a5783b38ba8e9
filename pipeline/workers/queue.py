"""One SQS queue as a worker sees it: receive one message, keep it, give it back, acknowledge it, bury it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline import aws
from pipeline.settings import get_settings

SQS_MAX_VISIBILITY_S = 12 * 3600
DEAD_LETTER_REASON = "reason"


@dataclass(frozen=True)
class Received:
    """A message in hand. `receives` counts how often the queue has handed it out."""

    body: str
    receipt_handle: str
    sqs_message_id: str
    receives: int
    group_id: str | None


class Queue:
    """The queue `name` (such as `annotate`) and the dead-letter queue behind it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.url = aws.queue_url(aws.queue_name(name))

    def receive(self) -> Received | None:
        """The next message, waiting for one for a while; None if there was none."""
        settings = get_settings()
        answer = aws.client("sqs").receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=1,
            WaitTimeSeconds=settings.receive_wait_s,
            VisibilityTimeout=settings.visibility_timeout_s,
            MessageSystemAttributeNames=["ApproximateReceiveCount", "MessageGroupId"],
        )
        for message in answer.get("Messages", []):
            attributes = message.get("Attributes", {})
            return Received(
                body=message["Body"],
                receipt_handle=message["ReceiptHandle"],
                sqs_message_id=message["MessageId"],
                receives=int(attributes.get("ApproximateReceiveCount", 1)),
                group_id=attributes.get("MessageGroupId"),
            )
        return None

    def hide(self, received: Received, seconds: int) -> None:
        """Keep the message from other workers for this long (0: hand it to the next one now)."""
        aws.client("sqs").change_message_visibility(
            QueueUrl=self.url,
            ReceiptHandle=received.receipt_handle,
            VisibilityTimeout=max(0, min(seconds, SQS_MAX_VISIBILITY_S)),
        )

    def acknowledge(self, received: Received) -> None:
        """Delete the message: its work is durable (C12)."""
        aws.client("sqs").delete_message(QueueUrl=self.url, ReceiptHandle=received.receipt_handle)

    def bury(self, received: Received, reason: str) -> None:
        """Copy the message to the dead-letter queue with the reason, then delete it here (C11)."""
        group = {"MessageGroupId": received.group_id} if received.group_id else {}
        aws.client("sqs").send_message(
            QueueUrl=aws.queue_url(aws.dead_letter_queue_name(self.name)),
            MessageBody=received.body,
            MessageAttributes={DEAD_LETTER_REASON: {"DataType": "String", "StringValue": reason[:1000]}},
            **group,
        )
        self.acknowledge(received)
