"""Copies of deleted jobs leave every machine's cache, also where nobody asks for anything any more (C34)."""

from __future__ import annotations

import os
import shutil
import threading
from dataclasses import replace

import pytest
from botocore.exceptions import EndpointConnectionError

from pipeline import aws, clock, dynamo
from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.results import cache, cache_room, cache_upkeep
from pipeline.settings import get_settings
from tests.builders import write_job
from tests.pipeline.results.conftest import JobMaker

HOUR_S = 3600


def _cached(job: Job, hours_ago: float) -> Job:
    """A job with its record, and a copy of its table that was last opened so long ago."""
    write_job(job)
    with cache.opened(job, "variants") as path:
        pass
    os.utime(path, (clock.now() - hours_ago * HOUR_S,) * 2)
    return job


def _is_cached(job: Job) -> bool:
    return any((cache_room.cache_dir() / job.job_id).glob("*.parquet"))


def test_what_nobody_opened_for_a_day_goes_once_its_job_is_gone_C34(make_job: JobMaker) -> None:
    deleted, unknown, standing, fresh = (_cached(make_job(), hours) for hours in (25, 25, 25, 23))
    store.mark_deleting(deleted)
    store.mark_deleting(fresh)
    aws.client("dynamodb").delete_item(TableName=aws.table_name("jobs"), Key=dynamo.to_item({"job_id": unknown.job_id}))
    assert cache_upkeep.forget_gone() == 2
    assert [_is_cached(job) for job in (deleted, unknown, standing, fresh)] == [False, False, True, True]


def test_the_setting_says_after_how_long(make_job: JobMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    job = _cached(make_job(), 2)
    store.mark_deleting(job)
    assert cache_upkeep.forget_gone() == 0
    monkeypatch.setattr(get_settings(), "result_cache_check_s", HOUR_S)
    assert cache_upkeep.forget_gone() == 1
    assert not _is_cached(job)


def test_what_was_made_from_a_gone_job_goes_too(make_job: JobMaker) -> None:
    gone, kept = _cached(make_job(), 25), _cached(make_job(), 25)
    shutil.rmtree(cache_room.cache_dir() / gone.job_id)  # only what was made from it is left
    with cache.derived([kept, gone], "layout", lambda part: part.write_bytes(b"x")) as path:
        pass
    os.utime(path, (clock.now() - 25 * HOUR_S,) * 2)
    store.mark_deleting(gone)
    assert cache_upkeep.forget_gone() == 1
    assert not path.exists() and _is_cached(kept)


def test_an_account_takes_its_copies_along_at_once_and_no_others(make_job: JobMaker) -> None:
    mine, theirs = _cached(make_job(), 0), _cached(replace(make_job(), user_id="somebody-else"), 0)
    assert cache_upkeep.forget_jobs_of(mine.user_id) == 1
    assert (_is_cached(mine), _is_cached(theirs)) == (False, True)


def test_a_round_tidies_where_nobody_fetches_anything(make_job: JobMaker) -> None:
    old = _cached(make_job(), get_settings().result_cache_idle_s / HOUR_S + 1)
    cache_upkeep.UpkeepLoop(threading.Event()).round()
    assert not _is_cached(old)


def test_a_cloud_that_does_not_answer_leaves_it_to_the_next_round(
    make_job: JobMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = _cached(make_job(), 25)
    store.mark_deleting(job)
    loop = cache_upkeep.UpkeepLoop(threading.Event())

    def unreachable(*_: object) -> list[object]:
        raise EndpointConnectionError(endpoint_url="dynamodb")

    with monkeypatch.context() as down:
        down.setattr(dynamo, "batch_get", unreachable)
        loop.round()
    assert _is_cached(job)
    loop.round()
    assert not _is_cached(job)


def test_the_loop_ends_when_it_is_told_to(make_job: JobMaker) -> None:
    stopping = threading.Event()
    thread = threading.Thread(target=cache_upkeep.UpkeepLoop(stopping).run, daemon=True)
    thread.start()
    stopping.set()
    thread.join(30)
    assert not thread.is_alive()
