"""The checksums that publishers give: MD5 files, Ensembl's CHECKSUMS (the historical `sum`), Google's header."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from pathlib import Path

from pipeline.errors import ConfigurationError, RetryableError
from pipeline.files import md5_of

READ_BYTES = 1 << 20
BLOCK_BYTES = 1024
MD5_LINE = re.compile(r"(?P<md5>[0-9a-fA-F]{32})\b\s*\*?(?P<name>.*?)\s*$")


def sum_of(path: Path) -> tuple[int, int]:
    """The 16-bit checksum of BSD's `sum` and the number of blocks of 1,024 bytes."""
    blocks = -(-path.stat().st_size // BLOCK_BYTES)
    command = shutil.which("sum")
    if command:
        done = subprocess.run([command, "-r", str(path.resolve())], capture_output=True, text=True, check=False)
        words = done.stdout.split()
        if done.returncode == 0 and words and words[0].isdecimal():
            return int(words[0]), blocks
    return slow_sum(path), blocks


def slow_sum(path: Path) -> int:
    """The same checksum without the command (about a minute for each gigabyte)."""
    total = 0
    with path.open("rb") as handle:
        while chunk := handle.read(READ_BYTES):
            for byte in chunk:
                total = ((total >> 1) + ((total & 1) << 15) + byte) & 0xFFFF
    return total


def check_md5(path: Path, listing: str, name: str) -> None:
    """Compare with a file of lines `<md5> <name>`, or with a file of one line, whatever name stands there: ClinVar's
    has that of the dated release. Raises as `differs` and `missing` say."""
    told = [found for found in map(MD5_LINE.match, listing.splitlines()) if found]
    mine = [found for found in told if len(told) == 1 or found["name"].rsplit("/", 1)[-1] == name]
    if not mine:
        raise missing(name)
    if md5_of(path) != mine[0]["md5"].lower():
        raise differs(name)


def check_sum(path: Path, listing: str, name: str) -> None:
    """Compare with Ensembl's CHECKSUMS: lines `<sum> <blocks> <name>`."""
    for line in listing.splitlines():
        words = line.split()
        if len(words) == 3 and words[2].rsplit("/", 1)[-1] == name and words[0].isdecimal() and words[1].isdecimal():
            if sum_of(path) != (int(words[0]), int(words[1])):
                raise differs(name)
            return
    raise missing(name)


def check_md5_base64(path: Path, told: str, name: str) -> None:
    """Compare with the MD5 of Google's `x-goog-hash` header."""
    if not told:
        raise missing(name)
    if base64.b64encode(bytes.fromhex(md5_of(path))).decode() != told:
        raise differs(name)


def differs(name: str) -> RetryableError:
    """The error for a file that is not what its publisher says."""
    return RetryableError(
        f"{name} differs from the checksum that its publisher gives. It was thrown away; run the command again. If it "
        "happens again, the publisher is just changing the file, or the mirror is wrong.",
        code="checksum_differs",
    )


def missing(name: str) -> ConfigurationError:
    """The error for a file whose checksum is not to be had."""
    return ConfigurationError(
        f"The publisher's list of checksums does not name {name}; without it nothing is installed.",
        code="checksum_missing",
    )
