"""`make run`: one command starts everything, again and again; each obstacle gets a sentence that says what to do."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import boto3
import psutil
import pytest

from tests.local_stack import ROOT, LocalRun

pytestmark = [pytest.mark.emulator, pytest.mark.timeout(240)]
STAND_INS = "web: python tests/e2e/stand_in.py web\nannotate: python tests/e2e/stand_in.py annotate\n"


@pytest.fixture
def stand_ins(tmp_path: Path) -> Iterator[LocalRun]:
    """A local run with the real embedded AWS and stand-ins for portal and worker."""
    (tmp_path / "Procfile").write_text(STAND_INS, encoding="utf-8")
    run = LocalRun(tmp_path / "data", "--no-seed", "--procfile", str(tmp_path / "Procfile"))
    yield run
    run.clean_up()


def users_table(run: LocalRun) -> object:
    dynamodb = boto3.resource(
        "dynamodb",
        endpoint_url=f"http://127.0.0.1:{run.ports['GAS_EMULATOR_PORT']}",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        region_name="us-east-1",
    )
    return dynamodb.Table("gas-users")


def test_it_starts_says_where_everything_is_and_stops_at_ctrl_c(stand_ins: LocalRun) -> None:
    stand_ins.start()
    address = f"http://127.0.0.1:{stand_ins.ports['GAS_WEB_PORT']}"
    assert f"Open      {address}" in stand_ins.text
    assert urllib.request.urlopen(f"{address}/healthz").status == 200
    for words in (str(stand_ins.data_dir), "Ctrl-C", "make stop"):
        assert words in stand_ins.text
    log = (stand_ins.data_dir / "logs" / "web.log").read_text(encoding="utf-8")
    assert f"with http://127.0.0.1:{stand_ins.ports['GAS_EMULATOR_PORT']}" in log
    assert stand_ins.stop() == 0
    assert "Stopped. Everything is kept" in stand_ins.text
    assert stand_ins.processes() == []


def test_the_second_start_finds_everything_again_and_creates_nothing(stand_ins: LocalRun) -> None:
    stand_ins.start()
    assert "Creating buckets" in stand_ins.text
    users_table(stand_ins).put_item(Item={"user_id": "ada"})
    stand_ins.stop(signal.SIGTERM)
    stand_ins.start()
    assert "Creating buckets" not in stand_ins.text
    assert users_table(stand_ins).get_item(Key={"user_id": "ada"})["Item"] == {"user_id": "ada"}


def test_after_a_kill_of_everything_it_starts_again_with_what_was_there(stand_ins: LocalRun) -> None:
    stand_ins.start()
    users_table(stand_ins).put_item(Item={"user_id": "ada"})
    time.sleep(2.5)
    stand_ins.kill_everything()
    stand_ins.start()
    assert users_table(stand_ins).get_item(Key={"user_id": "ada"})["Item"] == {"user_id": "ada"}


def test_what_a_killed_watcher_left_running_is_stopped_at_the_next_start(stand_ins: LocalRun) -> None:
    stand_ins.start()
    users_table(stand_ins).put_item(Item={"user_id": "ada"})
    stand_ins.kill_watcher()
    left = {process.pid for process in stand_ins.processes()}
    assert len(left) >= 3
    stand_ins.start()
    assert "left behind" in stand_ins.text
    assert not any(psutil.pid_exists(pid) for pid in left)
    assert users_table(stand_ins).get_item(Key={"user_id": "ada"})["Item"] == {"user_id": "ada"}


def test_a_killed_worker_comes_back_C12(stand_ins: LocalRun) -> None:
    stand_ins.start()
    worker = next(p for p in stand_ins.processes() if "annotate" in p.cmdline())
    worker.kill()
    stand_ins.wait_for("annotate was ended by signal 9; starting it again in 1 s")
    deadline = time.monotonic() + 30
    while not any("annotate" in p.cmdline() and p.pid != worker.pid for p in stand_ins.processes()):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_second_one_says_that_one_is_running(stand_ins: LocalRun) -> None:
    stand_ins.start()
    second = LocalRun(stand_ins.data_dir, ports=stand_ins.ports).launch()
    assert second.finish() == 1
    assert stand_ins.process is not None
    assert f"already running (pid {stand_ins.process.pid})" in second.text
    assert "Traceback" not in second.text
    assert stand_ins.process.poll() is None


def test_stop_from_another_window_waits_until_everything_is_saved(stand_ins: LocalRun) -> None:
    stand_ins.start()
    command = [sys.executable, "-m", "util_jobs.local.run", "stop"]
    said = subprocess.run(command, env=stand_ins.environment(), cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (said.returncode, said.stdout.strip()) == (0, "Stopped.")
    assert stand_ins.finish() == 0
    assert stand_ins.processes() == []
    said = subprocess.run(command, env=stand_ins.environment(), cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert said.stdout.strip() == "The service is not running."


@pytest.mark.parametrize(
    ("variable", "what"),
    [
        ("GAS_WEB_PORT", "the portal"),
        ("GAS_EMULATOR_PORT", "the embedded AWS"),
        ("GAS_WORKER_PORT_BASE", "the health probe of `annotate`"),
    ],
)
def test_a_taken_port_is_named_with_what_to_change(stand_ins: LocalRun, variable: str, what: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        stand_ins.ports[variable] = str(port)
        assert stand_ins.launch().finish() == 1
    assert f"Cannot start {what}: port {port} is taken" in stand_ins.text
    assert f"{variable}={port + 1} make run" in stand_ins.text
    assert "Traceback" not in stand_ins.text


def test_a_process_that_cannot_start_ends_the_run_with_the_end_of_its_log(stand_ins: LocalRun, tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text(STAND_INS.replace("annotate\n", "fail\n"), encoding="utf-8")
    assert stand_ins.launch().finish() == 1
    assert "The process annotate ended with exit code 1" in stand_ins.text
    assert "the moon is full" in stand_ins.text
    assert stand_ins.processes() == []


def test_production_settings_are_refused(stand_ins: LocalRun) -> None:
    stand_ins.ports["GAS_ENVIRONMENT"] = "production"
    assert stand_ins.launch().finish() == 1
    assert "GAS_ENVIRONMENT is `production`" in stand_ins.text


def test_a_real_aws_account_in_the_environment_is_never_spoken_to(stand_ins: LocalRun) -> None:
    stand_ins.ports["AWS_PROFILE"] = "production"
    stand_ins.ports["AWS_SESSION_TOKEN"] = "secret"
    stand_ins.start()
    for process in stand_ins.processes():
        environment = process.environ()
        assert environment["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
        assert "AWS_PROFILE" not in environment
        assert "AWS_SESSION_TOKEN" not in environment
