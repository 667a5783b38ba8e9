"""Result tables on this machine's disk: fetched once, verified, shared by every process, bounded.

A reader holds a shared lock on the file itself (flock), so that the clean-up passes it over; a fetch holds
an exclusive lock of its own, so that two readers who ask at once fetch once. The locks vanish with their
process. The name of a cached file is made from bucket, key and checksum: it can only ever be that object.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import ids, logs, storage
from pipeline.errors import ConflictError, NotFoundError, RetryableError
from pipeline.jobs.model import Job
from pipeline.results.cache_room import cache_dir, disk_error, exclusively, make_room
from pipeline.settings import get_settings

log = logs.get_logger()
TABLES = ("variants", "consequences", "genotypes")
DERIVED = "derived"  # folder of what was made from several tables; no job has this id
LOCK_STRIPES = 64  # a fixed number of lock files: they never have to be removed, and rarely meet
ATTEMPTS = 3


@dataclass(frozen=True)
class _Entry:
    """One object and where its local copy belongs. `size` in bytes."""

    bucket: str
    key: str
    size: int
    sha256: str
    path: Path


@contextmanager
def opened(job: Job, role: str) -> Iterator[Path]:
    """The local copy of a result table (`role` is one of `TABLES`), kept in place while the block runs.

    Raises `ConflictError` while the job has no readable result, `NotFoundError` for a table that it does not
    have, `LimitError` for one larger than the cache, `RetryableError` when it cannot be fetched now.
    """
    entry = _entry(job, role)
    for _ in range(ATTEMPTS):
        handle = _open_shared(entry.path)
        if handle is None:
            _fetch(entry)
            continue
        with handle:
            os.utime(handle.fileno())
            yield entry.path
        return
    raise RetryableError("The result is asked for by many at once. Try again in a moment.", code="cache_busy")


@contextmanager
def derived(jobs: Sequence[Job], layout: str, make: Callable[[Path], None]) -> Iterator[Path]:
    """A file that `make` writes from the variant tables of these jobs, kept in place while the block runs.

    It is made once, kept like a cached table, and gone with either job. `layout` names what is in it. The tables must
    be open: `make` may read them.
    """
    path = derived_path(jobs, layout)
    for _ in range(ATTEMPTS):
        handle = _open_shared(path)
        if handle is None:
            _derive(path, sum(_entry(job, "variants").size for job in jobs), make)
            continue
        with handle:
            os.utime(handle.fileno())
            yield path
        return
    raise RetryableError("The result is asked for by many at once. Try again in a moment.", code="cache_busy")


def derived_path(jobs: Sequence[Job], layout: str) -> Path:
    """Where `derived` keeps this file, whether it is there or not."""
    entries = [_entry(job, "variants") for job in jobs]
    identity = "\0".join([layout, *(f"{entry.bucket}\0{entry.key}\0{entry.sha256}" for entry in entries)])
    name = "-".join([*(job.job_id for job in jobs), hashlib.sha256(identity.encode()).hexdigest()])
    return cache_dir() / DERIVED / f"{name}.parquet"


def path_of(job: Job, role: str) -> Path:
    """Where the local copy of a table belongs, whether it is there or not."""
    return _entry(job, role).path


def _derive(path: Path, expected_size: int, make: Callable[[Path], None]) -> None:
    part = path.with_suffix(".part")
    with exclusively(f"derive-{int(path.stem[-8:], 16) % LOCK_STRIPES}"):
        if path.exists():
            return
        try:
            make_room(min(expected_size, get_settings().result_cache_bytes))
            path.parent.mkdir(parents=True, exist_ok=True)
            make(part)
            part.replace(path)
        except OSError as error:
            raise disk_error(error) from error
        finally:
            part.unlink(missing_ok=True)


def forget(job_id: str) -> None:
    """Remove every local copy of a job that is deleted, and what was made from it."""
    if ids.is_id(job_id):
        shutil.rmtree(cache_dir() / job_id, ignore_errors=True)
        for path in (cache_dir() / DERIVED).glob(f"*{job_id}*"):
            path.unlink(missing_ok=True)


def _entry(job: Job, role: str) -> _Entry:
    if not job.has_results:
        raise ConflictError("This job has no result that can be read now.", code="no_result")
    stored = job.outputs.get(role)
    if role not in TABLES or stored is None or not job.s3_results_bucket or not ids.is_id(job.job_id):
        raise NotFoundError("This result has no such table.", code="no_such_table")
    identity = "\0".join((job.s3_results_bucket, stored["key"], stored["sha256"]))
    name = f"{role}-{hashlib.sha256(identity.encode()).hexdigest()}.parquet"
    path = cache_dir() / job.job_id / name
    return _Entry(job.s3_results_bucket, stored["key"], int(stored["size"]), stored["sha256"], path)


def _open_shared(path: Path) -> IO[bytes] | None:
    """The file, open and locked against removal; None if it is not there (any more)."""
    try:
        handle = path.open("rb")
    except FileNotFoundError:
        return None
    fcntl.flock(handle, fcntl.LOCK_SH)
    if os.fstat(handle.fileno()).st_nlink == 0:
        handle.close()
        return None
    return handle


def _fetch(entry: _Entry) -> None:
    """Bring the object here unless another reader just did; it appears whole and verified or not at all."""
    stripe = int(entry.path.stem[-8:], 16) % LOCK_STRIPES
    part = entry.path.with_suffix(".part")
    with exclusively(f"fetch-{stripe}"):
        if entry.path.exists():
            return
        try:
            make_room(entry.size)
            entry.path.parent.mkdir(parents=True, exist_ok=True)
            storage.download(entry.bucket, entry.key, part, sha256=entry.sha256)
            part.replace(entry.path)
        except (BotoCoreError, ClientError) as error:
            log.warning("result_fetch_failed", error=type(error).__name__)
            raise RetryableError(
                "The result could not be fetched just now. Try again in a moment.", code="result_unavailable"
            ) from error
        except OSError as error:
            raise disk_error(error) from error
        finally:
            part.unlink(missing_ok=True)
