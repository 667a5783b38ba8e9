"""`reference`: the group of commands."""

from __future__ import annotations

import click

from util_jobs.reference.build import build_command
from util_jobs.reference.install import install_command
from util_jobs.reference.listing import list_command
from util_jobs.reference.sources import add_command, remove_source_command
from util_jobs.reference.upkeep import remove_command, verify_command
from util_jobs.reference.vep import install_vep_command


@click.group("reference")
def command() -> None:
    """Reference bundles: genomes, gene models and annotation sources."""


for _command in (
    list_command,
    install_command,
    install_vep_command,
    build_command,
    add_command,
    remove_source_command,
    verify_command,
    remove_command,
):
    command.add_command(_command)
