"""Notes in S3 of the archives that a move put into a vault, so that every one of them can be removed (C34).

A vault cannot be searched by description, and a worker may die after the upload and before the record names it. The
note of an archive lies under the move's target. It serves removal only: whether an archive is still there, nobody sees.
"""

from __future__ import annotations

import hashlib
import json

from pipeline import aws, storage
from pipeline.archive.files import ArchivedFile

SUFFIX = ".in-vault/"


def note(target: str, file: ArchivedFile) -> None:
    """Note an archive, each under a key of its own."""
    body = json.dumps({"vault": file.bucket, "archive_id": file.archive_id}).encode()
    aws.client("s3").put_object(
        Bucket=aws.bucket("results"), Key=_key(target, file.archive_id), Body=body, ContentType="application/json"
    )


def _key(target: str, archive_id: str) -> str:
    return f"{target}{SUFFIX}{hashlib.sha256(archive_id.encode()).hexdigest()[:32]}"


def forget(target: str, archive_id: str) -> None:
    """Remove the note of an archive that is gone; an absent one is fine."""
    storage.delete_keys(aws.bucket("results"), [_key(target, archive_id)])


def noted_under(prefix: str) -> dict[str, tuple[str, str]]:
    """Vault and archive id of each archive that was noted under a prefix, by the key of the note."""
    bucket = aws.bucket("results")
    keys = [key for key in storage.keys_under(bucket, prefix) if SUFFIX in key]
    found = {}
    for key in keys:
        values = json.loads(aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
        found[key] = (str(values["vault"]), str(values["archive_id"]))
    return found
