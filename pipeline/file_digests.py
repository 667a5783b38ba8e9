"""Checksums of whole files, read in pieces."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path

_md5 = partial(hashlib.md5, usedforsecurity=False)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def md5_of(path: Path) -> str:
    """MD5 of a file, in hexadecimal: publishers state it; it proves nothing against people who mean harm."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, _md5).hexdigest()
