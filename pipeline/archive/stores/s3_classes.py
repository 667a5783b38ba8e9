"""The archive in S3's own Glacier storage classes: files move by copies inside S3, no byte passes through a worker."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from functools import partial

from botocore.exceptions import ClientError

from pipeline import aws, clock, storage
from pipeline.archive.files import ArchivedFile
from pipeline.archive.stores.base import Retrieval, ask_for, not_retrieved
from pipeline.archive.stores.proof import WAITING_CLASSES, digests_of, is_proven, prove
from pipeline.archive.stores.server_copy import Head, Place, copy_to_class, head, head_or_none
from pipeline.settings import get_settings

EXPEDITED_REFUSED = ("GlacierExpeditedRetrievalNotAvailable",)
NOT_READABLE = ("InvalidObjectState", "ObjectNotInActiveTierError")  # the refusals of GET and of CopyObject
EXPIRY = re.compile(r'expiry-date="([^"]+)"')


class S3ClassStore:
    """See `base.ArchiveStore`; an archived file's id is its key."""

    name = "s3"

    def put(self, bucket: str, key: str, target: str, *, role: str, size: int, sha256: str) -> ArchivedFile:
        """Copy inside S3, then prove the copy. What an earlier call stored is proven, not stored (and paid) again.

        Raises ClientError (404) without a source, RetryableError where the copy cannot be proven.
        """
        source, place = (bucket, key), (aws.bucket("results"), target)
        file = ArchivedFile(role, self.name, *place, size, sha256)
        storage_class = get_settings().archive_storage_class
        stored, before = head_or_none(place), head_or_none(source)
        if stored and stored.get("StorageClass") == storage_class and is_proven(stored, size, sha256, before):
            return file
        before = before or head(source)
        copy_to_class(source, place, storage_class, before)
        prove(source, place, before, size, sha256)
        return file

    def retrieval(self, file: ArchivedFile) -> Retrieval:
        """From the object's own description; classes that answer at once are always READY."""
        return _retrieval(head(_place(file)))

    def request(self, file: ArchivedFile, tier: str) -> str:
        """RestoreObject. S3 would take, and charge for, a faster tier while a slower one runs: so look first."""
        described = head(_place(file))
        if _retrieval(described) != Retrieval.NONE:
            return tier
        if described.get("StorageClass") == "DEEP_ARCHIVE" and tier == "Expedited":
            tier = "Standard"  # DEEP_ARCHIVE has no Expedited
        return ask_for(file, tier, EXPEDITED_REFUSED, partial(_restore, file))

    def bring_back(self, file: ArchivedFile, bucket: str, key: str) -> None:
        """Copy to STANDARD (also onto itself), then prove the copy. What an earlier call brought back is left alone."""
        source, place = _place(file), (bucket, key)
        before, there = head_or_none(source), head_or_none(place)
        if there and _is_standard(there) and file.sha256 and is_proven(there, file.size, file.sha256, before):
            return
        before = before or head(source)
        if _retrieval(before) != Retrieval.READY:
            raise not_retrieved()
        # The original systems noted no checksum: there the bytes that S3 retrieved are the measure.
        size = before["ContentLength"]
        try:
            sha256 = file.sha256 or digests_of(source, size).sha256
            copy_to_class(source, place, "STANDARD", before)
        except ClientError as error:
            if error.response["Error"]["Code"] in NOT_READABLE:
                raise not_retrieved() from error
            raise
        prove(source, place, before, file.size if file.sha256 else size, sha256)

    def remove(self, file: ArchivedFile) -> None:
        """Delete the object; an absent one is fine."""
        aws.client("s3").delete_object(Bucket=file.bucket, Key=file.archive_id)

    def remove_under(self, prefix: str) -> int:
        """Delete the objects under the prefix and abort the uploads that a killed worker left there."""
        bucket = aws.bucket("results")
        return storage.abort_uploads(bucket, prefix) + storage.delete_under(bucket, prefix)


def _place(file: ArchivedFile) -> Place:
    return file.bucket, file.archive_id


def _is_standard(described: Head) -> bool:
    return described.get("StorageClass", "STANDARD") == "STANDARD"


def _retrieval(described: Head) -> Retrieval:
    if described.get("StorageClass") not in WAITING_CLASSES:
        return Retrieval.READY
    restore = described.get("Restore", "")
    if 'ongoing-request="true"' in restore:
        return Retrieval.RUNNING
    expiry = EXPIRY.search(restore)
    if 'ongoing-request="false"' not in restore or expiry is None:
        return Retrieval.NONE
    return Retrieval.READY if parsedate_to_datetime(expiry[1]).timestamp() > clock.now() else Retrieval.NONE


def _restore(file: ArchivedFile, tier: str) -> None:
    days = get_settings().restored_copy_days
    wish = {"Days": days, "GlacierJobParameters": {"Tier": tier}}
    try:
        aws.client("s3").restore_object(Bucket=file.bucket, Key=file.archive_id, RestoreRequest=wish)
    except ClientError as error:
        if error.response["Error"]["Code"] != "RestoreAlreadyInProgress":
            raise
