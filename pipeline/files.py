"""Whole files: their checksums, and bringing them to the disk."""

from __future__ import annotations

import hashlib
import os
from functools import partial
from pathlib import Path

_md5 = partial(hashlib.md5, usedforsecurity=False)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal; the file is read in pieces."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def md5_of(path: Path) -> str:
    """MD5 of a file, in hexadecimal, as publishers state it; it proves nothing against people who mean harm."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, _md5).hexdigest()


def flush(path: Path) -> None:
    """Bring a file, or the entries of a folder, to the disk (POSIX: fsync): only then a rename outlives a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
