"""The Procfile's own processes, as `make run` starts them: demo accounts, finished jobs, all again after a crash."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pipeline import storage
from pipeline.accounts import store as accounts
from pipeline.accounts.demo import DEMO_ACCOUNTS
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from pipeline.jobs.submit import list_jobs
from tests.conftest import forget_settings
from tests.local_stack import LocalRun

pytestmark = [pytest.mark.emulator, pytest.mark.timeout(300)]


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalRun]:
    """The whole service; this process speaks to the same embedded AWS."""
    run = LocalRun(tmp_path / "data")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{run.ports['GAS_EMULATOR_PORT']}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    forget_settings()
    yield run
    run.clean_up()


def demo_jobs() -> dict[str, list[Job]]:
    found = {}
    for demo in DEMO_ACCOUNTS:
        user = accounts.check_password(demo.email, demo.password)
        assert user is not None
        assert user.plan == demo.plan
        found[demo.email] = list_jobs(user.user_id)
    return found


def test_demo_accounts_and_their_finished_jobs_outlive_a_kill_of_everything(stack: LocalRun) -> None:
    stack.start()
    for demo in DEMO_ACCOUNTS:
        assert demo.email in stack.text
        assert demo.password in stack.text
    before = demo_jobs()
    for jobs in before.values():
        assert [(job.input_file_name, job.job_status) for job in jobs] == [("sample.vcf", JobStatus.COMPLETED)]
        assert storage.size_of(str(jobs[0].s3_results_bucket), str(jobs[0].s3_key_result_file))

    web = f"http://127.0.0.1:{stack.ports['GAS_WEB_PORT']}"
    assert urllib.request.urlopen(f"{web}/healthz").status == 200
    children = [psutil.Process(p.pid) for p in stack.processes()]
    assert len(children) >= 4
    for connection in (c for child in children for c in child.net_connections(kind="tcp")):
        if connection.status == psutil.CONN_LISTEN:
            assert connection.laddr.ip == "127.0.0.1"

    stack.kill_everything()
    stack.start()
    assert "Making the demo accounts" not in stack.text
    after = demo_jobs()
    assert {email: [job.job_id for job in jobs] for email, jobs in after.items()} == {
        email: [job.job_id for job in jobs] for email, jobs in before.items()
    }
    assert stack.stop() == 0
    assert stack.processes() == []
