"""Looks after the local cache of result tables: copies of jobs that were deleted, perhaps on another machine, go.

Whoever opens a table was found to own its job a moment before, and opening notes the time on the file. So only what
nobody opened for a while can be of a job that is gone.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import clock, dynamo, ids, logs
from pipeline.jobs import store
from pipeline.results import cache, cache_room
from pipeline.settings import get_settings

log = logs.get_logger()
LONGEST_PAUSE_S = 3600  # between two rounds
_IDS_IN_NAME = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")  # a derived file names all jobs that it is made of


def last_opened() -> dict[str, float]:
    """Ids of the jobs with something in the cache, and when any of it was last opened (epoch seconds)."""
    found: dict[str, float] = {}
    for path, stat in cache_room.cached_files():
        folder = path.parent.name
        names = _IDS_IN_NAME.findall(path.stem) if folder == cache.DERIVED else [folder]
        for job_id in filter(ids.is_id, names):
            found[job_id] = max(found.get(job_id, 0.0), stat.st_mtime)
    return found


def forget_gone() -> int:
    """Remove copies of jobs that are deleted or unknown, among those not opened for `result_cache_check_s`; of how many
    jobs."""
    before = clock.now() - get_settings().result_cache_check_s
    quiet = [job_id for job_id, opened in last_opened().items() if opened < before]
    standing = {record["job_id"] for record in _records(quiet) if not record.get("deleting")}
    return _forget(job_id for job_id in quiet if job_id not in standing)


def forget_jobs_of(user_id: str) -> int:
    """Remove this machine's copies of everything of a user; of how many jobs."""
    return _forget(record["job_id"] for record in _records(list(last_opened())) if record.get("user_id") == user_id)


def _records(job_ids: list[str]) -> list[dict[str, object]]:
    return dynamo.batch_get(store.TABLE, [{"job_id": job_id} for job_id in job_ids])


def _forget(job_ids: Iterable[object]) -> int:
    gone = [str(job_id) for job_id in job_ids]
    for job_id in gone:
        cache.forget(job_id)
    return len(gone)


class UpkeepLoop:
    """Looks after the cache again and again, until `stopping` is set."""

    def __init__(self, stopping: threading.Event) -> None:
        self.stopping = stopping

    def run(self) -> None:
        """A round now and one an hour, or more often where the setting asks for it."""
        while not self.stopping.is_set():
            self.round()
            self.stopping.wait(min(LONGEST_PAUSE_S, get_settings().result_cache_check_s))

    def round(self) -> None:
        """What a cloud or a disk that does not answer keeps from being done is done at the next round."""
        try:
            cache_room.tidy()
            count = forget_gone()
        except (BotoCoreError, ClientError, OSError) as error:
            log.warning("cache_not_looked_after", error=type(error).__name__)
            return
        if count:
            log.info("cached_results_forgotten", jobs=count)


def start() -> threading.Thread:
    """Look after the cache in a thread that ends with this process."""
    thread = threading.Thread(target=UpkeepLoop(threading.Event()).run, name="cache-upkeep", daemon=True)
    thread.start()
    return thread
