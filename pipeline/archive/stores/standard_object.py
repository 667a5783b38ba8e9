"""Writes a stream into S3 as an ordinary object, piece by piece; one that holds other bytes never appears."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import aws
from pipeline.archive.stores.pieces import Seen
from pipeline.archive.stores.server_copy import head
from pipeline.errors import GasError, RetryableError


def write(
    bucket: str, key: str, content_type: str, pieces: Iterator[bytes], seen: Seen, check: Callable[[], None]
) -> None:
    """Store the pieces (each of `storage.PART_BYTES`, the last may be shorter) as bucket/key.

    `seen` counts what `pieces` gives. `check` is asked when all pieces are there, before the object appears; what it
    raises leaves none. Raises RetryableError (`checksum_mismatch`) where S3's figure differs.
    """
    piece = next(pieces)
    after = next(pieces, None)
    if after is None:
        check()
        expected = hashlib.sha256(piece).digest()
        aws.client("s3").put_object(
            Bucket=bucket,
            Key=key,
            Body=piece,
            ContentType=content_type,
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=_base64(expected),
            Metadata={"sha256": expected.hex()},
        )
    else:
        expected = _write_parts(bucket, key, content_type, _chained(piece, after, pieces), check)
    stored = head((bucket, key))
    if stored["ContentLength"] != seen.size or stored.get("ChecksumSHA256", "").split("-")[0] != _base64(expected):
        raise RetryableError("A stored file differs from what was sent; it is sent again.", code="checksum_mismatch")


def _chained(first: bytes, second: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield second
    yield from rest


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _write_parts(bucket: str, key: str, content_type: str, pieces: Iterator[bytes], check: Callable[[], None]) -> bytes:
    """Gives the composite digest that S3 must have."""
    s3 = aws.client("s3")
    upload = s3.create_multipart_upload(
        Bucket=bucket, Key=key, ContentType=content_type, ChecksumAlgorithm="SHA256", ChecksumType="COMPOSITE"
    )
    where = {"Bucket": bucket, "Key": key, "UploadId": upload["UploadId"]}
    parts: list[dict[str, Any]] = []
    digests = []
    try:
        for number, piece in enumerate(pieces, 1):
            digests.append(hashlib.sha256(piece).digest())
            sent = {"ChecksumSHA256": _base64(digests[-1])}
            answer = s3.upload_part(**where, **sent, PartNumber=number, Body=piece, ChecksumAlgorithm="SHA256")
            parts.append({"PartNumber": number, "ETag": answer["ETag"], **sent})
        check()
        s3.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})
    except (BotoCoreError, ClientError, GasError):
        s3.abort_multipart_upload(**where)
        raise
    return hashlib.sha256(b"".join(digests)).digest()
