"""S3's multipart calls for one upload: open, sign a part, list what arrived, put together, abort.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from pipeline import aws
from pipeline.errors import ConflictError
from pipeline.settings import get_settings
from pipeline.uploads.store import Upload

GONE = ("NoSuchUpload", "NoSuchKey")


def create(upload: Upload) -> str:
    """Open a multipart upload at the store; returns its id there."""
    answer = aws.client("s3").create_multipart_upload(
        Bucket=upload.bucket, Key=upload.key, ContentType="application/octet-stream"
    )
    return str(answer["UploadId"])


def part_url(upload: Upload, number: int) -> str:
    """A presigned address for the 1-based part; another length than the part's is refused by its signature."""
    parameters = {
        "Bucket": upload.bucket,
        "Key": upload.key,
        "UploadId": upload.multipart_id,
        "PartNumber": number,
        "ContentLength": upload.part_length(number),
    }
    return str(
        aws.presigning_client().generate_presigned_url(
            "upload_part", Params=parameters, ExpiresIn=get_settings().upload_url_ttl_s
        )
    )


def stored_parts(upload: Upload) -> list[dict[str, Any]] | None:
    """The parts that the store holds, all pages; None if it does not know the multipart upload."""
    try:
        pages = (
            aws.client("s3")
            .get_paginator("list_parts")
            .paginate(Bucket=upload.bucket, Key=upload.key, UploadId=upload.multipart_id)
        )
        return [part for page in pages for part in page.get("Parts", [])]
    except ClientError as error:
        if error.response["Error"]["Code"] in GONE:
            return None
        raise


def whole_parts(upload: Upload, parts: list[dict[str, Any]]) -> list[int]:
    """Numbers of the parts that arrived with the right length, sorted."""
    sizes = {p["PartNumber"]: p["Size"] for p in parts if 1 <= p["PartNumber"] <= upload.part_count}
    return sorted(number for number, size in sizes.items() if size == upload.part_length(number))


def complete(upload: Upload, parts: list[dict[str, Any]]) -> None:
    """Put the parts together; `ConflictError` with code `parts_missing` while some have not arrived."""
    whole = set(whole_parts(upload, parts))
    missing = upload.part_count - len(whole)
    if missing:
        raise ConflictError(
            f"{missing:,} of {upload.part_count:,} parts of the file have not arrived yet.", code="parts_missing"
        )
    listed = [{"PartNumber": p["PartNumber"], "ETag": p["ETag"]} for p in parts if p["PartNumber"] in whole]
    try:
        aws.client("s3").complete_multipart_upload(
            Bucket=upload.bucket, Key=upload.key, UploadId=upload.multipart_id, MultipartUpload={"Parts": listed}
        )
    except ClientError as error:
        # Another request completed it since the parts were listed: the caller checks the object itself.
        if error.response["Error"]["Code"] != "NoSuchUpload":
            raise


def abort(upload: Upload) -> None:
    """Drop the parts; a multipart upload that the store does not know is no error."""
    try:
        aws.client("s3").abort_multipart_upload(Bucket=upload.bucket, Key=upload.key, UploadId=upload.multipart_id)
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise
