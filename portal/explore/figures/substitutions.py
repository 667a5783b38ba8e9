"""Substitutions: the twelve of them, transitions apart from transversions."""

from __future__ import annotations

from pipeline.results.filters.model import Group
from pipeline.results.plots.substitutions import TRANSITIONS, Substitutions
from portal.components.words import counted
from portal.explore.figures import bar_layout, look, selection

ORDER = ("A>G", "G>A", "C>T", "T>C", "A>C", "C>A", "A>T", "T>A", "C>G", "G>C", "G>T", "T>G")
KINDS = (("Transitions", look.ACCENT, True), ("Transversions", look.STRONG, False))


def figure(found: Substitutions, group: Group) -> look.Figure:
    """Standing bars, the transitions in the accent colour."""
    highest = max(found.types.values(), default=0)
    drawn = look.layout(
        280,
        xaxis=look.axis(type="category", tickfont={"color": look.TEXT}, showgrid=False, tickangle=0),
        yaxis=look.count_axis("Variants", highest),
        bargap=0.25,
        **look.legend(),
    )
    traces = [_trace(found, group, *kind) for kind in KINDS]
    return {"data": traces, "layout": bar_layout.whole_bars(drawn, "x", "Substitution")}


def alternative(found: Substitutions) -> str:
    """The ratio, its two numbers, and what is not drawn."""
    others = [counted(n, name) for name, n in found.others.items() if n]
    if not found.types:
        return f"No single-base substitution among them{': ' + ', '.join(others) if others else ''}."
    ratio = f"Ti/Tv {found.ti_tv:.2f}" if found.ti_tv is not None else "Ti/Tv is not defined"
    ti, tv = counted(found.transitions, "transition"), counted(found.transversions, "transversion")
    return f"{ratio}: {ti}, {tv}.{' Not drawn: ' + ', '.join(others) + '.' if others else ''}"


def numbers(found: Substitutions) -> tuple[list[str], list[list[str | int]]]:
    """The twelve, and the variants that are none."""
    rows: list[list[str | int]] = [[name, found.types.get(name, 0)] for name in ORDER]
    return ["type", "variants"], rows + [[name, n] for name, n in found.others.items()]


def is_empty(found: Substitutions) -> bool:
    """True if there is no single-base substitution."""
    return not found.types


def _trace(found: Substitutions, group: Group, name: str, colour: str, is_transition: bool) -> look.Figure:
    pairs = [pair for pair in ORDER if (pair in TRANSITIONS) == is_transition]
    chosen = [
        selection.chosen_value(group, "ref", pair[0]) and selection.chosen_value(group, "alt", pair[2])
        for pair in pairs
    ]
    return {
        "type": "bar",
        "name": name,
        "x": [f"{pair[0]}<br>↓<br>{pair[2]}" for pair in pairs],  # narrow enough for a phone
        "y": [found.types.get(pair, 0) for pair in pairs],
        "marker": look.standing_out(look.plain_marker(colour), chosen),
        "customdata": [_condition(pair) for pair in pairs],
        "hovertext": [f"{pair.replace('>', '→')}<br>{counted(found.types.get(pair, 0), 'variant')}" for pair in pairs],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _condition(pair: str) -> look.Condition:
    ref, alt = (
        {"kind": "one_of", "column": name, "values": [base]}
        for name, base in zip(("ref", "alt"), pair[::2], strict=True)
    )
    return selection.together(ref, alt)
