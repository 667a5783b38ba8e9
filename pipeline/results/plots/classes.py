"""Variants by the class that ClinVar gives them."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.results import connection
from pipeline.results.filters.presets import significance_column
from pipeline.results.matches import Source
from pipeline.results.table_schema import identifier

# From the worst to the best, in ClinVar's words; what is none of them comes behind, most frequent first.
ORDER = (
    "Pathogenic",
    "Pathogenic/Likely_pathogenic",
    "Likely_pathogenic",
    "Conflicting_classifications_of_pathogenicity",
    "Conflicting_interpretations_of_pathogenicity",
    "Uncertain_significance",
    "Likely_benign",
    "Benign/Likely_benign",
    "Benign",
)


@dataclass(frozen=True)
class Classes:
    """Variants by class, worst first; `without` are those of which ClinVar says nothing."""

    column: str
    counts: dict[str, int]
    without: int


def classes(source: Source) -> Classes:
    """By the column that holds ClinVar's class. FilterError where the result has none."""
    column = significance_column(source.table) or ""
    source.table.column(column)
    sql = (
        f"SELECT {identifier(column)} AS class, count(*) AS n FROM {source.quick} GROUP BY class ORDER BY n DESC, class"
    )
    found = {str(name) if name is not None else None: n for name, n in connection.rows(sql, source.parameters)}
    without = found.pop(None, 0)
    rank = {name.lower(): place for place, name in enumerate(ORDER)}
    named = {name: n for name, n in found.items() if name is not None}
    ordered = sorted(named, key=lambda name: rank.get(name.lower(), len(ORDER)))
    return Classes(column, {name: named[name] for name in ordered}, without)
