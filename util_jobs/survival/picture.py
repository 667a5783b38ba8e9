"""What the service holds at one moment: records, queues, and where it is asked for, every object and e-mail."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from pipeline import aws, dynamo
from util_jobs.local.private_stack import PrivateStack
from util_jobs.queues.depths import Depth, depths

JOB_LINK = re.compile(r"/jobs/([0-9a-f]{32})")
MAILS = "/_ministack/ses/messages"  # the embedded AWS's own address, not one of SES
TIMEOUT_S = 30.0
Mails = Counter[tuple[str, str]]  # how many by subject and job


@dataclass(frozen=True)
class Records:
    """The tables by key, and the queues."""

    jobs: dict[str, dict[str, Any]]
    users: dict[str, dict[str, Any]]
    uploads: dict[str, dict[str, Any]]
    queues: tuple[Depth, ...]

    def without(self, doubtful: Collection[str]) -> Records:
        """The same without these jobs and users."""

        def certain(table: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
            return {k: v for k, v in table.items() if k not in doubtful and v["user_id"] not in doubtful}

        return Records(certain(self.jobs), certain(self.users), certain(self.uploads), self.queues)

    @property
    def kept(self) -> list[dict[str, Any]]:
        """The jobs that nobody deleted."""
        return [job for job in self.jobs.values() if not job.get("deleting")]


@dataclass(frozen=True)
class Stored:
    """An object: its storage class, and the file on this machine's disk that holds its bytes."""

    storage_class: str
    file: Path

    def content(self) -> bytes | None:
        """The bytes themselves; None where the disk has none."""
        return self.file.read_bytes() if self.file.is_file() else None


@dataclass(frozen=True)
class Objects:
    """Every object by bucket and key, and the keys of unfinished uploads."""

    stored: dict[tuple[str, str], Stored]
    unfinished: list[str]

    def without(self, doubtful: Collection[str]) -> Objects:
        """The same without what belongs to these jobs and users."""
        certain = {place: found for place, found in self.stored.items() if not _names_one(place[1], doubtful)}
        return Objects(certain, [key for key in self.unfinished if not _names_one(key, doubtful)])


def _names_one(key: str, ids: Collection[str]) -> bool:
    return any(part in ids for part in key.split("/"))


def records() -> Records:
    """The tables, whole, and the depths of the queues."""
    return Records(
        jobs=_table("jobs", "job_id"),
        users=_table("users", "user_id"),
        uploads=_table("uploads", "upload_id"),
        queues=tuple(depths()[0]),
    )


def _table(name: str, key: str) -> dict[str, dict[str, Any]]:
    return {record[key]: record for record in dynamo.scan_all(name, ConsistentRead=True)}


def objects(stack: PrivateStack) -> Objects:
    """Both buckets, all pages, with the embedded AWS's own files behind the objects."""
    s3 = aws.client("s3")
    stored: dict[tuple[str, str], Stored] = {}
    unfinished: list[str] = []
    for bucket in (aws.bucket("inputs"), aws.bucket("results")):
        (home,) = (stack.folder / "aws" / "objects").glob(f"*/{bucket}")
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for entry in page.get("Contents", []):
                found = Stored(entry.get("StorageClass", "STANDARD"), home / entry["Key"])
                stored[bucket, entry["Key"]] = found
        for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
            unfinished += [upload["Key"] for upload in page.get("Uploads", [])]
    return Objects(stored, unfinished)


def mails(before: float = math.inf) -> Mails:
    """The e-mails that the embedded AWS took since its start, before that time (epoch seconds)."""
    address = aws.client("sqs").meta.endpoint_url.rstrip("/") + MAILS
    answer = requests.get(address, timeout=TIMEOUT_S)
    answer.raise_for_status()
    taken = [mail for of_account in answer.json()["messages"].values() for mail in of_account]
    counted = [mail for mail in taken if mail["Timestamp"] < before]
    return Counter((mail["Subject"], _job_in(mail.get("BodyText") or "")) for mail in counted)


def _job_in(text: str) -> str:
    link = JOB_LINK.search(text)
    return link[1] if link else ""
