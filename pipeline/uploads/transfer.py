"""The browser sends a file straight to the object store: start, sign parts, resume, finish, cancel.

Every limit is checked here, on the server: when parts are signed and again on the finished object (C08).
"""

from __future__ import annotations

from typing import Any

from pipeline import aws, dynamo, storage
from pipeline.accounts.store import User, require_standing
from pipeline.errors import ConflictError, InputError, NotFoundError
from pipeline.uploads import multipart, store
from pipeline.uploads.choices import AUTOMATIC, Choices
from pipeline.uploads.limits import check_room, check_size
from pipeline.uploads.store import Upload, UploadState

MAX_SIGNED_AT_ONCE = 100


def start(user: User, file_name: str, size: int, choices: Choices = AUTOMATIC, *, token: str | None = None) -> Upload:
    """Open an upload for a file of `size` bytes, or give the one that the same wish (`token`) opened before."""
    check_size(user, size)
    mine = store.of_user(user.user_id)
    upload = store.new(user.user_id, file_name, size, choices, token=token)
    for earlier in mine:
        same_wish = token and (earlier.token, earlier.file_name, earlier.size) == (token, upload.file_name, size)
        if same_wish and earlier.state != UploadState.DISCARDED:
            return earlier
    check_room(mine)
    upload = store.with_multipart(upload, multipart.create(upload))
    store.insert(upload)
    keep_if_standing(upload)
    return upload


def keep_if_standing(upload: Upload) -> None:
    """Take an upload that was recorded just now away again if its owner's account is being deleted: `NotFoundError`."""
    try:
        require_standing(upload.user_id)
    except NotFoundError:
        discard(upload)
        raise


def sign_parts(user: User, upload_id: object, numbers: list[int]) -> list[dict[str, Any]]:
    """Presigned addresses for 1-based part numbers, each good for exactly that part's length."""
    upload = store.get_owned(user.user_id, upload_id)
    if upload.state != UploadState.OPEN:
        raise ConflictError("This upload is finished already.", code="upload_finished")
    check_size(user, upload.size)
    if not 1 <= len(numbers) <= MAX_SIGNED_AT_ONCE or any(not 1 <= n <= upload.part_count for n in numbers):
        raise InputError(
            f"Ask for 1 to {MAX_SIGNED_AT_ONCE} parts, numbered from 1 to {upload.part_count:,}.", code="bad_parts"
        )
    return [{"number": n, "length": upload.part_length(n), "url": multipart.part_url(upload, n)} for n in numbers]


def bytes_arrived(upload: Upload) -> int:
    """How many bytes of an upload need not be sent again. Changes nothing."""
    if upload.state != UploadState.OPEN:
        return upload.size
    parts = multipart.stored_parts(upload)
    if parts is None:
        return upload.size if storage.size_of(upload.bucket, upload.key) == upload.size else 0
    return sum(upload.part_length(n) for n in multipart.whole_parts(upload, parts))


def resume(user: User, upload_id: object) -> tuple[Upload, list[int]]:
    """The upload and the 1-based numbers of the parts that need not be sent again.

    Where the store has lost the unfinished upload (a restart of the local stack), it begins anew.
    """
    upload = store.get_owned(user.user_id, upload_id)
    every_part = list(range(1, upload.part_count + 1))
    if upload.state != UploadState.OPEN:
        return upload, every_part
    parts = multipart.stored_parts(upload)
    if parts is not None:
        return upload, multipart.whole_parts(upload, parts)
    if storage.size_of(upload.bucket, upload.key) == upload.size:
        return upload, every_part
    return _begin_anew(upload)


def _begin_anew(lost: Upload) -> tuple[Upload, list[int]]:
    fresh = multipart.create(lost)
    update = dynamo.Update(store.TABLE, lost.record_key).set(multipart_id=fresh)
    try:
        record = update.when_equal(state=UploadState.OPEN, multipart_id=lost.multipart_id).write()
    except ConflictError:
        # Another tab began it anew at the same moment: both go on with the one that was noted first.
        multipart.abort(store.with_multipart(lost, fresh))
        winner = store.get_owned(lost.user_id, lost.upload_id)
        return winner, multipart.whole_parts(winner, multipart.stored_parts(winner) or [])
    return Upload.from_record(record), []


def finish(user: User, upload_id: object) -> Upload:
    """Put the parts together and check the object. Doing it again changes nothing."""
    upload = store.get_owned(user.user_id, upload_id)
    if upload.state != UploadState.OPEN:
        return upload
    parts = multipart.stored_parts(upload)
    if parts is not None:
        multipart.complete(upload, parts)
    _check_object(user, upload)
    update = dynamo.Update(store.TABLE, upload.record_key).set(state=UploadState.UPLOADED)
    try:
        return Upload.from_record(update.when_equal(state=UploadState.OPEN).write())
    except ConflictError:
        return store.get_owned(user.user_id, upload_id)


def _check_object(user: User, upload: Upload) -> None:
    size = storage.size_of(upload.bucket, upload.key)
    if size is None:
        raise ConflictError("The file did not arrive. Send it again.", code="upload_lost")
    if size != upload.size:
        discard(upload)
        raise InputError(
            f"The file arrived with {size:,} bytes instead of {upload.size:,}. Send it again.", code="wrong_size"
        )
    check_size(user, size)


def cancel(user: User, upload_id: object) -> None:
    """Remove an upload with every byte of it; `ConflictError` if it has become a job."""
    upload = store.get_owned(user.user_id, upload_id)
    if not discard(upload):
        raise ConflictError("This file is a job already. Delete the job instead.", code="upload_submitted")


def discard(upload: Upload) -> bool:
    """Remove record, parts and object of an upload without a job; False if it became one meanwhile."""
    doomed = store.mark_discarded(upload)
    if doomed is None:
        return False
    if doomed.multipart_id:
        multipart.abort(doomed)
    aws.client("s3").delete_object(Bucket=doomed.bucket, Key=doomed.key)
    store.remove(doomed)
    return True
