"""An in-memory store that takes small parts, a user, and a browser's part of the work."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from moto.s3 import models as moto_s3

from pipeline import aws
from pipeline.accounts.store import User
from pipeline.reference.bundle import load_bundle
from pipeline.settings import Settings, get_settings
from pipeline.uploads.store import Upload
from tests.builders import make_user
from tests.conftest import forget_settings

PART_BYTES = 10

SendParts = Callable[..., None]


@pytest.fixture
def small_parts(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of ten bytes: S3's own minimum of 5 MiB would make every test slow."""
    monkeypatch.setenv("GAS_UPLOAD_PART_BYTES", str(PART_BYTES))
    monkeypatch.setattr(moto_s3, "S3_UPLOAD_PART_MIN_SIZE", 1)
    forget_settings()


@pytest.fixture
def ada(small_parts: None) -> User:
    """A free user."""
    return make_user()


@pytest.fixture
def send() -> SendParts:
    """Stores parts of an upload as a browser would; `content` may be wrong on purpose."""

    def send_parts(upload: Upload, *numbers: int, content: bytes | None = None) -> None:
        for number in numbers or range(1, upload.part_count + 1):
            aws.client("s3").upload_part(
                Bucket=upload.bucket,
                Key=upload.key,
                UploadId=upload.multipart_id,
                PartNumber=number,
                Body=content if content is not None else b"x" * upload.part_length(number),
            )

    return send_parts


@pytest.fixture
def rcrs() -> None:
    """The embedded bundle, without which no job can be submitted."""
    assert load_bundle(get_settings().default_bundle).contigs
