"""Compresses each static body once: quickly for who asks first, smaller for everybody after.

The best compression of all scripts takes seconds of CPU, so a thread in the background does it and keeps the
result on disk, named by the content's digest.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import queue
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path

import brotli

from pipeline.logs import get_logger

ENCODINGS = ("br", "gzip")
QUICK_QUALITY = 9  # brotli: 1.3 MB in 0.1 s
BEST_QUALITY = 10  # brotli: 1.3 MB in 2 s, a fourteenth smaller; 11 takes twice as long for another hundredth
MAX_KEPT = 512  # files in the folder: bodies of today's versions and of some former ones
MAX_WAITING = 256  # bodies waiting for the best compression; a page has about twenty

log = get_logger()


class CompressedBodies:
    """A cache of compressed bodies, bounded in bytes; the folder holds the best ones."""

    def __init__(self, folder: Path, memory_bytes: int) -> None:
        self._folder = folder
        self._memory_bytes = memory_bytes
        self._bodies: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()
        self._waiting: queue.Queue[tuple[str, bytes]] = queue.Queue(MAX_WAITING)
        self._worker: threading.Thread | None = None

    def get(self, data: bytes, encoding: str) -> bytes:
        """`data` compressed as `br` or `gzip`."""
        digest = hashlib.sha256(data).hexdigest()
        with self._lock:
            body = self._bodies.get((digest, encoding))
            if body is not None:
                self._bodies.move_to_end((digest, encoding))
                return body
        if encoding == "gzip":
            body = gzip.compress(data, 6)
        else:
            body = self._kept(digest)
            if body is None:
                body = brotli.compress(data, quality=QUICK_QUALITY)
                self._improve_later(digest, data)
        self._remember(digest, encoding, body)
        return body

    def _remember(self, digest: str, encoding: str, body: bytes) -> None:
        with self._lock:
            previous = self._bodies.pop((digest, encoding), b"")
            self._bodies[(digest, encoding)] = body
            self._size += len(body) - len(previous)
            while self._size > self._memory_bytes and self._bodies:
                _, oldest = self._bodies.popitem(last=False)
                self._size -= len(oldest)

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}.br"

    def _kept(self, digest: str) -> bytes | None:
        try:
            return self._path(digest).read_bytes()
        except OSError:  # not there yet, or a folder that cannot be read: the quick body serves
            return None

    def _improve_later(self, digest: str, data: bytes) -> None:
        try:
            self._waiting.put_nowait((digest, data))
        except queue.Full:
            return  # the quick body serves; the next start asks again
        with self._lock:
            if self._worker is None or not self._worker.is_alive():
                self._worker = threading.Thread(target=self._improve, name="compress-static", daemon=True)
                self._worker.start()

    def _improve(self) -> None:
        while True:
            try:
                digest, data = self._waiting.get(timeout=1)
            except queue.Empty:
                return
            body = brotli.compress(data, quality=BEST_QUALITY)
            self._remember(digest, "br", body)
            try:
                self._keep(digest, body)
            except OSError as error:
                log.warning("static_body_not_kept", reason=error.strerror)

    def _keep(self, digest: str, body: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=self._folder)
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
        Path(temporary).replace(self._path(digest))
        by_age = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for outdated in by_age[MAX_KEPT:]:
            outdated.unlink(missing_ok=True)
