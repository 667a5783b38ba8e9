"""Progress: every step says how far it is, the whole never falls, the record is written once a second at most."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import Any

import pytest

from pipeline import aws, storage
from pipeline.annotation.annotate import Progress
from pipeline.errors import CancelledError
from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from pipeline.settings import Settings
from pipeline.workers.progress import ProgressReport
from tests.builders import TINY_VCF, make_job, make_user
from tests.pipeline.workers.fake_work import install, make_runner, run_one


class Watch:
    """A monotonic clock that tests turn, and what was written meanwhile."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.written: list[tuple[float, dict[str, Any]]] = []
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        monkeypatch.setattr(store, "write_progress", lambda _job, progress, _steps: self._note(progress))

    def _note(self, progress: dict[str, Any]) -> None:
        self.written.append((self.now, progress))


def whole_job(report: ProgressReport, watch: Watch, tick: float) -> None:
    """Every step of a job, with a call each `tick` seconds."""
    for done in range(0, 101, 5):
        watch.now += tick
        report.fetched(done, 100)
    for step, first, last in (("read", 0, 5), ("annotate", 5, 95), ("finish", 95, 100)):
        for percent in range(first, last + 1):
            watch.now += tick
            report.annotation(Progress(step, percent, percent * 1000, 500.0))
    for done in range(0, 101, 5):
        watch.now += tick
        report.stored(done, 100)
    report.end()


@pytest.fixture
def running(moto_aws: Settings) -> Job:
    return store.claim(make_job(make_user()).job_id, "w")


@pytest.mark.parametrize("tick", [0.01, 0.3, 1.0, 7.0])
def test_the_record_is_written_once_a_second_at_most(
    running: Job, monkeypatch: pytest.MonkeyPatch, tick: float
) -> None:
    watch = Watch(monkeypatch)
    whole_job(ProgressReport(running), watch, tick)
    times = [when for when, _ in watch.written]
    assert all(later - earlier >= 0.999 for earlier, later in itertools.pairwise(times))
    assert len(times) >= 2


def test_every_step_says_how_far_it_is_and_the_whole_never_falls(running: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(monkeypatch)
    whole_job(ProgressReport(running), watch, 1.5)
    percents = [progress["percent"] for _, progress in watch.written]
    assert percents == sorted(percents)
    assert percents[0] >= 0 and percents[-1] == 100
    assert list(dict.fromkeys(p["step"] for _, p in watch.written)) == ["fetch", "read", "annotate", "finish", "store"]
    for _, progress in watch.written:
        transfer = progress["step"] in ("fetch", "store")
        assert ("bytes" in progress and "total_bytes" in progress) if transfer else "records" in progress


def test_a_file_of_unknown_size_is_fetched_too(running: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(monkeypatch)
    ProgressReport(running).fetched(7, None)
    assert watch.written[0][1]["total_bytes"] == 7


def test_cancel_while_the_file_is_fetched_ends_the_transfer(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = install(monkeypatch)
    job = make_job(make_user())
    runner = make_runner()
    real = storage.download

    def cancelled_midway(*arguments: Any, on_bytes: storage.OnBytes, **rest: Any) -> int:
        store.cancel(job)

        def on_chunk(done: int) -> None:
            runner.stopping.set()  # as the heartbeat tells it, without waiting for the heartbeat
            on_bytes(done)

        return real(*arguments, on_bytes=on_chunk, **rest)

    monkeypatch.setattr(storage, "download", cancelled_midway)
    run_one(runner)
    assert fake.calls == [], "the annotation never began"
    current = store.get(job.job_id)
    assert current is not None and current.job_status == JobStatus.CANCELLED


def test_what_on_bytes_raises_ends_an_upload_and_leaves_no_parts(
    moto_aws: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr(storage, "PART_BYTES", 5 * 1024 * 1024)
    path = tmp_path / "big"
    path.write_bytes(b"x" * (11 * 1024 * 1024))

    def stop(done: int) -> None:
        if done:
            raise CancelledError("The job was cancelled.")

    with pytest.raises(CancelledError):
        storage.upload(path, aws.bucket("results"), "k", on_bytes=stop)
    assert storage.size_of(aws.bucket("results"), "k") is None
    assert not aws.client("s3").list_multipart_uploads(Bucket=aws.bucket("results")).get("Uploads")


def test_copy_is_whole_and_says_its_size(moto_aws: Settings) -> None:
    job = make_job(make_user())
    copied = storage.copy(job.s3_inputs_bucket, job.s3_key_input_file, job.s3_inputs_bucket, "copy")
    assert copied == len(TINY_VCF) == storage.size_of(job.s3_inputs_bucket, "copy")
