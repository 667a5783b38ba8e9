"""`python -m util_jobs faults`: proves that no schedule of faults loses, doubles or strands anything."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import click

from util_jobs.answers import as_json_option
from util_jobs.faults.crashes import Fate
from util_jobs.faults.mutations import all_mutations
from util_jobs.faults.simulation import Outcome, simulating

VIOLATED_EXIT = 1


@click.command("faults")
@click.option("--schedules", default=100, show_default=True, type=click.IntRange(1), help="How many to run.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Seed of the first; then each next.")
@click.option("--mutation", type=click.Choice(sorted(all_mutations())), help="Plant one of the deliberate bugs.")
@click.option("--list-mutations", is_flag=True, help="Name the deliberate bugs and end.")
@click.option("--trace", is_flag=True, help="Print every AWS call of the schedules on standard error.")
@click.option("--stop", is_flag=True, help="Stop at the first schedule that violates something.")
@as_json_option
def command(
    schedules: int, seed: int, mutation: str | None, list_mutations: bool, trace: bool, stop: bool, as_json: bool
) -> None:
    """Run the real workers against an AWS in this process, under crashes, duplicates, disorder and errors."""
    if list_mutations:
        _list(as_json)
        return
    total = _Total()
    with simulating(mutation) as simulation:
        for number in range(seed, seed + schedules):
            outcome = simulation.run(number)
            total.add(outcome)
            _tell(outcome, trace, mutation)
            if stop and outcome.violations:
                break
    click.echo(json.dumps(total.as_dict()) if as_json else total.sentence())
    raise SystemExit(VIOLATED_EXIT if total.violations else 0)


def _list(as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({name: found.meaning for name, found in all_mutations().items()}))
    else:
        for name, found in all_mutations().items():
            click.echo(f"{name:32} {found.meaning}")


def _tell(outcome: Outcome, trace: bool, mutation: str | None) -> None:
    if trace:
        click.echo("\n".join(outcome.trace), err=True)
    if outcome.violations:
        planted = f" --mutation {mutation}" if mutation else ""
        click.echo(f"seed {outcome.seed} (again: --seed {outcome.seed} --schedules 1 --trace{planted})", err=True)
        for violation in outcome.violations:
            click.echo(f"  {violation}", err=True)


class _Total:
    """Adds up what the schedules did."""

    def __init__(self) -> None:
        self.schedules = self.steps = self.violations = 0
        self.crashes: Counter[tuple[str, Fate]] = Counter()
        self.calls: Counter[str] = Counter()

    def add(self, outcome: Outcome) -> None:
        """One schedule more."""
        self.schedules += 1
        self.steps += outcome.steps
        self.violations += len(outcome.violations)
        self.crashes += outcome.crashed_at
        self.calls += outcome.called_at

    def as_dict(self) -> dict[str, Any]:
        """The one line of the answer: `coverage` has every call site that was reached, with the number of its calls, of
        the processes that died there before the call, and of those that died after it."""
        return {
            "schedules": self.schedules,
            "steps": self.steps,
            "crashes": sum(self.crashes.values()),
            "violations": self.violations,
            "coverage": {site: [self.calls[site], *self._deaths(site)] for site in sorted(self.calls)},
        }

    def _deaths(self, site: str) -> tuple[int, int]:
        return self.crashes[site, Fate.DIE_BEFORE], self.crashes[site, Fate.DIE_AFTER]

    def sentence(self) -> str:
        """The same for people."""
        covered = sum(1 for site in self.calls if any(self._deaths(site)))
        crashes = f"{sum(self.crashes.values()):,} crashes at {covered:,} of {len(self.calls):,} call sites"
        return f"{self.schedules:,} schedules, {self.steps:,} steps, {crashes}, {self.violations:,} violations"
