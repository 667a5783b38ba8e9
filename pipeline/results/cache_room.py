"""How much of this machine's disk the cached tables take: what nobody uses makes room, also for what comes.

A clean-up holds a lock of its own; it passes over what a reader has locked (`cache`).
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline import clock
from pipeline.errors import LimitError, RetryableError
from pipeline.settings import get_settings

ABANDONED_AFTER_S = 3600  # a fetch that wrote nothing for so long is dead (reads time out after a minute)


def cache_dir() -> Path:
    """Folder of the cached tables; DuckDB may read here and nowhere else."""
    return (get_settings().data_dir / "cache" / "results").absolute()


@contextmanager
def exclusively(name: str) -> Iterator[None]:
    """One process and thread at a time for this name."""
    folder = cache_dir() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def tidy() -> None:
    """Remove what was unused for long, and what is over the limit, also where nobody fetches anything."""
    make_room(0)


def make_room(size: int) -> None:
    """Remove what was unused for long and, least recently used first, what is over the limit.

    Two fetches at once may overshoot by what is still under way: the limit is a target, not a quota.
    """
    limit = get_settings().result_cache_bytes
    if size > limit:
        raise LimitError(
            f"The table has {size:,} bytes; the server keeps at most {limit:,} (result_cache_bytes). "
            "Download it instead.",
            code="result_too_large",
        )
    with exclusively("clean-up"):
        files = sorted(cached_files(), key=lambda entry: entry[1].st_mtime)
        excess = size + sum(stat.st_size for _, stat in files) - limit
        oldest_kept = clock.now() - get_settings().result_cache_idle_s
        for path, stat in files:
            unneeded = path.suffix == ".part" or stat.st_mtime < oldest_kept
            if (excess > 0 or unneeded) and _remove_unused(path):
                excess -= stat.st_size


def cached_files() -> Iterator[tuple[Path, os.stat_result]]:
    """Every cached table, and what a dead process left of a fetch."""
    for path in cache_dir().glob("*/*"):
        try:
            stat = path.stat()
        except FileNotFoundError:
            continue
        abandoned = path.suffix == ".part" and stat.st_mtime < clock.now() - ABANDONED_AFTER_S
        if path.suffix == ".parquet" or abandoned:
            yield path, stat


def _remove_unused(path: Path) -> bool:
    """Remove a file unless somebody reads it."""
    try:
        with path.open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    return True


def disk_error(error: OSError) -> RetryableError:
    """What to tell who asked for a table that could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return RetryableError("The server's disk is full. Its operators have to make room.", code="disk_full")
    return RetryableError("The server could not keep a copy of the result. Try again.", code="cache_failed")
