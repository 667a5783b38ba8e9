"""Demo accounts, each with one finished job, for the local stack only; doing it again changes nothing.

The demo file goes the way of every user's file: upload record, presigned part, submit, annotate worker.
"""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import click
from botocore.exceptions import BotoCoreError, ClientError

from pipeline.accounts import store as accounts
from pipeline.accounts.demo import DEMO_ACCOUNTS, DemoAccount
from pipeline.accounts.store import User
from pipeline.errors import ConfigurationError, ConflictError, GasError
from pipeline.jobs import store as jobs
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from pipeline.jobs.submit import submit
from pipeline.settings import get_settings
from pipeline.uploads import transfer
from util_jobs.local.environment import enter_local_environment

SAMPLE = Path(__file__).resolve().parents[1] / "assets" / "sample.vcf"
UPLOAD_TOKEN = "demo-job"  # noqa: S105 - names the wish, so that an interrupted seeding goes on where it was
SEEDED = "seeded"
POLL_S = 0.1
FINISHED = (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)


def seed(say: Callable[[str], None], stop_requested: Callable[[], bool] = lambda: False) -> tuple[DemoAccount, ...]:
    """Make what is missing of the demo accounts and jobs; returns the accounts.

    A demo job that its user deleted stays deleted. Raises `ConfigurationError` outside the local stack, and if a
    demo job does not end COMPLETED.
    """
    settings = get_settings()
    if settings.environment != "local":
        raise ConfigurationError("Demo accounts exist only in the local stack (GAS_ENVIRONMENT is `production`).")
    record = settings.data_dir / "aws" / SEEDED
    created = [(account, *_account(account)) for account in DEMO_ACCOUNTS]
    if record.exists() and not any(is_new for _, _, is_new in created):
        return DEMO_ACCOUNTS
    say("Making the demo accounts and their demo jobs …")
    started = [_start_job(user) for _, user, _ in created if user]
    for job in started:
        if not _wait_until_finished(job, stop_requested):
            return DEMO_ACCOUNTS
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text("The demo accounts and jobs were made.\n", encoding="utf-8")
    return DEMO_ACCOUNTS


def _account(demo: DemoAccount) -> tuple[User | None, bool]:
    """The account and whether it is new; None if somebody changed its password."""
    try:
        return accounts.create_local_account(demo.email, demo.password, demo.name, demo.plan), True
    except ConflictError:
        return accounts.check_password(demo.email, demo.password), False


def _start_job(user: User) -> Job:
    content = SAMPLE.read_bytes()
    upload = transfer.start(user, SAMPLE.name, len(content), token=UPLOAD_TOKEN)
    upload, present = transfer.resume(user, upload.upload_id)
    missing = [number for number in range(1, upload.part_count + 1) if number not in present]
    for part in transfer.sign_parts(user, upload.upload_id, missing) if missing else []:
        first = (part["number"] - 1) * upload.part_size
        _put(part["url"], content[first : first + part["length"]])
    transfer.finish(user, upload.upload_id)
    return submit(user, upload.upload_id)


def _put(url: str, content: bytes) -> None:
    request = urllib.request.Request(url, data=content, method="PUT")  # noqa: S310 - presigned by us
    try:
        urllib.request.urlopen(request, timeout=30).close()  # noqa: S310
    except urllib.error.URLError as error:
        raise ConfigurationError(f"The object store refused the demo file: {error}") from error


def _wait_until_finished(job: Job, stop_requested: Callable[[], bool]) -> bool:
    timeout_s = get_settings().local_start_timeout_s
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if stop_requested():
            return False
        current = jobs.get(job.job_id)
        if current is None or current.job_status == JobStatus.COMPLETED:
            return True
        if current.job_status in FINISHED:
            reason = (current.error or {}).get("message", "no reason was given")
            raise ConfigurationError(f"The demo job {job.job_id} ended as {current.job_status}: {reason}")
        time.sleep(POLL_S)
    raise ConfigurationError(
        f"The demo job {job.job_id} is not finished after {timeout_s} s. See the annotate worker's log in "
        f"{get_settings().data_dir / 'logs'}."
    )


@click.command("seed")
def command() -> None:
    """Make the demo accounts and jobs in the local stack that is running."""
    try:
        enter_local_environment()
        for account in seed(click.echo):
            click.echo(f"{account.email}  {account.password}  ({account.plan})")
    except GasError as error:
        click.echo(error.message, err=True)
        sys.exit(1)
    except (BotoCoreError, ClientError) as error:
        click.echo(f"The local stack does not answer ({error}). Start it with `make run`.", err=True)
        sys.exit(1)
