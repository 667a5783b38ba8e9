"""Looks into moto's tables and buckets without an AWS call, and empties them between schedules."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.backends import get_backend

from pipeline import aws, dynamo
from pipeline.settings import get_settings
from util_jobs.faults.quick_dynamodb import plain
from util_jobs.template import resolve


@dataclass(frozen=True)
class Stored:
    """An object as it lies in a bucket."""

    bucket: str
    key: str
    storage_class: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of the content."""
        return hashlib.sha256(self.content).hexdigest()


def _backend(service: str) -> Any:
    settings = get_settings()
    region = "aws" if service == "s3" else settings.aws_region
    return get_backend(service)[settings.aws_account_id][region]  # type: ignore[call-overload]


def dynamodb() -> Any:
    """moto's tables."""
    return _backend("dynamodb")


def s3() -> Any:
    """moto's buckets."""
    return _backend("s3")


def create() -> None:
    """The tables and buckets of the template."""
    known = ("TableName", "BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    for resource in resolve():
        properties = resource.properties
        if resource.type == "AWS::S3::Bucket":
            aws.client("s3").create_bucket(Bucket=properties["BucketName"])
        elif resource.type == "AWS::DynamoDB::Table":
            aws.client("dynamodb").create_table(**{key: properties[key] for key in known if key in properties})


def empty() -> None:
    """Every table and bucket as new."""
    for table in dynamodb().tables.values():
        table.items.clear()
    for bucket in s3().buckets.values():
        for key in list(bucket.keys.values()):
            key.dispose()
        for part in list(bucket.multiparts.values()):
            part.dispose()
        bucket.keys.clear()
        bucket.multiparts.clear()


def key_in(bucket: str, key: str) -> Any:
    """moto's own description of an object; None where there is none."""
    return s3().buckets[bucket].keys.get(key)


def records(table: str) -> Iterator[dict[str, Any]]:
    """Every record of a table as plain Python values, by key."""
    found = dynamodb().tables[aws.table_name(table)]
    for item in found.all_items():
        yield dynamo.from_item({name: plain(value) for name, value in item.attrs.items()})


def objects() -> Iterator[Stored]:
    """Every object of every bucket."""
    for bucket in s3().buckets.values():
        for name, key in bucket.keys.items():
            yield Stored(bucket.name, name, key.storage_class or "STANDARD", key.value)


def unfinished_uploads() -> list[str]:
    """The key of each multipart upload that nobody completed or aborted."""
    return [str(upload.key_name) for bucket in s3().buckets.values() for upload in bucket.multiparts.values()]
