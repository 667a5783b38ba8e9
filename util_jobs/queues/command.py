"""`python -m util_jobs queues`: depths, ages, who holds what; `peek` and `redrive` for dead letters (C22)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from pipeline import aws, clock
from util_jobs import answers, aws_answers
from util_jobs.queues import dead_letters, report
from util_jobs.queues.depths import dead_letters_waiting, depths
from util_jobs.queues.holders import work_in_hand

MOST_PEEKED = 1000
queue_argument = click.argument("name", type=click.Choice(aws.QUEUES))


@click.group("queues", invoke_without_command=True)
@click.option("--mail", is_flag=True, help="Also look for e-mails that may not have been sent (reads all job records).")
@answers.as_json_option
@click.pass_context
def command(context: click.Context, mail: bool, as_json: bool) -> None:
    """Show each queue: waiting, in flight, delayed, oldest, dead letters; and which worker holds what."""
    if context.invoked_subcommand is None:
        aws_answers.run(lambda: _state(mail), as_json, report.tell_state)
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

    aws_answers.run(work, as_json, report.tell_letters)


@command.command("redrive")
@queue_argument
@click.option("--limit", type=click.IntRange(min=1), help="Most messages looked at; default: all that are there now.")
@click.option("--dry-run", is_flag=True, help="Change nothing; say how many would be sent back.")
@answers.as_json_option
def redrive_command(name: str, limit: int | None, dry_run: bool, as_json: bool) -> None:
    """Send the dead letters behind NAME back to it. Unreadable ones stay."""
    aws_answers.run(lambda: asdict(dead_letters.redrive(name, limit, dry_run=dry_run)), as_json, report.tell_redriven)
