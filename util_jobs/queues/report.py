"""The queues' figures as tables for a terminal."""

from __future__ import annotations

import json
from typing import Any

import click

NOT_KNOWN = "n/a"
_UNITS = ((86400, "days"), (3600, "h"), (60, "min"))


def duration(seconds: float | None) -> str:
    """`45 s`, `12 min`, `3.2 h`, `5.1 days`; `n/a` for None."""
    if seconds is None:
        return NOT_KNOWN
    for length, unit in _UNITS:
        if abs(seconds) >= 2 * length:
            amount = seconds / length
            return f"{amount:.0f} {unit}" if unit == "min" else f"{amount:.1f} {unit}"
    return f"{seconds:.0f} s"


def table(titles: list[str], rows: list[list[str]], right: set[int]) -> str:
    """Columns under their titles, two spaces apart; those in `right` are aligned to the right."""
    widths = [max(len(row[i]) for row in [titles, *rows]) for i in range(len(titles))]
    lines = (
        "  ".join(cell.rjust(width) if i in right else cell.ljust(width) for i, (cell, width) in enumerate(cells))
        for cells in (list(zip(row, widths, strict=True)) for row in [titles, *rows])
    )
    return "\n".join(line.rstrip() for line in lines)


def tell_state(document: dict[str, Any]) -> None:
    """Queues, work in hand, moves, and e-mails if they were asked for."""
    rows = [
        [
            q["queue"],
            f"{q['waiting']:,}",
            f"{q['in_flight']:,}",
            f"{q['delayed']:,}",
            duration(q["oldest_s"]),
            f"{q['dead_letters']:,}",
        ]
        for q in document["queues"]
    ]
    click.echo(table(["queue", "waiting", "in flight", "delayed", "oldest", "dead letters"], rows, {1, 2, 3, 4, 5}))
    held = document["held_jobs"]
    click.echo(f"\njobs in work: {len(held):,}")
    if held:
        rows = [
            [h["job_id"], h["worker"], str(h["attempt"]), duration(h["running_s"]), _lease(h["lease_left_s"])]
            for h in held
        ]
        click.echo(table(["job", "worker", "attempt", "running for", "lease"], rows, {2, 3}))
    moving = document["moving_results"]
    click.echo(f"results on their way: {moving['ARCHIVING']:,} to the archive, {moving['RESTORING']:,} back")
    unsent = document.get("unsent_mails")
    if unsent is not None:
        click.echo(f"e-mails that may not have been sent: {len(unsent):,}")
        for claim in unsent:
            click.echo(f"  {claim['job_id']}  {claim['event']}, begun {duration(claim['age_s'])} ago")
    if not document["cloudwatch_answered"]:
        click.echo("CloudWatch did not answer, so the ages are not known.", err=True)


def _lease(left_s: int) -> str:
    return f"{duration(left_s)} left" if left_s >= 0 else f"over since {duration(-left_s)}"


def tell_letters(document: dict[str, Any]) -> None:
    """The dead letters that were looked at."""
    letters = document["messages"]
    click.echo(f"{document['queue']}: {_counted(document['dead_letters'], 'dead letter')}, {len(letters):,} looked at")
    if not letters:
        return
    rows = [
        [
            duration(m["age_s"]),
            str(m["receives"]),
            m["type"] or "unreadable",
            m["job_id"] or "-",
            m["user_id"] or "-",
            m["reason"] or "received too often",
        ]
        for m in letters
    ]
    click.echo(table(["age", "receives", "type", "job", "user", "reason"], rows, {0, 1}))
    for m in letters:
        if m["problem"]:
            # Quoted: what nobody could read must not steer the terminal.
            click.echo(f"{m['sqs_message_id']}: {m['problem']}: {json.dumps(m['body'])}")


def tell_redriven(document: dict[str, Any]) -> None:
    """What was sent back, or would be."""
    queue, stay = document["queue"], document["unreadable"]
    if document["dry_run"]:
        click.echo(f"{_counted(document['readable'], 'message')} would go back to {queue}; nothing was changed.")
    else:
        click.echo(f"{_counted(document['sent'], 'message')} went back to {queue}.")
    if stay:
        click.echo(f"{_counted(stay, 'message')} cannot be read and stayed; `queues peek {queue}` tells why.")
    click.echo(f"{_counted(document['left'], 'dead letter')} left.")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
