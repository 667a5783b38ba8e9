"""The operators' commands. A command's module is imported only when that command is asked for."""

from __future__ import annotations

from importlib import import_module

import click

# name → "module:attribute"; the attribute is a click command.
COMMANDS: dict[str, str] = {
    "annotate": "util_jobs.annotate:command",
    "bench": "util_jobs.bench.command:command",
    "embed-bundle": "util_jobs.embedded_bundle.command:command",
    "embed-sample": "util_jobs.embedded_bundle.sample:command",
    "faults": "util_jobs.faults.command:command",
    "local": "util_jobs.local.run:command",
    "provision": "util_jobs.provision:command",
    "queues": "util_jobs.queues.command:command",
    "reconcile": "util_jobs.reconcile:command",
    "reference": "util_jobs.reference:command",
    "screenshots": "util_jobs.screenshots.command:command",
    "seed": "util_jobs.seed:command",
    "settings-doc": "util_jobs.settings_doc:command",
    "survival": "util_jobs.survival.command:command",
    "tour": "util_jobs.tour:command",
}


class LazyGroup(click.Group):
    """Loads a command when it is run, so that one command's libraries do not slow another one down."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command, imported now; None (click then says so) when there is none of that name."""
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name].split(":")
        found = getattr(import_module(module), attribute)
        if not isinstance(found, click.Command):
            raise TypeError(f"{COMMANDS[name]} is not a click command")
        return found


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Commands for operators of the Genomics Annotation Service."""
