"""Cuts a stream into pieces of one size, and keeps the digests of all that passed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from pipeline.archive.stores.tree_hash import TreeHash
from pipeline.errors import RetryableError


class Seen:
    """Size, SHA-256 and tree hash of the bytes that passed so far."""

    def __init__(self) -> None:
        self.size = 0
        self.tree = TreeHash()
        self._sha256 = hashlib.sha256()

    def add(self, chunk: bytes) -> bytes:
        """Count a chunk, and give it back."""
        self.size += len(chunk)
        self._sha256.update(chunk)
        self.tree.update(chunk)
        return chunk

    def compare(self, size: int, sha256: str, tree: str = "") -> None:
        """Raise RetryableError (`checksum_mismatch`) unless this is what was expected; an empty digest is not known."""
        wrong_sha256 = sha256 and self._sha256.hexdigest() != sha256
        if self.size != size or wrong_sha256 or (tree and self.tree.hexdigest() != tree):
            raise RetryableError("A stored file arrived damaged; it is fetched again.", code="checksum_mismatch")

    @property
    def sha256(self) -> str:
        """Hexadecimal digest so far."""
        return self._sha256.hexdigest()


def pieces_of(chunks: Iterable[bytes], piece_bytes: int) -> Iterator[bytes]:
    """The same bytes in pieces of `piece_bytes`; the last may be shorter, and of no bytes there is one empty piece."""
    held = bytearray()
    given = False
    for chunk in chunks:
        view = memoryview(chunk)
        while view:
            taken = view[: piece_bytes - len(held)]
            held += taken
            view = view[len(taken) :]
            if len(held) == piece_bytes:
                yield bytes(held)
                given = True
                held.clear()
    if held or not given:
        yield bytes(held)
