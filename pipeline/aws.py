"""The one place that makes boto3 clients, and the names of what they talk to.

Names follow one pattern, `<stack>-<what>`, so that the template, the workers and the portal agree
without passing outputs around. Bucket names are global, so they carry the account id.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config

from pipeline.settings import Settings, get_settings

QUEUES = ("annotate", "notify", "archive", "restore", "thaw", "export")
TOPICS = ("job-requests", "job-results", "plan-changes", "exports")
# boto3 asks again by itself when an answer is lost. An e-mail would then be sent twice, and a retrieval from a vault
# paid twice: nothing tells SES or Glacier that it is the same one (C14, C28).
ASKED_ONCE = frozenset({"sesv2", "glacier"})


def _config() -> Config:
    return Config(
        region_name=get_settings().aws_region,
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        retries={"mode": "standard", "max_attempts": 4},
        connect_timeout=5,
        read_timeout=60,
        max_pool_connections=32,
    )


@lru_cache(maxsize=16)
def client(service: str) -> Any:
    """A boto3 client, one for each service and process (boto3 clients may be shared by threads)."""
    config = _config()
    if service != "s3":
        config = config.merge(Config(signature_version=None))
    if service in ASKED_ONCE:
        config = config.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
    return boto3.client(service, config=config)  # type: ignore[call-overload]


@lru_cache(maxsize=1)
def presigning_client() -> Any:
    """The S3 client that signs addresses for browsers: the host that signs must be the host they use."""
    settings = get_settings()
    return boto3.client("s3", config=_config(), endpoint_url=settings.aws_public_endpoint_url)


def reset_clients() -> None:
    """Forget the clients (tests; a fork)."""
    client.cache_clear()
    presigning_client.cache_clear()
    queue_url.cache_clear()


def bucket(what: str, settings: Settings | None = None) -> str:
    """Name of the bucket `inputs` or `results`."""
    s = settings or get_settings()
    return f"{s.stack_name}-{s.aws_account_id}-{s.aws_region}-{what}"


def table_name(what: str, settings: Settings | None = None) -> str:
    """Name of the table `jobs`, `uploads`, `users`, `identities` or `exports`."""
    return f"{(settings or get_settings()).stack_name}-{what}"


def queue_name(what: str, settings: Settings | None = None) -> str:
    """Name of a queue; its dead letters are in `<name>-dead-letters`."""
    return f"{(settings or get_settings()).stack_name}-{what}"


def dead_letter_queue_name(what: str, settings: Settings | None = None) -> str:
    """Name of the dead-letter queue behind `what`."""
    return f"{queue_name(what, settings)}-dead-letters"


@lru_cache(maxsize=32)
def queue_url(name: str) -> str:
    """URL of the queue with this full name."""
    return str(client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


def topic_arn(what: str, settings: Settings | None = None) -> str:
    """ARN of the topic `job-requests`, `job-results`, …"""
    s = settings or get_settings()
    return f"arn:aws:sns:{s.aws_region}:{s.aws_account_id}:{s.stack_name}-{what}"
