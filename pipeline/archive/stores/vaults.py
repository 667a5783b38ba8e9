"""The archive in Glacier vaults, as the original systems had it: for those who have vaults (AWS makes no new ones)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial

from botocore.exceptions import ClientError

from pipeline import aws, storage
from pipeline.archive.files import ArchivedFile
from pipeline.archive.stores import standard_object, vault_markers, vault_upload
from pipeline.archive.stores.base import Retrieval, ask_for, not_retrieved
from pipeline.archive.stores.pieces import Seen
from pipeline.archive.stores.proof import is_proven
from pipeline.archive.stores.server_copy import head_or_none
from pipeline.archive.stores.tree_hash import tree_hash_of
from pipeline.archive.stores.vault_jobs import ABSENT, VaultJob, current_job
from pipeline.errors import RetryableError
from pipeline.jobs.result_files import content_type_of
from pipeline.settings import get_settings

EXPEDITED_REFUSED = ("InsufficientCapacityException", "PolicyEnforcedException")


class VaultStore:
    """See `base.ArchiveStore`; an archived file's id is the archive's id, its bucket the vault's name."""

    name = "vault"

    def put(self, bucket: str, key: str, target: str, *, role: str, size: int, sha256: str) -> ArchivedFile:
        """Stream the object into a new archive that is described by `target`.

        Calling this again stores another archive, because a vault cannot be asked what it holds; each is noted in S3,
        so that `remove_under` finds all of them.
        """
        vault = get_settings().resolved_vault_name()
        archive_id = vault_upload.upload(vault, bucket, key, target, size=size, sha256=sha256)
        file = ArchivedFile(role, self.name, vault, archive_id, size, sha256)
        vault_markers.note(target, file)
        return file

    def retrieval(self, file: ArchivedFile) -> Retrieval:
        """From the vault's list of jobs."""
        job = current_job(file.bucket, file.archive_id)
        return job.state if job else Retrieval.NONE

    def request(self, file: ArchivedFile, tier: str) -> str:
        """Start a retrieval, unless the vault lists one that runs or can be read; gives the tier of that one then."""
        job = current_job(file.bucket, file.archive_id)
        if job is not None:
            return job.tier
        return ask_for(file, tier, EXPEDITED_REFUSED, partial(_initiate, file))

    def bring_back(self, file: ArchivedFile, bucket: str, key: str) -> None:
        """Stream the retrieved archive into bucket/key; SHA-256 and tree hash are compared before it appears."""
        there = head_or_none((bucket, key))
        if there and file.sha256 and is_proven(there, file.size, file.sha256):
            return
        job = current_job(file.bucket, file.archive_id)
        if job is None or job.state != Retrieval.READY:
            raise not_retrieved()
        # The original systems noted neither size nor checksum: there the vault's own figures are the measure.
        size = file.size if file.sha256 else job.size
        seen = Seen()
        pieces = _output(file, job, size, seen)
        standard_object.write(
            bucket,
            key,
            content_type_of(key),
            pieces,
            seen,
            lambda: seen.compare(size, file.sha256, job.tree_hash),
        )

    def remove(self, file: ArchivedFile) -> None:
        """Delete the archive; an absent one is fine."""
        delete_archive(file.bucket, file.archive_id)

    def remove_under(self, prefix: str, keep: Collection[str] = ()) -> int:
        """Delete the archives that are noted under the prefix, but those whose ids are in `keep`, and abort the
        unfinished uploads described by it."""
        noted = {key: place for key, place in vault_markers.noted_under(prefix).items() if place[1] not in keep}
        for vault, archive_id in noted.values():
            delete_archive(vault, archive_id)
        storage.delete_keys(aws.bucket("results"), list(noted))
        return len(noted) + _abort_uploads(prefix)


def delete_archive(vault: str, archive_id: str) -> None:
    """Delete an archive; an absent one is fine."""
    try:
        aws.client("glacier").delete_archive(vaultName=vault, archiveId=archive_id)
    except ClientError as error:
        if error.response["Error"]["Code"] != ABSENT:
            raise


def _abort_uploads(prefix: str) -> int:
    glacier, vault = aws.client("glacier"), get_settings().resolved_vault_name()
    pages = glacier.get_paginator("list_multipart_uploads").paginate(vaultName=vault)
    found = [upload for page in pages for upload in page.get("UploadsList", [])]
    left = [upload for upload in found if (upload.get("ArchiveDescription") or "").startswith(prefix)]
    for upload in left:
        glacier.abort_multipart_upload(vaultName=vault, uploadId=upload["MultipartUploadId"])
    return len(left)


def _initiate(file: ArchivedFile, tier: str) -> None:
    wish = {"Type": "archive-retrieval", "ArchiveId": file.archive_id, "Tier": tier}
    aws.client("glacier").initiate_job(vaultName=file.bucket, jobParameters=wish)


def _output(file: ArchivedFile, job: VaultJob, size: int, seen: Seen) -> Iterator[bytes]:
    """The retrieved archive in pieces of `storage.PART_BYTES`, each checked against the tree hash that comes with it
    (Glacier sends one for ranges that are aligned to the tree, as these are)."""
    for start in range(0, max(size, 1), storage.PART_BYTES):
        wanted = f"bytes={start}-{min(start + storage.PART_BYTES, size) - 1}"
        try:
            answer = aws.client("glacier").get_job_output(vaultName=file.bucket, jobId=job.job_id, range=wanted)
        except ClientError as error:
            if error.response["Error"]["Code"] == ABSENT:  # the output has expired since the look at the job
                raise not_retrieved() from error
            raise
        piece = answer["body"].read(storage.PART_BYTES + 1)
        if answer.get("checksum") and tree_hash_of(piece) != answer["checksum"]:
            raise RetryableError("A stored file arrived damaged; it is fetched again.", code="checksum_mismatch")
        yield seen.add(piece)
