"""Proves that a copy inside S3 holds the bytes that it should, before anything relies on it (C23).

The proof is one of these, in this order:
1. the SHA-256 of the whole content, as S3 computed it;
2. the composite SHA-256 (the digest of the parts' digests), equal to the source's, which `storage.upload` proved;
3. where the service gives nothing to compare (an emulator; a file stored by others), one pass over the bytes of the
   side that can be read, and the other side's entity tag (MD5, or MD5 of the parts' MD5s) as these bytes give it.
A copy that none of them proves is refused.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from pipeline import aws, storage
from pipeline.archive.stores.server_copy import Head, Place, head, part_bytes_for
from pipeline.errors import RetryableError

WAITING_CLASSES = ("GLACIER", "DEEP_ARCHIVE")  # their objects answer no GET unless they were retrieved


def is_proven(found: Head, size: int, sha256: str, source: Head | None = None) -> bool:
    """Whether S3's checksum proves these bytes; False as well where it gives none that can be compared."""
    stored = _checksum(found)
    if found["ContentLength"] != size or not stored:
        return False
    if stored == base64.b64encode(bytes.fromhex(sha256)).decode():
        return True
    return source is not None and _is_composite(source) and stored == _checksum(source)


def prove(source: Place, target: Place, before: Head, size: int, sha256: str) -> None:
    """Raise RetryableError (`checksum_mismatch`) unless the copy at `target` holds these bytes.

    `before` is the source's `head` from before the copy: a copy onto itself has no source any more.
    """
    found = head(target)
    if is_proven(found, size, sha256, before):
        return
    readable = found.get("StorageClass") not in WAITING_CLASSES
    seen = digests_of(target if readable else source, size)
    if found["ContentLength"] != size or seen.sha256 != sha256:
        raise _differs()
    if not readable and not seen.match(found):
        raise _differs()


def _differs() -> RetryableError:
    return RetryableError("A copied file differs from the original; it is copied again.", code="checksum_mismatch")


def _checksum(described: Head) -> str:
    # S3 writes the number of parts behind a composite checksum, after a hyphen; base64 has none.
    return str(described.get("ChecksumSHA256", "")).split("-")[0]


def _is_composite(described: Head) -> bool:
    return described.get("ChecksumType") == "COMPOSITE" or "-" in described.get("ChecksumSHA256", "")


@dataclass(frozen=True)
class Digests:
    """What one pass over an object's bytes gives: its SHA-256, and what S3 would call it in one or several parts."""

    sha256: str
    composite: str
    tags: tuple[str, str]

    def match(self, described: Head) -> bool:
        """Whether the service's own figure for another object is that of these bytes."""
        stored = _checksum(described)
        return stored == self.composite if stored else described["ETag"].strip('"') in self.tags


def digests_of(place: Place, size: int) -> Digests:
    """Read an object once, in pieces."""
    part_bytes = part_bytes_for(size)
    whole, whole_md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    part_sha256, part_md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    sha256_digests, md5_digests, in_part = [], [], 0
    body = aws.client("s3").get_object(Bucket=place[0], Key=place[1])["Body"]
    for chunk in body.iter_chunks(storage.CHUNK_BYTES):
        view = memoryview(chunk)
        whole.update(view)
        whole_md5.update(view)
        while view:
            taken = view[: part_bytes - in_part]
            part_sha256.update(taken)
            part_md5.update(taken)
            in_part, view = in_part + len(taken), view[len(taken) :]
            if in_part == part_bytes:
                sha256_digests.append(part_sha256.digest())
                md5_digests.append(part_md5.digest())
                part_sha256, part_md5, in_part = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    if in_part:
        sha256_digests.append(part_sha256.digest())
        md5_digests.append(part_md5.digest())
    composite = base64.b64encode(hashlib.sha256(b"".join(sha256_digests)).digest()).decode()
    of_parts = hashlib.md5(b"".join(md5_digests), usedforsecurity=False).hexdigest()
    return Digests(whole.hexdigest(), composite, (whole_md5.hexdigest(), f"{of_parts}-{len(md5_digests)}"))
