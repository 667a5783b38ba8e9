"""Small changes of a filter, as clicks in plots and on chips make them. Each gives a new filter."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pipeline.results.filters.model import Group, InRegions, Known, OneOf, Part, Range
from pipeline.results.filters.reading import FilterError

POSITION = "pos"  # what regions are conditions on, for plots
_OF_COLUMN = (OneOf, Range, Known)


def columns_of(part: Part) -> frozenset[str]:
    """The column that a condition is about; empty for a group, for a text in several and for what looks elsewhere."""
    if isinstance(part, _OF_COLUMN):
        return frozenset({part.column})
    if isinstance(part, InRegions):
        return frozenset({POSITION})
    return frozenset()


def as_all(group: Group) -> Group:
    """The same filter as a group of which all parts hold, to which another condition can be added."""
    return group if group.join == "all" else Group(parts=(group,))


def without(group: Group, columns: Collection[str]) -> Group:
    """Without the conditions on these columns that stand at the top: what a plot of these columns is drawn over."""
    if group.join != "all":
        return group
    return Group(parts=tuple(part for part in group.parts if not columns_of(part) & set(columns)))


def replaced(group: Group, part: Part) -> Group:
    """With this condition in place of those on the same columns at the top, else added."""
    group, columns = as_all(group), columns_of(part)
    kept = [old for old in group.parts if not columns & columns_of(old)]
    return Group(parts=(*kept, part))


def toggled(group: Group, column: str, value: str | None) -> Group:
    """With one more value of a column let through, or one less; a condition without values goes."""
    group = as_all(group)
    found = next((p for p in group.parts if isinstance(p, OneOf) and p.column == column and not p.negated), None)
    if found is None:
        return replaced(group, OneOf(column=column, values=(value,)))
    values = tuple(v for v in found.values if v != value)
    if len(values) == len(found.values):
        values = (*values, value)
    parts: list[Part] = [p if p is not found else found.model_copy(update={"values": values}) for p in group.parts]
    return Group(parts=tuple(p for p in parts if p is not found and not (isinstance(p, OneOf) and not p.values)))


def removed(group: Group, place: Sequence[str | int]) -> Group:
    """Without the part at this place (`("parts", 1, "parts", 0)`); a group that gets empty goes too. FilterError where
    there is none."""
    numbers = [step for step in place if step != "parts"]
    if not numbers or not all(isinstance(number, int) and number >= 0 for number in numbers):
        raise FilterError("There is no such condition any more.")
    return _removed(group, [int(number) for number in numbers])


def _removed(group: Group, numbers: list[int]) -> Group:
    number, *deeper = numbers
    if number >= len(group.parts):
        raise FilterError("There is no such condition any more.")
    parts = list(group.parts)
    inner = parts[number]
    if not deeper:
        del parts[number]
    elif isinstance(inner, Group):
        smaller = _removed(inner, deeper)
        parts[number : number + 1] = [smaller] if smaller.parts else []
    else:
        raise FilterError("There is no such condition any more.")
    return group.model_copy(update={"parts": tuple(parts)})
