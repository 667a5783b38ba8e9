"""Deliberate bugs, planted from outside: the simulation is worth something if it catches each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from util_jobs.faults.patches import Patches


@dataclass(frozen=True)
class Mutation:
    """One bug: what it means, and how it is planted."""

    meaning: str
    plant: Callable[[Patches], None]


MUTATIONS: dict[str, Mutation] = {}
Plant = Callable[[Patches], None]


def mutation(meaning: str) -> Callable[[Plant], Plant]:
    """Register a bug under its function's name."""

    def register(plant: Plant) -> Plant:
        MUTATIONS[plant.__name__.replace("_", "-")] = Mutation(meaning, plant)
        return plant

    return register


def all_mutations() -> dict[str, Mutation]:
    """Every bug by its name."""
    for part in ("archive", "work"):
        import_module(f"util_jobs.faults.mutations_{part}")  # for what it registers
    return MUTATIONS
