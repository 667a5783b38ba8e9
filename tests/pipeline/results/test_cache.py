"""The local cache of result tables."""

from __future__ import annotations

import multiprocessing
import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import aws, clock, storage
from pipeline.errors import ConflictError, LimitError, NotFoundError, RetryableError
from pipeline.jobs.states import JobStatus
from pipeline.results import cache, cache_room
from pipeline.settings import get_settings
from tests.conftest import forget_settings
from tests.pipeline.results.conftest import JobMaker
from tests.pipeline.results.finished import variant


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keys in the order in which they were fetched from the store."""
    keys: list[str] = []
    fetch = storage.download

    def counting(bucket: str, key: str, target: Path, **options: Any) -> int:
        keys.append(key)
        return fetch(bucket, key, target, **options)

    monkeypatch.setattr(storage, "download", counting)
    return keys


def files_in_cache() -> list[str]:
    return sorted(p.name for p in cache_room.cache_dir().glob("*/*") if p.parent.name != "locks")


def test_a_table_is_fetched_once_and_then_read_from_the_disk(make_job: JobMaker, downloads: list[str]) -> None:
    job = make_job()
    for _ in range(3):
        with cache.opened(job, "variants") as path:
            assert path.stat().st_size == job.outputs["variants"]["size"]
    assert downloads == [job.outputs["variants"]["key"]]


def test_readers_who_ask_at_once_fetch_once(make_job: JobMaker, downloads: list[str]) -> None:
    job = make_job()
    sizes: list[int] = []

    def read() -> None:
        with cache.opened(job, "variants") as path:
            sizes.append(path.stat().st_size)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sizes == [job.outputs["variants"]["size"]] * 8
    assert len(downloads) == 1


def test_a_damaged_object_is_never_served_and_leaves_nothing(make_job: JobMaker) -> None:
    job = make_job()
    aws.client("s3").put_object(
        Bucket=aws.bucket("results"), Key=job.outputs["variants"]["key"], Body=b"something else"
    )
    with pytest.raises(RetryableError) as caught, cache.opened(job, "variants"):
        pass
    assert caught.value.code == "checksum_mismatch"
    assert files_in_cache() == []


def test_an_object_that_is_gone_is_an_error_with_a_sentence(make_job: JobMaker) -> None:
    job = make_job()
    aws.client("s3").delete_object(Bucket=aws.bucket("results"), Key=job.outputs["variants"]["key"])
    with pytest.raises(RetryableError, match="Try again"), cache.opened(job, "variants"):
        pass


def test_one_job_is_never_served_the_table_of_another_C03(make_job: JobMaker) -> None:
    mine, theirs = make_job([variant(0, "1", 1, "A", "C")]), make_job([variant(0, "2", 2, "G", "T")])
    with cache.opened(mine, "variants") as my_path, cache.opened(theirs, "variants") as their_path:
        assert my_path != their_path
        assert my_path.read_bytes() != their_path.read_bytes()


@pytest.mark.parametrize("role", ["vcf", "../../etc/passwd", "log", ""])
def test_only_tables_are_cached(make_job: JobMaker, role: str) -> None:
    with pytest.raises(NotFoundError), cache.opened(make_job(), role):
        pass


def test_a_job_without_a_result_has_no_table_C26(make_job: JobMaker) -> None:
    job = replace(make_job(), job_status=JobStatus.RUNNING)
    with pytest.raises(ConflictError), cache.opened(job, "variants"):
        pass


def test_the_least_recently_read_table_goes_first(make_job: JobMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [make_job() for _ in range(3)]
    size = jobs[0].outputs["variants"]["size"]
    monkeypatch.setenv("GAS_RESULT_CACHE_BYTES", str(int(size * 2.5)))
    forget_settings()
    for age, job in ((300, jobs[0]), (200, jobs[1])):
        with cache.opened(job, "variants") as path:
            pass
        os.utime(path, (clock.now() - age, clock.now() - age))
    with cache.opened(jobs[0], "variants"):
        pass  # reading it again makes it the younger one
    with cache.opened(jobs[2], "variants"):
        pass
    present = {path.parent.name for path in cache_room.cache_dir().glob("*/*.parquet")}
    assert present == {jobs[0].job_id, jobs[2].job_id}


def test_a_table_that_is_being_read_is_not_removed(make_job: JobMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = make_job(), make_job()
    monkeypatch.setenv("GAS_RESULT_CACHE_BYTES", str(int(first.outputs["variants"]["size"] * 1.5)))
    forget_settings()
    with cache.opened(first, "variants") as path:
        with cache.opened(second, "variants"):
            pass
        assert path.exists()


def test_a_table_larger_than_the_cache_is_refused_by_name_C44(
    make_job: JobMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job()
    monkeypatch.setenv("GAS_RESULT_CACHE_BYTES", "10")
    forget_settings()
    with pytest.raises(LimitError, match="result_cache_bytes"), cache.opened(job, "variants"):
        pass


def test_what_nobody_read_for_long_and_what_a_dead_fetch_left_goes(make_job: JobMaker) -> None:
    old, new = make_job(), make_job()
    with cache.opened(old, "variants") as path:
        pass
    long_ago = clock.now() - get_settings().result_cache_idle_s - 10
    os.utime(path, (long_ago, long_ago))
    left = path.with_name("genotypes-dead.part")
    left.write_bytes(b"half")
    under_way = path.with_name("genotypes-under-way.part")
    under_way.write_bytes(b"half")
    os.utime(left, (clock.now() - cache_room.ABANDONED_AFTER_S - 10,) * 2)
    with cache.opened(new, "variants"):
        pass
    assert not path.exists()
    assert not left.exists()
    assert under_way.exists()


def test_a_deleted_job_leaves_no_local_copy_C34(make_job: JobMaker) -> None:
    job = make_job()
    with cache.opened(job, "variants") as path:
        pass
    cache.forget(job.job_id)
    cache.forget("../" + job.job_id)
    assert not path.exists()


def test_a_full_disk_is_an_error_with_a_name_C20(make_job: JobMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "download", full)
    with pytest.raises(RetryableError) as caught, cache.opened(make_job(), "variants"):
        pass
    assert caught.value.code == "disk_full"


def _hold_lock(name: str, folder: str, ready: Any, release: Any) -> None:
    os.environ["GAS_DATA_DIR"] = folder
    get_settings.cache_clear()
    with cache_room.exclusively(name):
        ready.set()
        release.wait(10)


def test_another_process_waits_for_a_fetch(make_job: JobMaker) -> None:
    make_job()
    context = multiprocessing.get_context("spawn")
    ready, release = context.Event(), context.Event()
    holder = context.Process(target=_hold_lock, args=("fetch-1", str(get_settings().data_dir), ready, release))
    holder.start()
    assert ready.wait(20)
    entered = threading.Event()

    def enter() -> None:
        with cache_room.exclusively("fetch-1"):
            entered.set()

    waiting = threading.Thread(target=enter)
    waiting.start()
    assert not entered.wait(0.2)
    release.set()
    assert entered.wait(10)
    waiting.join()
    holder.join()
