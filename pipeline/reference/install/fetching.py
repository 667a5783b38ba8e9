"""Brings the publishers' files here, from their servers or from a mirror, and checks each one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from pipeline.errors import ConfigurationError, RetryableError
from pipeline.reference.install import checksums
from pipeline.reference.install.download import PAUSE_S, Remote, fetch, look, session, text_at
from pipeline.reference.install.publishers import PublisherFile, local_path

TELL_EVERY_S = 0.5
BAR_CELLS = 20


def told_bytes(at: int, total: int) -> str:
    """How much has arrived: a bar where the size is known."""
    if not total:
        return f"{at / 1e6:,.1f} MB"
    full = BAR_CELLS * at // total
    return f"[{'#' * full}{'.' * (BAR_CELLS - full)}] {100 * at // total} % of {total / 1e6:,.1f} MB"


class Fetcher:
    """`mirror` is empty, the address of a server, or a folder; both hold `<host>/<path>` of each file."""

    def __init__(self, mirror: str, downloads: Path, progress: Callable[[str], None], pause_s: float = PAUSE_S) -> None:
        self._remote = mirror.rstrip("/") if mirror.startswith(("http://", "https://")) else ""
        self._local = Path(mirror) if mirror and not self._remote else None
        self._downloads = downloads
        self._progress = progress
        self._pause_s = pause_s
        self._http = session()
        self._lists: dict[str, str] = {}
        self._told_at = 0.0

    def missing_bytes(self, file: PublisherFile) -> int:
        """Bytes that have still to come."""
        if self._local is not None or self._target(file).is_file():
            return 0
        part = self._target(file).with_name(f"{self._target(file).name}.part")
        have = part.stat().st_size if part.is_file() else 0
        return max((look(self._http, self._address(file.url)).size or file.bytes) - have, 0)

    def file(self, file: PublisherFile) -> Path:
        """The file, here and checked. One that differs from its checksum is removed, and RetryableError raised."""
        name = Path(local_path(file.url)).name
        if self._local is not None:
            path = self._local / local_path(file.url)
            if not path.is_file():
                raise ConfigurationError(f"The mirror has no {path}.", code="mirror_incomplete")
            self._check(file, path, name, Remote(0, ""))
            return path
        target = self._target(file)
        remote = Remote(0, "")
        if not target.is_file():
            remote = fetch(
                self._http,
                self._address(file.url),
                target,
                lambda at, total: self._tell(name, at, total),
                self._pause_s,
            )
        elif file.checksum == "x-goog-hash":
            remote = look(self._http, self._address(file.url))
        try:
            self._check(file, target, name, remote)
        except RetryableError:
            target.unlink(missing_ok=True)
            raise
        return target

    def clear(self, files: Iterable[PublisherFile]) -> None:
        """Remove what was downloaded, and the folders that are empty then."""
        if self._local is not None:
            return
        for file in files:
            self._target(file).unlink(missing_ok=True)
        for folder, _, _ in os.walk(self._downloads, topdown=False):
            if not any(Path(folder).iterdir()):
                Path(folder).rmdir()

    def _target(self, file: PublisherFile) -> Path:
        return self._downloads / local_path(file.url)

    def _address(self, url: str) -> str:
        return f"{self._remote}/{local_path(url)}" if self._remote else url

    def _tell(self, name: str, at: int, total: int) -> None:
        now = time.monotonic()
        if now - self._told_at < TELL_EVERY_S and at != total:
            return
        self._told_at = now
        self._progress(f"{name} {told_bytes(at, total)}")

    def _check(self, file: PublisherFile, path: Path, name: str, remote: Remote) -> None:
        if not file.checksum:
            return
        self._progress(f"checksum of {name}")
        if file.checksum == "x-goog-hash":
            if self._local is None:
                checksums.check_md5_base64(path, remote.md5_base64, name)
            return
        check = checksums.check_md5 if file.checksum == "md5" else checksums.check_sum
        check(path, self._listing(file.checksum_url), name)

    def _listing(self, url: str) -> str:
        """The publisher's list of checksums; fetched anew in each run, because publishers change files in place."""
        if url not in self._lists:
            if self._local is not None:
                path = self._local / local_path(url)
                if not path.is_file():
                    raise ConfigurationError(
                        f"The mirror has no {path}; the checksums are needed too.", code="mirror_incomplete"
                    )
                self._lists[url] = path.read_text("utf-8", "replace")
            else:
                self._lists[url] = text_at(self._http, self._address(url))
        return self._lists[url]
