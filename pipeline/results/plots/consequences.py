"""Variants by consequence and impact."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.results import connection
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
    sql = f"""
        SELECT consequence, impact, count(*) AS n FROM {source.quick}
        GROUP BY ALL ORDER BY n DESC, consequence, impact
    """
    return [ConsequenceCount(*row) for row in connection.rows(sql, source.parameters)]
