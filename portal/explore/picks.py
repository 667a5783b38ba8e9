"""What a click in a plot, which stands for conditions, makes of the filter."""

from __future__ import annotations

from pipeline.results.filters import edit
from pipeline.results.filters.model import Group, OneOf, Part, Range


def with_picks(group: Group, parts: list[Part]) -> Group:
    """The filter after a click on what stands for these conditions: one value more or less of a column; several
    conditions together, or a range, in place of those on their columns; the same click again takes them away."""
    if len(parts) == 1 and isinstance(parts[0], OneOf) and len(parts[0].values) == 1:
        part = parts[0]
        if not part.negated and not part.terms:
            return edit.toggled(group, part.column, part.values[0])
    held = edit.as_all(group).parts
    if all(part in held for part in parts):
        gone = _taken_away(parts)
        return Group(parts=tuple(old for old in held if old not in gone))
    for part in parts:
        group = edit.replaced(group, part)
    return group


def _taken_away(parts: list[Part]) -> list[Part]:
    """Of a range within a gene the range, so that the reader stays with the gene; else all."""
    return [part for part in parts if isinstance(part, Range)] or parts
