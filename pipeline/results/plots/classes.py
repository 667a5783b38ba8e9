"""Variants by the class that ClinVar gives them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.results.counted import counts
from pipeline.results.filters.presets import significance_column
from pipeline.results.matches import Source
from pipeline.results.table_schema import identifier

# From the worst to the best, in ClinVar's words; what is none of them comes behind, most frequent first.
ORDER = (
    "pathogenic",
    "pathogenic/likely pathogenic",
    "likely pathogenic",
    "conflicting classifications of pathogenicity",
    "conflicting interpretations of pathogenicity",
    "uncertain significance",
    "likely benign",
    "benign/likely benign",
    "benign",
)
MOST_PATHOGENIC = 3  # so many of `ORDER` are pathogenic or likely so


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
    ordered = sorted(found, key=rank)
    return Classes(column, {name: found[name] for name in ordered}, without)


def rank(name: str) -> int:
    """The place of a class among `ORDER`, by the first of its words: sources write it with underscores or with spaces,
    and add to it (`Pathogenic; drug response`, `Pathogenic, low penetrance`)."""
    plain = name.replace("_", " ").lower().replace("/pathogenic, low penetrance", "")
    first = re.split(r"[,;|]", plain)[0].strip()
    return next((place for place, known in enumerate(ORDER) if first == known), len(ORDER))
