"""Real worker processes against the embedded AWS: they finish jobs, stop when asked, and may be killed at any time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline import aws, storage
from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from pipeline.settings import Settings
from tests.builders import TINY_VCF, make_job, make_user
from tests.emulator_process import free_port
from tests.queues import dead_letters

pytestmark = pytest.mark.emulator
ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "assets" / "sample.vcf"
PATIENCE_S = 60.0
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(ministack_aws: Settings, tmp_path: Path) -> Iterator[Start]:
    """Starts a worker process; all are gone at the end of the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start_worker(name: str, **settings: str) -> subprocess.Popen[bytes]:
        log = (tmp_path / f"{name}-{len(started)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.workers", name], cwd=ROOT, env=os.environ | settings, stderr=log
        )
        started.append(process)
        return process

    yield start_worker
    for process in started:
        process.kill()
        process.wait()


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def fresh(job: Job) -> Job:
    found = store.get(job.job_id)
    assert found is not None
    return found


def status_is(job: Job, status: JobStatus) -> Callable[[], bool]:
    return lambda: fresh(job).job_status == status


def long_vcf(records: int = 400_000) -> bytes:
    """Enough work to be interrupted: mitochondrial substitutions, each position again and again."""
    header = "##fileformat=VCFv4.2\n##contig=<ID=MT,length=16569>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    lines = (f"MT\t{1 + n * 16000 // records}\t.\tN\tA\t.\t.\t.\n" for n in range(records))
    return (header + "".join(lines)).encode()


def test_worker_completes_a_job_and_answers_its_health_probe(start: Start, ministack_aws: Settings) -> None:
    port = free_port()
    worker = start("annotate", PORT=str(port))
    job = make_job(make_user(), SAMPLE.read_bytes(), "sample.vcf")
    wait_for(status_is(job, JobStatus.COMPLETED))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
        assert answer.status == 200
    for output in fresh(job).outputs.values():
        assert storage.size_of(aws.bucket("results"), output["key"]) == output["size"]
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(ministack_aws.stop_timeout_s) == 0
    assert list((ministack_aws.resolved_work_dir() / "annotate").iterdir()) == []


def test_stopped_worker_hands_its_job_back_and_the_next_one_completes_it_C19(
    start: Start, ministack_aws: Settings
) -> None:
    worker = start("annotate")
    job = make_job(make_user(), long_vcf())
    wait_for(lambda: fresh(job).progress)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(ministack_aws.stop_timeout_s) == 0
    handed_back = fresh(job)
    assert (handed_back.job_status, handed_back.failures) == (JobStatus.PENDING, 0)
    start("annotate")
    wait_for(status_is(job, JobStatus.COMPLETED))
    assert fresh(job).attempt == 2


def test_killed_workers_job_is_taken_over_and_its_files_are_cleared_C12_C20(
    start: Start, ministack_aws: Settings
) -> None:
    quick = {"GAS_LEASE_S": "3", "GAS_VISIBILITY_TIMEOUT_S": "3", "GAS_HEARTBEAT_INTERVAL_S": "1"}
    worker = start("annotate", **quick)
    job = make_job(make_user(), long_vcf())
    wait_for(lambda: fresh(job).progress)
    worker.kill()
    worker.wait()
    work = ministack_aws.resolved_work_dir() / "annotate"
    (left,) = work.iterdir()
    start("annotate", **quick)
    start("sweep", GAS_SWEEP_INTERVAL_S="0.5", **quick)
    wait_for(status_is(job, JobStatus.COMPLETED))
    done = fresh(job)
    assert not left.exists()
    stored = set(storage.keys_under(aws.bucket("results"), storage.results_prefix(job.user_id, job.job_id)))
    card = storage.card_key(job.user_id, job.job_id)
    assert stored == {output["key"] for output in done.outputs.values()} | {card}


def test_poison_message_neither_stops_the_worker_nor_the_job_behind_it_C11(start: Start) -> None:
    url = aws.queue_url(aws.queue_name("annotate"))
    aws.client("sqs").send_message(QueueUrl=url, MessageBody="{not json")
    worker = start("annotate")
    job = make_job(make_user(), TINY_VCF)
    wait_for(status_is(job, JobStatus.COMPLETED))
    assert worker.poll() is None
    assert [message["Body"] for message in dead_letters("annotate")] == ["{not json"]


def test_bad_file_fails_and_the_worker_goes_on_C17(start: Start) -> None:
    start("annotate")
    user = make_user()
    bad = make_job(user, b"\x00\xff" * 5000, "rubbish.vcf")
    good = make_job(user, TINY_VCF)
    wait_for(status_is(good, JobStatus.COMPLETED))
    failed = fresh(bad)
    assert failed.job_status == JobStatus.FAILED and failed.error and failed.error["code"]


def test_unknown_worker_is_refused_with_the_names_there_are() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "pipeline.workers", "coffee"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    names = ("annotate", "archive", "export", "notify", "restore", "sweep", "thaw")
    assert answer.returncode == 2 and all(name in answer.stderr for name in names)
