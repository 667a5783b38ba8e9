"""From a filter to SQL: one expression over `v`, the table of variants. Values travel as parameters only (C09)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from pipeline.results.filters import calls
from pipeline.results.filters.conditions import Conditions
from pipeline.results.filters.model import Group, Inherited, Part
from pipeline.results.filters.reading import FilterError
from pipeline.results.filters.table import Table

MOST_PAIRS = 4  # conditions that look for a second variant in the gene: each repeats those beside it
TRUE = "true"
PARAMETER = re.compile(r"\$(\w+)")
CALLS = "genotypes"  # the parameter with the path of the table of calls


@dataclass(frozen=True)
class Where:
    """`sql` is an expression over `v`; `parameters` its values. The parameter `path` has to be set, to the path of the
    table of variants; with `needs_calls` also `genotypes`, to that of the table of genotypes."""

    sql: str
    parameters: dict[str, Any]
    needs_calls: bool

    @property
    def is_everything(self) -> bool:
        """True if every row passes."""
        return self.sql == TRUE


def where(group: Group, table: Table) -> Where:
    """The filter for this table. Raises `FilterError` where it asks for what the table does not have."""
    if _count_pairs(group) > MOST_PAIRS:
        raise FilterError(f"A filter can look for compound heterozygous variants {MOST_PAIRS} times at most.")
    writer = _Writer(table)
    sql = writer.write(group, ())
    named = set(PARAMETER.findall(sql))  # beside what is always true, other conditions of an OR are left out
    parameters = {name: value for name, value in writer.parameters.items() if name in named}
    return Where(sql, parameters, writer.needs_calls and CALLS in named)


class _Writer(Conditions):
    """Conditions, and the groups that join them."""

    def write(self, part: Part, place: tuple[str | int, ...], others: Callable[[], str] = lambda: TRUE) -> str:
        """The expression of a part. `others` writes the conditions that stand beside it in its group."""
        try:
            if isinstance(part, Group):
                return self._group(part, place)
            if isinstance(part, Inherited):
                self.needs_calls = True
                trio = calls.Trio(*(self.value(self.table.sample(n)) for n in (part.child, part.mother, part.father)))
                return calls.inherited(part.pattern, trio, others() if part.pattern == "compound_het" else TRUE)
            return self.condition(part)
        except FilterError as error:
            raise FilterError(error.message, error.place or place) from error

    def _group(self, group: Group, place: tuple[str | int, ...]) -> str:
        if not group.parts:
            return TRUE

        def beside(number: int) -> str:
            if group.join == "any":
                return TRUE
            rest = [part for index, part in enumerate(group.parts) if index != number]
            return self._joined([self.write(part, place) for part in rest if not _pairs(part)], "AND")

        written = [
            self.write(part, (*place, "parts", number), partial(beside, number))
            for number, part in enumerate(group.parts)
        ]
        return self._joined(written, "AND" if group.join == "all" else "OR")

    @staticmethod
    def _joined(written: list[str], word: str) -> str:
        if word == "AND":
            written = [part for part in written if part != TRUE]
        elif TRUE in written:
            return TRUE
        return f"({f' {word} '.join(written)})" if written else TRUE


def _pairs(part: Part) -> bool:
    """Whether a condition looks for a second variant: two such ones in a group do not wait for each other."""
    return isinstance(part, Inherited) and part.pattern == "compound_het"


def _count_pairs(part: Part) -> int:
    return sum(map(_count_pairs, part.parts)) if isinstance(part, Group) else int(_pairs(part))
