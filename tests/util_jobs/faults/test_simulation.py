"""The simulation of faults: it repeats itself exactly, finds nothing in the code as it is, and catches bugs."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from util_jobs.faults.command import command
from util_jobs.faults.letters import SUBSCRIPTIONS
from util_jobs.faults.mutations import all_mutations
from util_jobs.faults.simulation import Simulation, simulating
from util_jobs.template import resolve

CLEAN_SCHEDULES = 20  # half a second each; `python -m util_jobs faults` runs as many as one likes
CATCH_WITHIN = 60  # schedules
# Each bug with a seed that caught it when this was written. That one is tried first, which is quick; a change of the
# code moves what a seed does, so then the others are tried.
CAUGHT = {
    "acknowledge-before-work": 1,
    "archived-removed-before-hot": 4,
    "claim-without-condition": 7,
    "cleanup-not-noted": 5,
    "delete-before-verify": 3,
    "deletion-forgets-the-archive": 5,
    "failure-not-written": 2,
    "hot-before-copied": 4,
    "hot-removed-before-archived": 3,
    "mail-without-claim": 22,
    "missing-page-of-a-query": 6,
    "no-condition-on-moves": 27,
    "no-fencing": 16,
    "only-the-first-job-is-settled": 6,
    "plan-not-checked": 5,
    "retrieval-asked-twice": 10,
}


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
    crashed_at = {site for o in outcomes for site, _ in o.crashed_at}
    assert len(crashed_at) >= 20, "the schedules crash at too few of the call sites"


@pytest.mark.parametrize(("name", "likely"), CAUGHT.items(), ids=list(CAUGHT))
def test_deliberate_bug_is_caught(name: str, likely: int) -> None:
    with simulating(name) as simulation:
        seeds = (likely, *(seed for seed in range(1, CATCH_WITHIN + 1) if seed != likely))
        assert any(simulation.run(seed).violations for seed in seeds), name


def test_there_are_enough_deliberate_bugs() -> None:
    assert len(CAUGHT) >= 16
    assert set(CAUGHT) <= set(all_mutations())


def test_simulated_topics_feed_the_queues_that_the_template_names() -> None:
    subscribed = {
        (r.properties["TopicArn"].rpartition(":")[2], r.properties["Endpoint"].rpartition(":")[2])
        for r in resolve()
        if r.type == "AWS::SNS::Subscription"
    }
    subscribed = {(topic, queue) for topic, queue in subscribed if topic != "gas-exports"}  # exports are not simulated
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
