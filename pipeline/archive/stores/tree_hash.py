"""Glacier's SHA-256 tree hash, computed while the bytes stream by.

Rule: https://docs.aws.amazon.com/amazonglacier/latest/dev/checksum-calculations.html. The content is cut into blocks of
1 MiB; neighbouring digests are joined and hashed again, level by level, and one without a neighbour moves up as it is.
"""

from __future__ import annotations

import hashlib

BLOCK_BYTES = 1024 * 1024


class TreeHash:
    """Takes chunks of any size in order; holds one block's state and one digest for each level of the tree."""

    def __init__(self) -> None:
        self._block = hashlib.sha256()
        self._in_block = 0
        self._levels: list[bytes | None] = []  # at n: the digest over 2^n blocks that waits for its right neighbour

    def update(self, chunk: bytes) -> None:
        """The next bytes of the content."""
        view = memoryview(chunk)
        while view:
            taken = view[: BLOCK_BYTES - self._in_block]
            self._block.update(taken)
            self._in_block += len(taken)
            view = view[len(taken) :]
            if self._in_block == BLOCK_BYTES:
                self._end_block()

    def _end_block(self) -> None:
        digest, level = self._block.digest(), 0
        self._block, self._in_block = hashlib.sha256(), 0
        while level < len(self._levels) and (left := self._levels[level]) is not None:
            digest, self._levels[level] = hashlib.sha256(left + digest).digest(), None
            level += 1
        if level == len(self._levels):
            self._levels.append(None)
        self._levels[level] = digest

    def hexdigest(self) -> str:
        """The tree hash of what came so far (of no bytes: the SHA-256 of nothing)."""
        waiting = [left for left in self._levels if left is not None]  # from the right to the left
        if self._in_block or not waiting:
            waiting.insert(0, self._block.digest())
        tree = waiting[0]
        for left in waiting[1:]:
            tree = hashlib.sha256(left + tree).digest()
        return tree.hex()


def tree_hash_of(content: bytes) -> str:
    """The tree hash of bytes in memory, hexadecimal."""
    tree = TreeHash()
    tree.update(content)
    return tree.hexdigest()
