"""Checksums of whole files, against the examples of the standards; and what `flush` refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.files import flush, md5_of, sha256_of


def test_checksums_are_those_of_the_standards(tmp_path: Path) -> None:
    """FIPS 180-4's example `abc` and a million letters `a`, which are read in several pieces; RFC 1321's `abc`."""
    (tmp_path / "abc").write_bytes(b"abc")
    (tmp_path / "long").write_bytes(b"a" * 1_000_000)
    assert sha256_of(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_of(tmp_path / "long") == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    assert md5_of(tmp_path / "abc") == "900150983cd24fb0d6963f7d28e17f72"


def test_flush_takes_files_and_folders_and_tells_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    flush(tmp_path / "file")
    flush(tmp_path)
    with pytest.raises(FileNotFoundError):
        flush(tmp_path / "nothing")
