"""A hot file to archive, and hooks around single AWS calls."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from pipeline import aws, storage
from pipeline.archive.files import ArchivedFile
from pipeline.archive.stores.base import ArchiveStore
from pipeline.settings import Settings

HOT_KEY = "results/user/job/1/annotated.vcf.gz"
TARGET = "archive/user/job/1/vcf"


@dataclass(frozen=True)
class HotFile:
    """A file as a worker stored it."""

    content: bytes
    key: str = HOT_KEY

    @property
    def bucket(self) -> str:
        return aws.bucket("results")

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def store(self, folder: Path) -> HotFile:
        """Put it where results are."""
        path = folder / "hot"
        path.write_bytes(self.content)
        storage.upload(path, self.bucket, self.key, "application/gzip")
        return self

    def archive(self, store: ArchiveStore, target: str = TARGET) -> ArchivedFile:
        """Have it put into a store."""
        return store.put(self.bucket, self.key, target, role="vcf", size=len(self.content), sha256=self.sha256)


def read(bucket: str, key: str) -> bytes:
    """An object's content."""
    return bytes(aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


@pytest.fixture
def hot(moto_aws: Settings, tmp_path: Path) -> HotFile:
    """A small hot file."""
    return HotFile(b"##fileformat=VCFv4.2\n" * 50).store(tmp_path)


@contextmanager
def before_each(operation: str, hook: Callable[[], None], service: str = "s3") -> Iterator[None]:
    """Have the hook run before each call of an AWS operation; it may raise."""

    def run(**_: object) -> None:
        hook()

    events, event = aws.client(service).meta.events, f"provide-client-params.{service}.{operation}"
    events.register(event, run)
    try:
        yield
    finally:
        events.unregister(event, run)


def refusal(operation: str, code: str, status: int = 503) -> Callable[[], None]:
    """A hook that raises AWS's error of this code."""

    def refuse() -> None:
        raise ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, operation)

    return refuse
