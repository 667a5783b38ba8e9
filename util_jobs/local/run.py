"""`python -m util_jobs local run`, behind `make run`: the whole service on this machine, until Ctrl-C."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipeline.errors import GasError
from pipeline.settings import get_settings
from util_jobs.local.environment import ROOT
from util_jobs.local.lock import stop_holder
from util_jobs.local.stack import LocalStack


@click.group("local")
def command() -> None:
    """The whole service on this machine."""


@command.command("run")
@click.option("--procfile", type=click.Path(path_type=Path), default=ROOT / "Procfile", help="Processes to start.")
@click.option("--verbose", is_flag=True, help="Show what the processes log, here.")
@click.option("--no-seed", is_flag=True, help="Make no demo accounts and no demo jobs.")
def run_command(procfile: Path, verbose: bool, no_seed: bool) -> None:
    """Start everything and keep it running until Ctrl-C."""
    try:
        exit_code = LocalStack(procfile, verbose=verbose, with_seed=not no_seed).run()
    except GasError as error:
        click.echo(error.message, err=True)
        exit_code = 1
    sys.exit(exit_code)


@command.command("stop")
def stop_command() -> None:
    """Stop the running local stack and wait until it has saved everything."""
    click.echo("Stopped." if stop_holder(get_settings()) else "The service is not running.")


if __name__ == "__main__":
    command()
