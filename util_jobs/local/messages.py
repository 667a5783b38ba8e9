"""What the local stack says to the person at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pipeline.settings import Settings

if TYPE_CHECKING:  # loading it hashes a password, which the start need not wait for
    from pipeline.accounts.demo import DemoAccount


def say(sentence: str) -> None:
    """Print a sentence at once, also into a pipe."""
    click.echo(sentence)
    sys.stdout.flush()


def show_line(process: str, line: str) -> None:
    """Print a line that a process logged (`--verbose`)."""
    say(f"{process:>9} | {line}")


def ready_message(settings: Settings, accounts: Sequence[DemoAccount]) -> str:
    """The address, the accounts, where everything is kept and how to stop."""
    lines = ["", "The Genomics Annotation Service is ready.", "", f"  Open      http://127.0.0.1:{settings.web_port}"]
    for number, account in enumerate(accounts):
        label = "  Sign in   " if number == 0 else "            "
        plan = account.plan.removesuffix("_user")
        lines.append(f"{label}{account.email:<22} password  {account.password:<22} ({plan} plan)")
    lines += [
        f"  Data      {settings.data_dir}  (kept between runs; a crash costs at most the last 2 s",
        "            and unfinished uploads)",
        f"  Logs      {settings.data_dir / 'logs'}",
        "  Stop      Ctrl-C here, or `make stop` in another window",
        "",
    ]
    return "\n".join(lines)
