"""Deliberate bugs, planted from outside: the simulation is worth something if it catches each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from util_jobs.faults.patches import Patches


@dataclass(frozen=True)
class Mutation:
    """One bug: what it means, and how it is planted."""

    meaning: str
    plant: Callable[[Patches], None]


MUTATIONS: dict[str, Mutation] = {}


def mutation(meaning: str) -> Callable[[Callable[[Patches], None]], Callable[[Patches], None]]:
    """Register a bug under its function's name."""

    def register(plant: Callable[[Patches], None]) -> Callable[[Patches], None]:
        MUTATIONS[plant.__name__.replace("_", "-")] = Mutation(meaning, plant)
        return plant

    return register
