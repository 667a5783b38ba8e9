"""Streams an object from S3 into a Glacier vault: in one request up to 100 MB, in parts above.

A part is held in memory, a small file in a temporary file: Glacier wants the tree hash of a body before the body.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import aws, storage
from pipeline.archive.stores.pieces import Seen, pieces_of
from pipeline.archive.stores.tree_hash import tree_hash_of
from pipeline.errors import GasError, RetryableError
from pipeline.settings import MEBIBYTE, get_settings

WHOLE_BYTES = 100 * MEBIBYTE  # AWS: "for archives greater than 100 MB, use multipart upload"
MAX_PARTS = 10_000


def upload(vault: str, bucket: str, key: str, description: str, *, size: int, sha256: str) -> str:
    """Store the object's bytes as a new archive and give its id; what was sent and what Glacier computed were compared.

    Raises ClientError as S3 or Glacier gives it, RetryableError (`checksum_mismatch`) where a digest differs.
    """
    seen = Seen()
    body = aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"]
    chunks = map(seen.add, body.iter_chunks(storage.CHUNK_BYTES))
    send = _send_whole if size <= WHOLE_BYTES else _send_parts
    archive_id, checksum = send(vault, description, chunks, seen, size, sha256)
    if checksum != seen.tree.hexdigest():
        aws.client("glacier").delete_archive(vaultName=vault, archiveId=archive_id)
        raise RetryableError("A stored file differs from what was sent; it is sent again.", code="checksum_mismatch")
    return archive_id


def _send_whole(
    vault: str, description: str, chunks: Iterator[bytes], seen: Seen, size: int, sha256: str
) -> tuple[str, str]:
    work_dir = get_settings().resolved_work_dir()
    work_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=work_dir) as body:
        for chunk in chunks:
            body.write(chunk)
            if seen.size > size:
                break
        seen.compare(size, sha256)
        body.seek(0)
        answer = aws.client("glacier").upload_archive(
            vaultName=vault, archiveDescription=description, checksum=seen.tree.hexdigest(), body=body
        )
    return str(answer["archiveId"]), str(answer["checksum"])


def part_bytes_for(size: int) -> int:
    """Size of a part: the setting, doubled until 10,000 parts are enough (Glacier: 1 MiB times a power of two)."""
    part = get_settings().vault_part_bytes
    while -(-size // part) > MAX_PARTS:
        part *= 2
    return part


def _send_parts(
    vault: str, description: str, chunks: Iterator[bytes], seen: Seen, size: int, sha256: str
) -> tuple[str, str]:
    glacier, part_bytes = aws.client("glacier"), part_bytes_for(size)
    upload_id = glacier.initiate_multipart_upload(
        vaultName=vault, archiveDescription=description, partSize=str(part_bytes)
    )["uploadId"]
    try:
        start = 0
        for piece in pieces_of(chunks, part_bytes):
            glacier.upload_multipart_part(
                vaultName=vault,
                uploadId=upload_id,
                range=f"bytes {start}-{start + len(piece) - 1}/*",
                checksum=tree_hash_of(piece),
                body=piece,
            )
            start += len(piece)
        seen.compare(size, sha256)
        answer = glacier.complete_multipart_upload(
            vaultName=vault, uploadId=upload_id, archiveSize=str(size), checksum=seen.tree.hexdigest()
        )
    except (BotoCoreError, ClientError, GasError):
        glacier.abort_multipart_upload(vaultName=vault, uploadId=upload_id)
        raise
    return str(answer["archiveId"]), str(answer["checksum"])
