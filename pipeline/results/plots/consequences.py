"""Variants by consequence and impact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.results.counted import counts
from pipeline.results.matches import Source

COLUMNS = ("consequence", "impact")


@dataclass(frozen=True)
class ConsequenceCount:
    """Variants with one consequence (None: not annotated) and its impact."""

    consequence: str | None
    impact: str | None
    variants: int


def consequences(source: Source) -> list[ConsequenceCount]:
    """By consequence and impact, most frequent first."""
    found = [ConsequenceCount(*row) for row in counts(source, "consequence", "impact")]
    return sorted(found, key=_rank)


def _rank(count: ConsequenceCount) -> tuple[Any, ...]:
    term, impact = count.consequence, count.impact
    return -count.variants, term is None, term or "", impact is None, impact or ""
