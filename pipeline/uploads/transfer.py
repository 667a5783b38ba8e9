"""The browser sends a file straight to the object store: start, sign parts, resume, finish, cancel.

Every limit is checked here, on the server: when parts are signed and again on the finished object (C08).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from pipeline import aws, dynamo, storage
from pipeline.accounts.store import User
from pipeline.errors import ConflictError, InputError, LimitError
from pipeline.settings import MEBIBYTE, get_settings
from pipeline.uploads import store
from pipeline.uploads.store import Upload, UploadState

MAX_SIGNED_AT_ONCE = 100


def check_size(user: User, size: int) -> None:
    """Refuse an empty file and one over the plan's limit, with the numbers in the sentence."""
    if size < 1:
        raise InputError("The file is empty. Choose a VCF with at least a header.", code="empty_file")
    limit = get_settings().max_upload_bytes(user.plan)
    if size > limit:
        plan = "Premium" if user.plan == "premium_user" else "free"
        hint = "" if user.plan == "premium_user" else " Compress the file with bgzip, or upgrade to Premium."
        raise LimitError(
            f"The file has {size / MEBIBYTE:,.1f} MiB; the {plan} plan takes up to {limit / MEBIBYTE:,.0f} MiB.{hint}",
            code="file_too_large",
        )


def start(user: User, file_name: str, size: int) -> Upload:
    """Open an upload for a file of `size` bytes."""
    check_size(user, size)
    upload = store.new(user.user_id, file_name, size)
    upload = replace(upload, multipart_id=_create_multipart(upload))
    store.insert(upload)
    return upload


def _create_multipart(upload: Upload) -> str:
    answer = aws.client("s3").create_multipart_upload(
        Bucket=upload.bucket, Key=upload.key, ContentType="application/octet-stream"
    )
    return str(answer["UploadId"])


def sign_parts(user: User, upload_id: object, numbers: list[int]) -> list[dict[str, Any]]:
    """Presigned addresses for 1-based part numbers, each good for exactly that part's length."""
    upload = store.get_owned(user.user_id, upload_id)
    if upload.state != UploadState.OPEN:
        raise ConflictError("This upload is finished already.", code="upload_finished")
    check_size(user, upload.size)
    if len(numbers) > MAX_SIGNED_AT_ONCE or any(not 1 <= n <= upload.part_count for n in numbers):
        raise InputError(f"Ask for 1 to {MAX_SIGNED_AT_ONCE} parts that the file has.", code="bad_parts")
    return [{"number": n, "length": upload.part_length(n), "url": _part_url(upload, n)} for n in numbers]


def _part_url(upload: Upload, number: int) -> str:
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


def _stored_parts(upload: Upload) -> list[dict[str, Any]] | None:
    """The parts that the store holds, all pages; None if it does not know the multipart upload."""
    try:
        pages = (
            aws.client("s3")
            .get_paginator("list_parts")
            .paginate(Bucket=upload.bucket, Key=upload.key, UploadId=upload.multipart_id)
        )
        return [part for page in pages for part in page.get("Parts", [])]
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchUpload", "NoSuchKey"):
            return None
        raise


def resume(user: User, upload_id: object) -> tuple[Upload, list[int]]:
    """The upload and the 1-based numbers of the parts that need not be sent again.

    Where the store has lost the unfinished upload (a restart of the local stack), it begins anew.
    """
    upload = store.get_owned(user.user_id, upload_id)
    if upload.state != UploadState.OPEN:
        return upload, list(range(1, upload.part_count + 1))
    parts = _stored_parts(upload)
    if parts is not None:
        return upload, [p["PartNumber"] for p in parts if p["Size"] == upload.part_length(p["PartNumber"])]
    if storage.size_of(upload.bucket, upload.key) == upload.size:
        return upload, list(range(1, upload.part_count + 1))
    update = dynamo.Update(store.TABLE, upload.record_key).set(multipart_id=_create_multipart(upload))
    record = update.when_equal(state=UploadState.OPEN, multipart_id=upload.multipart_id).write()
    return Upload.from_record(record), []


def finish(user: User, upload_id: object) -> Upload:
    """Put the parts together and check the object. Doing it again changes nothing."""
    upload = store.get_owned(user.user_id, upload_id)
    if upload.state != UploadState.OPEN:
        return upload
    parts = _stored_parts(upload)
    if parts is not None:
        _complete(upload, parts)
    _check_object(user, upload)
    record_key = dynamo.Update(store.TABLE, upload.record_key).set(state=UploadState.UPLOADED)
    try:
        return Upload.from_record(record_key.when_equal(state=UploadState.OPEN).write())
    except ConflictError:
        return store.get_owned(user.user_id, upload_id)


def _complete(upload: Upload, parts: list[dict[str, Any]]) -> None:
    sizes = {part["PartNumber"]: part["Size"] for part in parts}
    missing = [n for n in range(1, upload.part_count + 1) if sizes.get(n) != upload.part_length(n)]
    if missing:
        raise ConflictError(
            f"{len(missing):,} of {upload.part_count:,} parts of the file have not arrived yet.", code="parts_missing"
        )
    listed = [{"PartNumber": p["PartNumber"], "ETag": p["ETag"]} for p in parts if p["PartNumber"] <= upload.part_count]
    try:
        aws.client("s3").complete_multipart_upload(
            Bucket=upload.bucket, Key=upload.key, UploadId=upload.multipart_id, MultipartUpload={"Parts": listed}
        )
    except ClientError as error:
        # Another request finished it between ListParts and here: the object itself is checked next.
        if error.response["Error"]["Code"] != "NoSuchUpload":
            raise


def _check_object(user: User, upload: Upload) -> None:
    size = storage.size_of(upload.bucket, upload.key)
    if size is None:
        raise ConflictError("The file did not arrive. Send it again.", code="upload_lost")
    if size != upload.size:
        cancel(user, upload.upload_id)
        raise InputError(
            f"The file arrived with {size:,} bytes instead of {upload.size:,}. Send it again.", code="wrong_size"
        )
    check_size(user, size)


def cancel(user: User, upload_id: object) -> None:
    """Remove an upload that has not become a job, with every byte of it."""
    upload = store.get_owned(user.user_id, upload_id)
    if upload.state != UploadState.SUBMITTED:
        discard(upload)


def discard(upload: Upload) -> None:
    """Remove parts, object and record of an upload without a job."""
    try:
        aws.client("s3").abort_multipart_upload(Bucket=upload.bucket, Key=upload.key, UploadId=upload.multipart_id)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("NoSuchUpload", "NoSuchKey"):
            raise
    aws.client("s3").delete_object(Bucket=upload.bucket, Key=upload.key)
    store.remove(upload)
