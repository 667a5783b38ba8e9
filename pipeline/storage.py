"""Objects in S3: their keys, presigned addresses, streaming in and out, and the proof that what is stored is right.

Keys hold ids only (C10) and are looked up, never parsed (C09). Results are kept by attempt, so that a late
write of a worker that lost its lease cannot touch what another one stored (C13).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import BotoCoreError, ClientError

from pipeline import aws
from pipeline.errors import GasError, RetryableError
from pipeline.settings import MEBIBYTE, get_settings

OnBytes = Callable[[int], None]
CHUNK_BYTES = 1 * MEBIBYTE
# A file up to this size goes up in one request; a longer one in parts of this size (10,000 parts: 640 GB).
PART_BYTES = 64 * MEBIBYTE
COPY_WHOLE_BYTES = 1024 * MEBIBYTE  # a larger object is copied in parts at once (S3: at most 5 GB in one request)
CARD_NAME = "job.json"
DELETE_BATCH = 1000  # S3: DeleteObjects takes at most 1,000 keys


@dataclass(frozen=True)
class StoredObject:
    """An object whose stored bytes were confirmed. `sha256` is the hexadecimal digest of the whole content."""

    key: str
    size: int
    sha256: str


def input_key(user_id: str, job_id: str) -> str:
    """Key of a job's input file."""
    return f"uploads/{user_id}/{job_id}/input"


def results_prefix(user_id: str, job_id: str) -> str:
    """Prefix of everything that a job's workers stored."""
    return f"results/{user_id}/{job_id}/"


def result_key(user_id: str, job_id: str, attempt: int, name: str) -> str:
    """Key of one result file (`name` is one of ours, such as `variants.parquet`)."""
    return f"{results_prefix(user_id, job_id)}{attempt}/{name}"


def card_key(user_id: str, job_id: str) -> str:
    """Key of a job's card, from which its record can be made anew."""
    return f"{results_prefix(user_id, job_id)}{CARD_NAME}"


def archive_prefix(user_id: str, job_id: str) -> str:
    """Prefix of everything of a job that is in the archive."""
    return f"archive/{user_id}/{job_id}/"


def archive_key(user_id: str, job_id: str, version: int, role: str) -> str:
    """Where a move puts a file. No move uses another one's keys: a late clean-up can never hit a newer copy."""
    return f"{archive_prefix(user_id, job_id)}{version}/{role}"


def export_prefix(user_id: str, export_id: str) -> str:
    """Prefix of everything that workers stored for an export."""
    return f"exports/{user_id}/{export_id}/"


def export_key(user_id: str, export_id: str, attempt: int, role: str) -> str:
    """Key of a file of an export; each attempt has its own (C13)."""
    return f"{export_prefix(user_id, export_id)}{attempt}/{role}"


def thawed_key(user_id: str, job_id: str, version: int, name: str) -> str:
    """Where a file that comes back from the archive lies from then on."""
    return f"{results_prefix(user_id, job_id)}thawed-{version}/{name}"


def size_of(bucket: str, key: str) -> int | None:
    """Size of an object in bytes, or None if there is none."""
    try:
        return int(aws.client("s3").head_object(Bucket=bucket, Key=key)["ContentLength"])
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return None
        raise


def presigned_download(bucket: str, key: str, file_name: str) -> str:
    """An address that lets a browser download the object under `file_name` for a few minutes."""
    ascii_name = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in file_name)
    disposition = f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(file_name, safe='')}"
    return str(
        aws.presigning_client().generate_presigned_url(
            "get_object",
            Params={"Bucket": bucket, "Key": key, "ResponseContentDisposition": disposition},
            ExpiresIn=get_settings().download_url_ttl_s,
        )
    )


def download(
    bucket: str, key: str, target: Path, *, sha256: str | None = None, on_bytes: OnBytes = lambda _: None
) -> int:
    """Stream an object into a file and return its size; a wrong checksum raises `RetryableError`.

    `on_bytes` hears how many bytes are here so far; what it raises ends the transfer.
    """
    digest = hashlib.sha256()
    size = 0
    body = aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"]
    with target.open("wb") as out:
        for chunk in body.iter_chunks(CHUNK_BYTES):
            out.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            on_bytes(size)
    if sha256 is not None and digest.hexdigest() != sha256:
        target.unlink(missing_ok=True)
        raise RetryableError("A stored file arrived damaged; it is fetched again.", code="checksum_mismatch")
    return size


def copy(from_bucket: str, from_key: str, to_bucket: str, to_key: str) -> int:
    """Copy an object of any size inside the object store (in parts where S3 asks for it) and return its size.

    Raises ClientError (404) where there is none, RetryableError where the copy's size differs.
    """
    size = size_of(from_bucket, from_key)
    source = {"Bucket": from_bucket, "Key": from_key}
    in_parts = TransferConfig(multipart_threshold=COPY_WHOLE_BYTES, multipart_chunksize=PART_BYTES)
    aws.client("s3").copy(source, to_bucket, to_key, Config=in_parts)
    copied = size_of(to_bucket, to_key)
    if size is None or copied != size:
        raise RetryableError("The file could not be copied just now. Try again in a moment.", code="copy_failed")
    return size


def _digests(path: Path) -> tuple[str, list[bytes]]:
    """The hexadecimal SHA-256 of a file and the digests of its parts, in one pass."""
    whole, part = hashlib.sha256(), hashlib.sha256()
    parts: list[bytes] = []
    in_part = 0
    with path.open("rb") as source:
        while chunk := source.read(min(CHUNK_BYTES, PART_BYTES - in_part)):
            whole.update(chunk)
            part.update(chunk)
            in_part += len(chunk)
            if in_part == PART_BYTES:
                parts.append(part.digest())
                part, in_part = hashlib.sha256(), 0
    if in_part or not parts:
        parts.append(part.digest())
    return whole.hexdigest(), parts


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def upload(
    path: Path,
    bucket: str,
    key: str,
    content_type: str = "application/octet-stream",
    *,
    on_bytes: OnBytes = lambda _: None,
) -> StoredObject:
    """Store a file and confirm its size and SHA-256 as S3 computed them (C18); `RetryableError` if they differ.

    `on_bytes` hears how many bytes are there so far; what it raises ends the transfer.
    """
    sha256, parts = _digests(path)
    extra = {"ContentType": content_type, "Metadata": {"sha256": sha256}}
    if len(parts) == 1:
        expected = _base64(parts[0])
        with path.open("rb") as body:
            aws.client("s3").put_object(
                Bucket=bucket, Key=key, Body=body, ChecksumAlgorithm="SHA256", ChecksumSHA256=expected, **extra
            )
    else:
        expected = _base64(hashlib.sha256(b"".join(parts)).digest())
        _upload_parts(path, bucket, key, parts, extra, on_bytes)
    head = aws.client("s3").head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
    size = path.stat().st_size
    # A composite checksum is the digest of the parts' digests, followed by a hyphen and their number.
    stored = head.get("ChecksumSHA256", "").split("-")[0]
    if head["ContentLength"] != size or stored != expected:
        raise RetryableError("A stored file differs from what was sent; it is sent again.", code="checksum_mismatch")
    on_bytes(size)
    return StoredObject(key, size, sha256)


def _upload_parts(
    path: Path, bucket: str, key: str, digests: list[bytes], extra: dict[str, Any], on_bytes: OnBytes
) -> None:
    s3 = aws.client("s3")
    upload_id = s3.create_multipart_upload(
        Bucket=bucket, Key=key, ChecksumAlgorithm="SHA256", ChecksumType="COMPOSITE", **extra
    )["UploadId"]
    try:
        done = []
        with path.open("rb") as source:
            for number, digest in enumerate(digests, 1):
                on_bytes(source.tell())
                answer = s3.upload_part(
                    Bucket=bucket,
                    Key=key,
                    UploadId=upload_id,
                    PartNumber=number,
                    Body=source.read(PART_BYTES),
                    ChecksumAlgorithm="SHA256",
                    ChecksumSHA256=_base64(digest),
                )
                done.append({"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": _base64(digest)})
        s3.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload_id, MultipartUpload={"Parts": done})
    except (BotoCoreError, ClientError, GasError):
        s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload_id)
        raise


def keys_under(bucket: str, prefix: str) -> Iterator[str]:
    """Every key under a prefix, all pages."""
    for page in aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        yield from (entry["Key"] for entry in page.get("Contents", []))


def delete_under(bucket: str, prefix: str, *, keep: str | tuple[str, ...] | None = None) -> int:
    """Delete every object under a prefix (except those under `keep`); returns how many."""
    doomed = [key for key in keys_under(bucket, prefix) if keep is None or not key.startswith(keep)]
    delete_keys(bucket, doomed)
    return len(doomed)


def abort_uploads(bucket: str, prefix: str, unwanted: Callable[[str], bool] = lambda _: True) -> int:
    """Abort the uploads in parts under a prefix that nobody finished (those to keys that are `unwanted`); how many."""
    pages = aws.client("s3").get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix)
    unfinished = [upload for page in pages for upload in page.get("Uploads", []) if unwanted(upload["Key"])]
    for upload in unfinished:
        _abort(bucket, upload["Key"], upload["UploadId"])
    return len(unfinished)


def _abort(bucket: str, key: str, upload_id: str) -> None:
    try:
        aws.client("s3").abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload_id)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchUpload":  # somebody else ended it meanwhile
            raise


def delete_keys(bucket: str, doomed: list[str]) -> None:
    """Delete objects; absent ones are fine. Raises RetryableError where S3 could not delete some."""
    for start in range(0, len(doomed), DELETE_BATCH):
        batch = doomed[start : start + DELETE_BATCH]
        answer = aws.client("s3").delete_objects(
            Bucket=bucket, Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True}
        )
        if answer.get("Errors"):
            raise RetryableError("Some stored files could not be deleted; they are tried again.", code="delete_failed")
