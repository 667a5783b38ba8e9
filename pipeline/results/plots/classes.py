"""Variants by the class that ClinVar gives them."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.results.counted import counts
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
    counted = counts(source, identifier(column))
    without = sum(n for name, n in counted if name is None)
    frequent = sorted((-n, str(name)) for name, n in counted if name is not None)
    found = {name: -n for n, name in frequent}
    rank = {name.lower(): place for place, name in enumerate(ORDER)}
    ordered = sorted(found, key=lambda name: rank.get(name.lower(), len(ORDER)))
    return Classes(column, {name: found[name] for name in ordered}, without)
