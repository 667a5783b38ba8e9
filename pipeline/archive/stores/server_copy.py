"""Copies an object inside S3 into another storage class, at any size, also onto itself (C33)."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import aws, storage
from pipeline.settings import GIBIBYTE

MAX_PARTS = 10_000  # of a multipart upload (S3)
MAX_PART_BYTES = 5 * GIBIBYTE
Head = dict[str, Any]
Place = tuple[str, str]  # bucket and key


def head(place: Place) -> Head:
    """The object's description, with its checksum. Raises ClientError (404) where there is none."""
    found: Head = aws.client("s3").head_object(Bucket=place[0], Key=place[1], ChecksumMode="ENABLED")
    return found


def head_or_none(place: Place) -> Head | None:
    """The same; None where there is no such object."""
    try:
        return head(place)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return None
        raise


def part_bytes_for(size: int) -> int:
    """Size of the parts of a copy. They are those in which `storage.upload` stored the file, so that the digests of the
    two can be compared; larger ones only where it takes more than 10,000 of them."""
    part = storage.PART_BYTES
    while -(-size // part) > MAX_PARTS:
        part = min(2 * part, MAX_PART_BYTES)
    return part


def copy_to_class(source: Place, target: Place, storage_class: str, described: Head) -> None:
    """Copy an object, with its type and metadata; in parts where it is too large for one request. `described` is the
    source's `head`; ClientError (412) if the source is another one by now."""
    if described["ContentLength"] > storage.COPY_WHOLE_BYTES:
        _copy_in_parts(source, target, storage_class, described)
        return
    aws.client("s3").copy_object(
        Bucket=target[0],
        Key=target[1],
        CopySource={"Bucket": source[0], "Key": source[1]},
        CopySourceIfMatch=described["ETag"],
        StorageClass=storage_class,
        ChecksumAlgorithm="SHA256",
    )


def _copy_in_parts(source: Place, target: Place, storage_class: str, described: Head) -> None:
    s3 = aws.client("s3")
    upload = s3.create_multipart_upload(
        Bucket=target[0],
        Key=target[1],
        StorageClass=storage_class,
        Metadata=described.get("Metadata", {}),
        ContentType=described.get("ContentType", "application/octet-stream"),
        ChecksumAlgorithm="SHA256",
        ChecksumType="COMPOSITE",
    )
    where = {"Bucket": target[0], "Key": target[1], "UploadId": upload["UploadId"]}
    try:
        parts = _copy_parts(source, where, described)
        s3.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})
    except (BotoCoreError, ClientError):
        s3.abort_multipart_upload(**where)
        raise


def _copy_parts(source: Place, where: dict[str, str], described: Head) -> list[dict[str, Any]]:
    size, part = described["ContentLength"], part_bytes_for(described["ContentLength"])
    done = []
    for number, start in enumerate(range(0, size, part), 1):
        answer = aws.client("s3").upload_part_copy(
            **where,
            PartNumber=number,
            CopySource={"Bucket": source[0], "Key": source[1]},
            CopySourceRange=f"bytes={start}-{min(start + part, size) - 1}",
            CopySourceIfMatch=described["ETag"],
        )["CopyPartResult"]
        kept = {name: answer[name] for name in ("ETag", "ChecksumSHA256") if name in answer}
        done.append({"PartNumber": number, **kept})
    return done
