"""`python -m util_jobs survival`: real processes, `kill -9` of random workers each second, and nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from pipeline.errors import GasError
from util_jobs import answers

VIOLATED_EXIT = 1


@click.command("survival")
@click.option("--jobs", default=200, show_default=True, type=click.IntRange(1), help="Files that users submit.")
@click.option("--seconds", default=120.0, show_default=True, type=click.FloatRange(1), help="How long workers die.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Of files, wishes and victims.")
@click.option("--users", default=12, show_default=True, type=click.IntRange(2), help="Free and premium users together.")
@click.option("--each", default=2, show_default=True, type=click.IntRange(1, 6), help="Processes of each worker.")
@click.option("--settle", "settle_s", default=600.0, show_default=True, help="Seconds in which all must come to rest.")
@click.option("--power-cut", is_flag=True, help="Half-way kill everything, the embedded AWS too, and start it again.")
@click.option(
    "--keep",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Empty folder that keeps the stack's data and logs; else they are gone afterwards.",
)
@answers.as_json_option
def command(as_json: bool, **options: Any) -> None:
    """Run a stack of its own, kill a worker or two each second, and check that all jobs end right."""
    from util_jobs.survival.trial import Plan, run

    try:
        figures = run(Plan(**options), lambda text: click.echo(text, err=True))
    except GasError as error:
        answers.fail(error, as_json)
    click.echo(json.dumps(figures) if as_json else _told(figures))
    raise SystemExit(VIOLATED_EXIT if figures["violations"] else 0)


def _told(figures: dict[str, Any]) -> str:
    """The same for people."""
    lines = [f"{name:<12} {value}" for name, value in figures.items() if name != "violations"]
    return "\n".join([*lines, *(f"violation    {told}" for told in figures["violations"]), ""]).rstrip()
