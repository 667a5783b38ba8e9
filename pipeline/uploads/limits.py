"""What a plan allows to be uploaded; each refusal names the limit and what to do."""

from __future__ import annotations

from pipeline.accounts.store import User
from pipeline.errors import InputError, LimitError
from pipeline.settings import MEBIBYTE, get_settings
from pipeline.uploads.store import UNFINISHED, Upload

# S3's largest object, 5 TiB (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html): beyond it a
# number is no file size at all.
MAX_OBJECT_BYTES = 5 * 1024**4


def mebibytes(size: int) -> str:
    """A limit as people read it: `50 MiB`, `0.14 MiB`."""
    count = size / MEBIBYTE
    if count >= 1024 and count % 1024 == 0:
        return f"{count / 1024:,.0f} GiB"
    return f"{count:,.0f} MiB" if count >= 10 else f"{count:,.2g} MiB"


def check_size(user: User, size: int) -> None:
    """Refuse an empty file and one over the plan's limit (`size` in bytes), with the numbers in the sentence."""
    if size < 1:
        raise InputError("The file is empty. Choose a VCF with at least a header.", code="empty_file")
    limit = get_settings().max_upload_bytes(user.plan)
    if size > limit:
        plan = "Premium" if user.plan == "premium_user" else "free"
        hint = "" if user.plan == "premium_user" else " Compress the file with bgzip, or upgrade to Premium."
        shown = f"{size:,} bytes" if size <= MAX_OBJECT_BYTES else "more than 5 TiB"
        raise LimitError(
            f"The file has {shown}; the {plan} plan takes up to {mebibytes(limit)}.{hint}",
            code="file_too_large",
        )


def check_room(uploads: list[Upload]) -> None:
    """Refuse another upload to a user whose `uploads` hold as many unfinished ones as are allowed."""
    limit = get_settings().max_open_uploads
    if sum(upload.state in UNFINISHED for upload in uploads) >= limit:
        raise LimitError(
            f"You have {limit} unfinished uploads, which is the most at once. Finish or remove some first.",
            code="too_many_uploads",
        )
