"""What of a plot the filter has chosen: from the conditions at the top of it, as clicks and brushes put them there."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.results.filters.model import MOST_TEXT, MOST_VALUES, Group, InRegions, Known, OneOf, Part, Range, Region
from portal.explore.figures.look import Condition


def _parts(group: Group) -> tuple[Part, ...]:
    return group.parts if group.join == "all" else ()


def chosen_value(group: Group, column: str, value: str | None) -> bool:
    """Whether a bar of this value passes the conditions on its column."""
    for part in _parts(group):
        if isinstance(part, OneOf) and part.column == column:
            held = {value} | (set(value.split("&")) if part.terms and value else set())
            if bool(held & set(part.values)) == part.negated:
                return False
        elif isinstance(part, Known) and part.column == column and part.known == (value is None):
            return False
    return True


def chosen_span(group: Group, column: str, least: float, most: float) -> bool:
    """Whether something of a bar from `least` to less than `most` passes the conditions on its column."""
    for part in _parts(group):
        if isinstance(part, Range) and part.column == column:
            below = part.most is not None and least > part.most
            above = part.least is not None and (most < part.least or (most == part.least and most > least))
            if below or above:
                return False
        elif isinstance(part, Known) and part.column == column and not part.known:
            return False
    return True


def chosen_unknown(group: Group, column: str) -> bool:
    """Whether rows without a value pass the conditions on the column."""
    return all(
        part.or_unknown if isinstance(part, Range) else not part.known
        for part in _parts(group)
        if isinstance(part, Range | Known) and part.column == column
    )


def chosen_stretch(group: Group, contig: str, start: int, end: int) -> bool:
    """Whether something between two positions of a contig passes the conditions on places."""
    return chosen_value(group, "chrom", contig) and all(
        any(region.contig == contig and region.start <= end and region.end >= start for region in part.regions)
        for part in _parts(group)
        if isinstance(part, InRegions)
    )


def chosen_parts(group: Group, contig: str, length: int) -> list[tuple[int, int]]:
    """The stretches of a contig that pass the conditions on places, joined where they meet; 1-based, ends included."""
    if not chosen_value(group, "chrom", contig):
        return []
    found = [(1, length)]
    for part in _parts(group):
        if isinstance(part, InRegions):
            of_contig = [(region.start, region.end) for region in part.regions if region.contig == contig]
            both = [(max(a, c), min(b, d)) for a, b in found for c, d in of_contig]
            found = _joined([each for each in both if each[0] <= each[1]])
    return found


def _joined(stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def one_of(column: str, values: Sequence[str | None]) -> Condition | None:
    """The condition of a click; None where a filter cannot hold it."""
    if len(values) > MOST_VALUES or any(value and len(value) > MOST_TEXT for value in values):
        return None
    return {"kind": "one_of", "column": column, "values": list(values)}


def span(column: str, least: float, most: float) -> Condition:
    """The condition of a click on a bar of a numeric axis."""
    return {"kind": "range", "column": column, "least": least, "most": most}


def unknown(column: str) -> Condition:
    """The condition of a click on the bar of the rows without a value."""
    return {"kind": "known", "column": column, "known": False}


def together(*conditions: Condition) -> Condition:
    """Several conditions that one click means: each takes its place at the top of the filter."""
    return {"kind": "group", "parts": list(conditions)}


def place(contig: str, start: int | None = None, end: int | None = None) -> Condition | None:
    """The condition of a click on a place; without positions the whole contig."""
    if not 0 < len(contig) <= MOST_TEXT:
        return None
    if start is None or end is None:
        return {"kind": "regions", "regions": [{"contig": contig}]}
    region = Region(contig=contig, start=max(1, start), end=max(1, end))
    return {"kind": "regions", "regions": [region.model_dump()]}
