"""The simulation of faults: it repeats itself exactly, finds nothing in the code as it is, and catches bugs."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from util_jobs.faults.command import command
from util_jobs.faults.mailboxes import SUBSCRIPTIONS
from util_jobs.faults.mutations import all_mutations
from util_jobs.faults.simulation import Simulation, simulating
from util_jobs.template import resolve

CLEAN_SCHEDULES = 24  # a second each; `python -m util_jobs faults` runs as many as one likes
CATCH_WITHIN = 40  # schedules; these bugs need fewer than ten
CAUGHT = (
    "acknowledge-before-work",
    "claim-without-condition",
    "cleanup-not-noted",
    "delete-before-verify",
    "deletion-forgets-the-archive",
    "expired-copy-not-asked-again",
    "hot-before-copied",
    "hot-removed-before-archived",
    "mail-without-claim",
    "missing-page-of-a-query",
    "plan-not-checked",
    "upload-not-confirmed",
)


@pytest.fixture
def simulation() -> Iterator[Simulation]:
    with simulating() as ready:
        yield ready


@pytest.mark.parametrize("seed", [3, 17, 29])
def test_same_seed_goes_the_same_way_call_by_call(simulation: Simulation, seed: int) -> None:
    first, second = simulation.run(seed), simulation.run(seed)
    assert len(first.trace) > 20
    assert first.trace == second.trace
    assert (first.digest, first.violations) == (second.digest, second.violations)


def test_another_seed_goes_another_way(simulation: Simulation) -> None:
    assert simulation.run(3).digest != simulation.run(4).digest


def test_schedules_of_crashes_and_disorder_break_nothing_C10_C18_C22_C35(simulation: Simulation) -> None:
    outcomes = [simulation.run(seed) for seed in range(1, CLEAN_SCHEDULES + 1)]
    assert {o.seed: o.violations for o in outcomes if o.violations} == {}
    crashed_at = {site for o in outcomes for site in o.crashed_at}
    assert len(crashed_at) >= 10, "the schedules crash at too few of the call sites"


@pytest.mark.parametrize("name", CAUGHT)
def test_deliberate_bug_is_caught(name: str) -> None:
    with simulating(name) as simulation:
        assert any(simulation.run(seed).violations for seed in range(1, CATCH_WITHIN + 1)), name


def test_there_are_enough_deliberate_bugs() -> None:
    assert len(CAUGHT) >= 12
    assert set(CAUGHT) <= set(all_mutations())


def test_simulated_topics_feed_the_queues_that_the_template_names() -> None:
    subscribed = {
        (r.properties["TopicArn"].rpartition(":")[2], r.properties["Endpoint"].rpartition(":")[2])
        for r in resolve()
        if r.type == "AWS::SNS::Subscription"
    }
    simulated = {(f"gas-{topic}", f"gas-{queue}") for topic, queues in SUBSCRIPTIONS.items() for queue in queues}
    assert simulated == subscribed


def test_command_prints_one_line_of_figures() -> None:
    result = CliRunner().invoke(command, ["--schedules", "2", "--seed", "3", "--json"])
    figures = json.loads(result.stdout)
    assert set(figures) == {"schedules", "steps", "crashes", "violations", "coverage"}
    assert (result.exit_code, figures["schedules"], figures["violations"]) == (0, 2, 0)


def test_command_names_the_seed_of_a_violation() -> None:
    planted = ["--mutation", "acknowledge-before-work"]
    result = CliRunner().invoke(command, ["--schedules", "1", "--seed", "3", "--json", *planted])
    assert result.exit_code == 1
    assert "--seed 3 --schedules 1" in result.stderr


def test_command_lists_the_deliberate_bugs() -> None:
    result = CliRunner().invoke(command, ["--list-mutations", "--json"])
    assert set(json.loads(result.stdout)) == set(all_mutations())
