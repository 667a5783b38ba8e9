"""All that must hold when everything is drained."""

from __future__ import annotations

from collections.abc import Callable

from util_jobs.faults import rules_of_remains, rules_of_results, rules_of_telling
from util_jobs.faults.ledger import Ledger
from util_jobs.faults.rules import Breaches
from util_jobs.faults.world import World

INVARIANTS: tuple[Callable[[World, Ledger], Breaches], ...] = (
    rules_of_results.every_result_is_where_its_record_says,
    rules_of_results.no_promised_result_is_gone,
    rules_of_results.no_job_is_stuck,
    rules_of_results.results_follow_the_plan,
    rules_of_results.archived_is_what_should_be,
    rules_of_results.bad_files_give_no_results,
    rules_of_remains.nothing_exists_that_no_record_names,
    rules_of_remains.accounts_that_left_are_gone,
    rules_of_telling.at_most_one_mail_of_an_event,
    rules_of_telling.nothing_is_paid_twice,
    rules_of_telling.queues_are_empty,
)


def breaches(world: World, ledger: Ledger) -> list[str]:
    """Every breach of every rule, each with the name of the rule."""
    return [f"{rule.__name__}: {told}" for rule in INVARIANTS for told in rule(world, ledger)]
