"""How full each queue is, how long its oldest message has waited, and how many dead letters lie behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import aws, clock

# CloudWatch hears from SQS once a minute, some minutes late.
AGE_WINDOW_S = 900
AGE_PERIOD_S = 60


@dataclass(frozen=True)
class Depth:
    """Numbers of messages as SQS estimates them. `oldest_s` is in seconds, None where no service tells it."""

    queue: str
    waiting: int
    in_flight: int
    delayed: int
    oldest_s: int | None
    dead_letters: int


def depths() -> tuple[list[Depth], bool]:
    """Every queue of the service, in the order of `aws.QUEUES`; False if CloudWatch could not be asked for the ages."""
    numbers = {queue: _numbers(aws.queue_name(queue)) for queue in aws.QUEUES}
    dead = {queue: sum(_numbers(aws.dead_letter_queue_name(queue))) for queue in aws.QUEUES}
    ages, answered = _oldest()
    return [Depth(queue, *numbers[queue], ages.get(queue), dead[queue]) for queue in aws.QUEUES], answered


def dead_letters_waiting(queue: str) -> int:
    """Dead letters that can be received now, as SQS estimates them."""
    return _numbers(aws.dead_letter_queue_name(queue))[0]


def _numbers(name: str) -> tuple[int, int, int]:
    attributes = aws.client("sqs").get_queue_attributes(
        QueueUrl=aws.queue_url(name),
        AttributeNames=[
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ],
    )["Attributes"]
    return (
        int(attributes["ApproximateNumberOfMessages"]),
        int(attributes["ApproximateNumberOfMessagesNotVisible"]),
        int(attributes["ApproximateNumberOfMessagesDelayed"]),
    )


def _oldest() -> tuple[dict[str, int], bool]:
    """Age of the oldest message by queue, where CloudWatch knows it; the embedded AWS never does.

    The rest of the table is worth having without the ages, so a CloudWatch that refuses is no failure.
    """
    now = datetime.fromtimestamp(clock.now(), UTC)
    try:
        answer = aws.client("cloudwatch").get_metric_data(
            MetricDataQueries=[
                {
                    "Id": f"age_{queue}",
                    "MetricStat": {
                        "Metric": {
                            "Namespace": "AWS/SQS",
                            "MetricName": "ApproximateAgeOfOldestMessage",
                            "Dimensions": [{"Name": "QueueName", "Value": aws.queue_name(queue)}],
                        },
                        "Period": AGE_PERIOD_S,
                        "Stat": "Maximum",
                    },
                }
                for queue in aws.QUEUES
            ],
            StartTime=now - timedelta(seconds=AGE_WINDOW_S),
            EndTime=now,
            ScanBy="TimestampDescending",
        )
    except (BotoCoreError, ClientError):
        return {}, False
    results = answer.get("MetricDataResults", [])
    return {r["Id"].removeprefix("age_"): int(r["Values"][0]) for r in results if r.get("Values")}, True
