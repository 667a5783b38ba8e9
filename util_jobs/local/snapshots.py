"""Whole-or-nothing snapshots of the embedded AWS's state on disk.

A snapshot is one file: a checksum, then a line for each AWS service. It is written under another name, flushed to
disk and renamed, so that a `kill -9` or a power cut leaves the one before it. The two newest stay: if the newest
cannot be read, the one before it is used, and that is said.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.files import flush

KEPT = 2
_NAME = re.compile(r"^state-\d{12}$")
_SERVICE = re.compile(r"^[a-z0-9_]+$")


class Snapshots:
    """The snapshots in one folder, numbered upwards."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for left_over in folder.glob("state-*.part"):
            left_over.unlink()

    def numbered(self) -> list[Path]:
        """Every snapshot, newest first, readable or not."""
        return sorted((path for path in self.folder.iterdir() if _NAME.match(path.name)), reverse=True)

    def newest_readable(self) -> tuple[dict[str, bytes], list[Path]]:
        """The newest state whose checksum is right (empty if there is none at all), and the broken snapshots after it.

        Raises `ConfigurationError` if snapshots exist and none can be read: starting empty would hide them.
        """
        broken: list[Path] = []
        for path in self.numbered():
            state = read(path)
            if state is not None:
                return state, broken
            broken.append(path)
        if broken:
            raise ConfigurationError(
                f"The saved state of the embedded AWS in {self.folder} cannot be read: no snapshot there has the "
                "checksum in its first line. Put back a copy of that folder from a backup, or run "
                "`make reset CONFIRM=yes` to begin with an empty service (accounts, jobs and files are lost)."
            )
        return {}, []

    def set_aside(self, broken: list[Path]) -> None:
        """Take unreadable snapshots out of the sequence without deleting what may help to find out why."""
        for path in broken:
            path.rename(path.with_name(f"unreadable-{path.name}"))

    def write(self, files: Mapping[str, bytes]) -> Path:
        """Write one snapshot; on return it is on disk and the surplus old ones are gone."""
        present = self.numbered()
        number = int(present[0].name.removeprefix("state-")) + 1 if present else 1
        target = self.folder / f"state-{number:012d}"
        part = target.with_suffix(".part")
        body = b"".join(b"%s\t%s\n" % (service.encode(), content) for service, content in sorted(files.items()))
        with part.open("wb") as file:
            file.write(hashlib.sha256(body).hexdigest().encode() + b"\n")
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
        flush(self.folder)  # makes the rename itself durable
        for old in present[KEPT - 1 :]:
            old.unlink()
        return target


def read(snapshot: Path) -> dict[str, bytes] | None:
    """The services' states in a snapshot; None if it is not what was written."""
    try:
        checksum, _, body = snapshot.read_bytes().partition(b"\n")
    except OSError:
        return None
    if hashlib.sha256(body).hexdigest().encode() != checksum:
        return None
    lines = (line.partition(b"\t") for line in body.splitlines())
    return {service.decode(): content for service, _, content in lines if _SERVICE.match(service.decode())}


def unpack(state: Mapping[str, bytes], folder: Path) -> None:
    """Lay the state out as the emulator reads it: one `<service>.json` each, in a folder that holds nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for service, content in state.items():
        (folder / f"{service}.json").write_bytes(content)
