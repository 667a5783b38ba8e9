"""From a filter to SQL: one expression over `v`, the table of variants. Values travel as parameters only (C09)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial, singledispatchmethod
from typing import Any

from pipeline.results.filters import calls
from pipeline.results.filters.model import (
    Carries,
    Contains,
    Group,
    Inherited,
    InRegions,
    Known,
    OneOf,
    Part,
    PrivateTo,
    Range,
    Region,
    Tagged,
)
from pipeline.results.filters.reading import FilterError
from pipeline.results.filters.table import Table

FEW = 24  # values or regions that are written one by one, which lets the reader skip whole blocks of the file
TRUE = "true"


@dataclass(frozen=True)
class Where:
    """`sql` is an expression over `v`; `parameters` its values. `needs_calls`: the parameters `genotypes` and `path`
    have to be set, to the paths of the tables of genotypes and of variants."""

    sql: str
    parameters: dict[str, Any]
    needs_calls: bool

    @property
    def is_everything(self) -> bool:
        """True if every row passes."""
        return self.sql == TRUE


def where(group: Group, table: Table) -> Where:
    """The filter for this table. Raises `FilterError` where it asks for what the table does not have."""
    writer = _Writer(table)
    sql = writer.write(group, ())
    return Where(sql, writer.parameters, writer.needs_calls)


@dataclass
class _Writer:
    table: Table
    parameters: dict[str, Any] = field(default_factory=dict)
    needs_calls: bool = False

    def value(self, value: Any) -> str:
        """A parameter of its own for a value."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def write(self, part: Part, place: tuple[str | int, ...], others: Callable[[], str] = lambda: TRUE) -> str:
        """The expression of a part. `others` writes the conditions that stand beside it in its group."""
        try:
            if isinstance(part, Group):
                return self._group(part, place)
            if isinstance(part, Inherited):
                self.needs_calls = True
                trio = calls.Trio(*(self.value(self.table.sample(n)) for n in (part.child, part.mother, part.father)))
                return calls.inherited(part.pattern, trio, others() if part.pattern == "compound_het" else TRUE)
            return self._condition(part)
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

    @singledispatchmethod
    def _condition(self, part: Any) -> str:
        raise FilterError("There is no such kind of condition.")

    @_condition.register
    def _(self, part: OneOf) -> str:
        column = self.table.column(part.column)
        wanted = [_as_typed(value, self.table, part.column) for value in part.values if value is not None]
        ways = []
        if wanted and part.terms:
            listed = self.value([str(value) for value in wanted])
            ways.append(f"list_has_any(string_split({column}, '&'), {listed})")
        elif wanted and len(wanted) <= FEW:
            ways.append(f"{column} IN ({', '.join(self.value(value) for value in wanted)})")
        elif wanted:
            ways.append(f"{column} IN (SELECT unnest({self.value(wanted)}))")
        if None in part.values:
            ways.append(f"{column} IS NULL")
        found = f"coalesce({' OR '.join(ways)}, false)"
        return f"NOT {found}" if part.negated else found if len(ways) > 1 or part.terms else ways[0]

    @_condition.register
    def _(self, part: Range) -> str:
        if self.table.kind(part.column) == "text":
            raise FilterError(f"The column {part.column} holds text: it has no range.")
        column = self.table.column(part.column)
        bounds = []
        if part.least is not None:
            bounds.append(f"{column} >= {self.value(part.least)}")
        if part.most is not None:
            bounds.append(f"{column} <= {self.value(part.most)}")
        elif self.table.kind(part.column) == "decimal":
            bounds.append(f"isfinite({column})")  # NaN and infinity are shown as empty
        inside = " AND ".join(bounds)
        return f"({inside} OR {column} IS NULL)" if part.or_unknown else f"({inside})"

    @_condition.register
    def _(self, part: Contains) -> str:
        text = self.value(part.text.lower())
        columns = [self.table.column(name) for name in part.columns or self.table.searched]
        if not columns:
            raise FilterError("This result has no column to look for text in.")
        return f"({' OR '.join(f'contains(lower(CAST({c} AS VARCHAR)), {text})' for c in columns)})"

    @_condition.register
    def _(self, part: Known) -> str:
        return f"{self.table.column(part.column)} IS {'NOT ' if part.known else ''}NULL"

    @_condition.register
    def _(self, part: InRegions) -> str:
        if len(part.regions) <= FEW:
            return f"({' OR '.join(self._region(region) for region in part.regions)})"
        names = ("contig", "start", "end")
        contigs, starts, ends = (self.value([getattr(region, name) for region in part.regions]) for name in names)
        stretches = f"SELECT unnest({contigs}) AS c, unnest({starts}) AS s, unnest({ends}) AS e"
        touch = "r.c = v.chrom AND v.pos <= r.e AND v.pos + length(v.ref) - 1 >= r.s"
        return f"EXISTS (SELECT 1 FROM ({stretches}) r WHERE {touch})"

    def _region(self, region: Region) -> str:
        start, end = self.value(region.start), self.value(region.end)
        return (
            f"(v.chrom = {self.value(region.contig)} AND v.pos <= {end} "
            f"AND (v.pos >= {start} OR v.pos + length(v.ref) - 1 >= {start}))"
        )

    @_condition.register
    def _(self, part: Carries) -> str:
        self.needs_calls = True
        bounds = [
            f"{name} >= {self.value(bound)}"
            for name, bound in (
                ("g.dp", part.least_depth),
                ("g.gq", part.least_quality),
                (calls.BALANCE, part.least_balance),
            )
            if bound is not None
        ]
        return calls.carries(self.value(self.table.sample(part.sample)), part.calls, bounds)

    @_condition.register
    def _(self, part: PrivateTo) -> str:
        self.needs_calls = True
        return calls.private(self.value([self.table.sample(name) for name in part.samples]))

    @_condition.register
    def _(self, part: Tagged) -> str:
        rows = sorted({row for tag in part.tags for row in self.table.tagged.get(tag, ())})
        return f"v.rid IN (SELECT unnest({self.value(rows)}::BIGINT[]))"


def _pairs(part: Part) -> bool:
    """Whether a condition looks for a second variant: two such ones in a group do not wait for each other."""
    return isinstance(part, Inherited) and part.pattern == "compound_het"


def _as_typed(value: str, table: Table, column: str) -> str | int | float:
    kind = table.kind(column)
    try:
        return value if kind == "text" else int(value) if kind == "integer" else float(value)
    except ValueError as error:
        raise FilterError(f"The column {column} holds numbers; {value!r} is none.") from error
