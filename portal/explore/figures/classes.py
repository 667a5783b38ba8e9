"""ClinVar's classes: lying bars, worst first."""

from __future__ import annotations

from pipeline.results.filters.model import Group
from pipeline.results.plots.classes import Classes
from portal.components.words import counted
from portal.explore.figures import bar_layout, look, selection, wording

MOST_BARS = 14
NOTHING = "No variant passes the filter."


def figure(found: Classes, group: Group) -> look.Figure:
    """Lying bars in the colours that impacts have: pathogenic as high, benign as low, uncertain without one."""
    names = list(found.counts)
    kept = names if len(names) <= MOST_BARS else names[: MOST_BARS - 1]
    labels = [wording.folded(wording.term(name)) for name in kept]
    counts = [found.counts[name] for name in kept]
    values: list[list[str | None]] = [[name] for name in kept]
    if len(kept) < len(names):
        rest = names[len(kept) :]
        labels.append(f"{len(rest):,} others")
        counts.append(sum(found.counts[name] for name in rest))
        values.append(list(rest))
    chosen = [any(selection.chosen_value(group, found.column, name) for name in each) for each in values]
    marker = {
        "color": [_colour(each[0] or "") if len(each) == 1 else look.STRONG for each in values],
        "line": {"width": 0},
    }
    trace = {
        "type": "bar",
        "orientation": "h",
        "name": "Variants",
        "y": list(range(len(labels))),
        "x": counts,
        "marker": look.standing_out(marker, chosen),
        "customdata": [selection.one_of(found.column, each) for each in values],
        "hovertext": [f"{label}<br>{counted(n, 'variant')}" for label, n in zip(labels, counts, strict=True)],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    return {
        "data": [trace | bar_layout.bar_ends(counts)],
        "layout": bar_layout.lying_bars(labels, max(counts), "Variants", "Class"),
    }


def alternative(found: Classes) -> str:
    """The classes in words, and how many have none."""
    total = sum(found.counts.values())
    if not total:
        return f"{counted(found.without, 'variant')}, none in ClinVar." if found.without else NOTHING
    named = ", ".join(f"{wording.term(name)} {n:,}" for name, n in list(found.counts.items())[:3])
    more = " and others" if len(found.counts) > 3 else ""
    return f"{counted(total, 'variant')} in ClinVar: {named}{more}. {found.without:,} are not in ClinVar."


def numbers(found: Classes) -> tuple[list[str], list[list[str | int]]]:
    """Every class, and those without one."""
    rows: list[list[str | int]] = [[name, n] for name, n in found.counts.items()]
    return ["class", "variants"], [*rows, ["", found.without]]


def is_empty(found: Classes) -> bool:
    """True if ClinVar knows none."""
    return not found.counts


def _colour(name: str) -> str:
    lower = name.lower()
    if "conflicting" in lower or "uncertain" in lower:
        return look.impact_colour("MODIFIER")
    if "pathogenic" in lower:
        return look.impact_colour("MODERATE" if lower.startswith("likely") else "HIGH")
    return look.impact_colour("LOW") if "benign" in lower else look.STRONG
