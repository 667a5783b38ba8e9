"""How rough a schedule is, and what its users are about."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from util_jobs.faults.crashes import Plan

Theme = Literal["everything", "work", "plans"]
Begin = Literal["with nothing", "with results", "with archived results", "with results coming back"]


@dataclass(frozen=True)
class Focus:
    """What a theme makes likelier."""

    wishes: tuple[int, ...]
    error_rates: tuple[float, ...]
    errors: tuple[int, int]  # of each portion, at least and at most
    stalls: tuple[float, ...]
    strikes: tuple[str | None, ...]
    begins: tuple[Begin, ...]


FOCUS: dict[Theme, Focus] = {
    "everything": Focus(
        wishes=(0, 0, 1, 2, 3, 5),
        error_rates=(0.0, 0.01, 0.04),
        errors=(1, 2),
        stalls=(0.0, 0.1, 0.4),
        strikes=(None,),
        begins=("with nothing", "with results", "with archived results", "with results coming back"),
    ),
    "work": Focus(
        wishes=(2, 3, 5, 6),
        error_rates=(0.0, 0.02, 0.08),
        errors=(1, 2),
        stalls=(0.0, 0.6, 0.9),
        strikes=(None, "annotate", "portal", "sweep"),
        begins=("with nothing",),
    ),
    "plans": Focus(
        wishes=(2, 3, 5),
        error_rates=(0.05, 0.15, 0.4),
        errors=(2, 5),
        stalls=(0.0, 0.3),
        strikes=(None, "archive", "restore", "restore", "thaw"),
        begins=("with results", "with archived results", "with archived results", "with results coming back"),
    ),
}


@dataclass(frozen=True)
class Character:
    """Drawn from a schedule's seed. Rates are probabilities a call or weights a step; times are seconds."""

    people: int
    jobs: int
    wishes: int
    theme: Theme
    misfortune: Plan
    disorder: float
    page_size: int | None
    poison: bool
    jumps: float
    stalls: float
    skew_s: float
    index_lag_s: float
    parts: bool
    store: Literal["s3", "vault"]
    refusals: float
    begins: Begin

    @classmethod
    def draw(cls, rng: random.Random) -> Character:
        """Mostly few jobs and few faults, which tell most about what went wrong."""
        theme: Theme = rng.choice(("everything", "work", "plans"))
        focus = FOCUS[theme]
        return cls(
            people=rng.choice((1, 1, 2, 3)),
            jobs=rng.choice((1, 1, 2, 3, 4)),
            wishes=rng.choice(focus.wishes),
            theme=theme,
            misfortune=_misfortune(rng, focus),
            disorder=rng.choice((0.0, 0.2, 0.5)),
            page_size=rng.choice((None, 1, 1, 2)),
            poison=rng.random() < 0.1,
            jumps=rng.choice((0.0, 0.05, 0.2)),
            stalls=rng.choice(focus.stalls),
            skew_s=rng.choice((0.0, 0.0, 2.0, 5.0)),
            index_lag_s=rng.choice((0.0, 0.0, 1.0, 10.0)),
            parts=rng.random() < 0.25,
            store=rng.choice(("s3", "s3", "vault")),
            refusals=rng.choice((0.0, 0.5, 1.0)),
            begins=rng.choice(focus.begins),
        )


def _misfortune(rng: random.Random, focus: Focus) -> Plan:
    """Early or late: many calls are made only when the users have wished for everything, and all is being ended."""
    return Plan(
        crash_rate=rng.choice((0.0, 0.02, 0.05, 0.1, 0.1)),
        error_rate=rng.choice(focus.error_rates),
        crashes=rng.randint(1, 2),
        errors=rng.randint(*focus.errors),
        portions=rng.randint(2, 6),
        wait=rng.choice((0, 0, 30, 60, 120, 200)),
        pause=rng.randint(20, 80),
        only=rng.choice(focus.strikes),
        pointed=rng.random() < 0.5,
    )
