"""`python -m util_jobs queues`: depths, ages, who holds what; `peek` and `redrive` for dead letters (C22)."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from pipeline import aws, clock
from pipeline.errors import ConfigurationError
from pipeline.settings import get_settings
from util_jobs import answers
from util_jobs.queues import dead_letters, report
from util_jobs.queues.depths import dead_letters_waiting, depths
from util_jobs.queues.holders import work_in_hand

MOST_PEEKED = 1000
queue_argument = click.argument("name", type=click.Choice(aws.QUEUES))


def _answer(work: Callable[[], dict[str, Any]], as_json: bool, tell: Callable[[dict[str, Any]], None]) -> None:
    """Ask the AWS that the settings name, or the stack of this machine, and say what it answered."""

    def asked() -> dict[str, Any]:
        settings = get_settings()
        if settings.environment == "local" and not os.environ.get("AWS_ENDPOINT_URL"):
            from util_jobs.local.environment import enter_local_environment

            enter_local_environment()
        try:
            return work()
        except EndpointConnectionError as error:
            raise ConfigurationError(
                f"{error} Start the local stack with `make run`, or set GAS_ENVIRONMENT=production (and the other "
                "settings of the service) to look at the queues on AWS.",
                code="aws_error",
            ) from error
        except (BotoCoreError, ClientError) as error:
            hint = " `python -m util_jobs provision` creates it." if "NonExistentQueue" in str(error) else ""
            raise ConfigurationError(f"AWS answered: {error}{hint}", code="aws_error") from error

    answers.run(asked, as_json, tell)


@click.group("queues", invoke_without_command=True)
@click.option("--mail", is_flag=True, help="Also look for e-mails that may not have been sent (reads all job records).")
@answers.as_json_option
@click.pass_context
def command(context: click.Context, mail: bool, as_json: bool) -> None:
    """Show each queue: waiting, in flight, delayed, oldest, dead letters; and which worker holds what."""
    if context.invoked_subcommand is None:
        _answer(lambda: _state(mail), as_json, report.tell_state)
    elif mail or as_json:
        raise click.UsageError(f"Write the options after `{context.invoked_subcommand}`.")


def _state(mail: bool) -> dict[str, Any]:
    found, cloudwatch_answered = depths()
    held, moving = work_in_hand()
    document: dict[str, Any] = {
        "queues": [asdict(depth) for depth in found],
        "cloudwatch_answered": cloudwatch_answered,
        "held_jobs": [asdict(job) for job in held],
        "moving_results": moving,
    }
    if mail:
        document["unsent_mails"] = _unsent_mails()
    return document


def _unsent_mails() -> list[dict[str, Any]]:
    from pipeline.notify.claims import unsent_claims

    now = clock.now()
    return [
        {"job_id": claim.job_id, "event": claim.event, "age_s": int(now - claim.claimed_at)}
        for claim in unsent_claims(now)
    ]


@command.command("peek")
@queue_argument
@click.option(
    "--limit", type=click.IntRange(1, MOST_PEEKED), default=10, show_default=True, help="Most messages shown."
)
@answers.as_json_option
def peek_command(name: str, limit: int, as_json: bool) -> None:
    """Look at the dead letters behind NAME. Nothing is deleted; each look counts as one receive."""

    def work() -> dict[str, Any]:
        letters = dead_letters.peek(name, limit)
        return {
            "queue": name,
            "dead_letters": max(dead_letters_waiting(name), len(letters)),
            "messages": [letter.as_dict() for letter in letters],
        }

    _answer(work, as_json, report.tell_letters)


@command.command("redrive")
@queue_argument
@click.option("--limit", type=click.IntRange(min=1), help="Most messages looked at; default: all that are there now.")
@click.option("--dry-run", is_flag=True, help="Change nothing; say how many would be sent back.")
@answers.as_json_option
def redrive_command(name: str, limit: int | None, dry_run: bool, as_json: bool) -> None:
    """Send the dead letters behind NAME back to it. Unreadable ones stay."""
    _answer(lambda: asdict(dead_letters.redrive(name, limit, dry_run=dry_run)), as_json, report.tell_redriven)
