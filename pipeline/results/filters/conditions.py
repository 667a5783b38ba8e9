"""One condition of a filter as SQL: an expression over `v`, its values as parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import singledispatchmethod
from typing import Any

from pipeline.results.filters import calls
from pipeline.results.filters.model import Carries, Contains, InRegions, Known, OneOf, PrivateTo, Range, Region, Tagged
from pipeline.results.filters.reading import FilterError
from pipeline.results.filters.table import Table
from pipeline.results.filters.values import disjoint, namings, terms_of, typed, whole

FEW = 24  # values or regions that are written one by one, which lets the reader skip whole blocks of the file


@dataclass
class Conditions:
    """Writes conditions for one table, and keeps the values that they name."""

    table: Table
    parameters: dict[str, Any] = field(default_factory=dict)
    needs_calls: bool = False

    def value(self, value: Any) -> str:
        """A parameter of its own for a value."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    @singledispatchmethod
    def condition(self, part: Any) -> str:
        """The expression of one condition. FilterError where it asks for what the table does not have."""
        raise FilterError("There is no such kind of condition.")

    @condition.register
    def _(self, part: OneOf) -> str:
        column = self.table.column(part.column)
        wanted = [typed(value, self.table, part.column) for value in part.values if value is not None]
        ways = []
        if wanted and part.terms:
            listed = self.value([str(value) for value in wanted])
            ways.append(f"list_has_any({terms_of(self._text(part.column))}, {listed})")
        elif wanted and len(wanted) <= FEW:
            ways.append(f"{column} IN ({', '.join(self.value(value) for value in wanted)})")
        elif wanted:
            ways.append(f"{column} IN (SELECT unnest({self.value(wanted)}))")
        if None in part.values:
            ways.append(self._empty(part.column))
        found = f"({' OR '.join(ways)})"
        return f"NOT coalesce({found}, false)" if part.negated else found

    @condition.register
    def _(self, part: Range) -> str:
        kind = self.table.kind(part.column)
        if kind == "text":
            raise FilterError(f"The column {part.column} holds text: it has no range.")
        column = self.table.column(part.column)
        bounds = []
        if kind == "integer":  # compared as whole numbers, so that blocks of the file can be skipped
            if part.least is not None:
                bounds.append(f"{column} >= {self.value(whole(math.ceil(part.least)))}")
            if part.most is not None:
                bounds.append(f"{column} <= {self.value(whole(math.floor(part.most)))}")
        else:
            bounds = [
                f"{column} {sign} {self.value(bound)}"
                for sign, bound in ((">=", part.least), ("<=", part.most))
                if bound is not None
            ]
            # A reader that knows the column's extremes, of which NaN is none, may pass over bounds that hold for them.
            bounds.append(f"isfinite({column})")
        inside = " AND ".join(bounds)
        return f"({inside} OR {self._empty(part.column)})" if part.or_unknown else f"({inside})"

    def _empty(self, name: str) -> str:
        """The table shows nothing in this cell."""
        column = self.table.column(name)
        if self.table.kind(name) == "decimal":
            return f"({column} IS NULL OR NOT isfinite({column}))"
        return f"{column} IS NULL"

    def _text(self, name: str) -> str:
        column = self.table.column(name)
        return column if self.table.types[name] == "VARCHAR" else f"CAST({column} AS VARCHAR)"

    @condition.register
    def _(self, part: Contains) -> str:
        text = self.value(part.text)
        names = part.columns or self.table.searched
        if not names:
            raise FilterError("This result has no column to look for text in.")
        ways = " OR ".join(f"contains(lower({self._text(name)}), lower({text}))" for name in names)
        return f"({ways})"

    @condition.register
    def _(self, part: Known) -> str:
        empty = self._empty(part.column)
        return f"NOT {empty}" if part.known else empty

    @condition.register
    def _(self, part: InRegions) -> str:
        if len(part.regions) <= FEW:
            return f"({' OR '.join(self._region(region) for region in part.regions)})"
        names, starts, ends = (self.value(list(values)) for values in zip(*disjoint(part.regions), strict=True))
        stretches = f"SELECT unnest({names}) AS c, unnest({starts}) AS s, unnest({ends}) AS e"
        # Of stretches that do not overlap only the last one that begins before the allele ends can touch it.
        return (
            f"v.rid IN (SELECT x.rid FROM read_parquet($path) x ASOF JOIN ({stretches}) r "
            "ON x.chrom = r.c AND x.pos + length(x.ref) - 1 >= r.s WHERE r.e >= x.pos)"
        )

    def _region(self, region: Region) -> str:
        start, end = self.value(region.start), self.value(region.end)
        named = ", ".join(self.value(name) for name in namings(region.contig))
        return (
            f"(v.chrom IN ({named}) AND v.pos <= {end} AND (v.pos >= {start} OR v.pos + length(v.ref) - 1 >= {start}))"
        )

    @condition.register
    def _(self, part: Carries) -> str:
        self.needs_calls = True
        bounds = [
            f"{name} >= {self.value(bound)}"
            for name, bound in (
                ("g.dp", part.least_depth),
                ("g.gq", part.least_quality),
                (calls.BALANCE, part.least_balance),
            )
            if bound is not None and {"het", "hom"} & set(part.calls)
        ]
        counted = {"n_called", "n_missing"} <= set(self.table.types)
        return calls.carries(self.value(self.table.sample(part.sample)), part.calls, bounds, counted)

    @condition.register
    def _(self, part: PrivateTo) -> str:
        self.needs_calls = True
        return calls.private(self.value([self.table.sample(name) for name in part.samples]))

    @condition.register
    def _(self, part: Tagged) -> str:
        rows = sorted({row for tag in part.tags for row in self.table.tagged.get(tag, ())})
        return f"v.rid IN (SELECT unnest({self.value(rows)}::BIGINT[]))"
