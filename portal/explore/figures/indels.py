"""Insertions and deletions: bars by length, deletions to the left."""

from __future__ import annotations

from pipeline.results.filters.model import Group
from pipeline.results.plots.indels import LONGEST, Indels
from portal.components.words import counted
from portal.explore.figures import bar_layout, look, selection, wording

KINDS = (("Deletions", "deletion", look.STRONG, -1), ("Insertions", "insertion", look.ACCENT, 1))


def figure(found: Indels, group: Group) -> look.Figure:
    """Standing bars; what is longer shares the last bar of its side."""
    highest = max([*found.lengths.values(), found.shorter, found.longer])
    reach = LONGEST + 3 if found.shorter or found.longer else max([5, *map(abs, found.lengths)]) + 1
    ends = [side for side, n in ((-LONGEST - 2, found.shorter), (LONGEST + 2, found.longer)) if n]
    step = 10 if reach > 12 else 5 if reach > 6 else 2
    ticks = [tick for tick in range(-20, 21, step) if abs(tick) < reach]
    drawn = look.layout(
        280,
        xaxis=look.axis(
            title=look.axis_title("Bases taken away (−) or added (+)"),
            range=[-reach, reach],
            tickvals=[*ticks, *ends],
            ticktext=[
                *(f"{tick:+d}".replace("-", "−").replace("+0", "0") for tick in ticks),
                *("more" for _ in ends),
            ],
            showgrid=False,
            tickangle=0,
        ),
        yaxis=look.count_axis("Variants", highest),
        bargap=0.1,
        **look.legend(),
    )
    traces = [_trace(found, group, *kind) for kind in KINDS]
    return {"data": traces, "layout": bar_layout.whole_bars(drawn, "x", "Length")}


def alternative(found: Indels) -> str:
    """How many of either, and how many keep the reading frame."""
    both = found.insertions + found.deletions
    if not both:
        return "No insertion or deletion passes the filter."
    third = sum(n for length, n in found.lengths.items() if length % 3 == 0)
    said = f"{counted(found.insertions, 'insertion')}, {counted(found.deletions, 'deletion')}; "
    return f"{said}{wording.share(third, both)} have a multiple of three bases, up to {LONGEST}."


def numbers(found: Indels) -> tuple[list[str], list[list[str | int]]]:
    """Each length, and what is longer."""
    rows: list[list[str | int]] = [[length, n] for length, n in sorted(found.lengths.items())]
    rows.insert(0, [f"less than -{LONGEST}", found.shorter])
    return ["bases", "variants"], [*rows, [f"more than {LONGEST}", found.longer]]


def is_empty(found: Indels) -> bool:
    """True if no variant adds or takes bases away."""
    return not found.insertions + found.deletions


def _trace(found: Indels, group: Group, name: str, kind: str, colour: str, sign: int) -> look.Figure:
    lengths = {length: n for length, n in found.lengths.items() if length * sign > 0}
    rest = found.shorter if sign < 0 else found.longer
    places = [*lengths] + ([sign * (LONGEST + 2)] if rest else [])
    named = [counted(abs(length), "base") for length in lengths] + ([f"more than {LONGEST} bases"] if rest else [])
    counts = [*lengths.values()] + ([rest] if rest else [])
    chosen = selection.chosen_value(group, "type", kind)
    return {
        "type": "bar",
        "name": name,
        "x": places,
        "y": counts,
        "marker": look.standing_out(look.plain_marker(colour), [chosen] * len(places)),
        "customdata": [selection.one_of("type", [kind])] * len(places),
        "meta": {"words": f"All {name.lower()}"},  # what a click on any of them means
        "hovertext": [f"{name}, {of}<br>{counted(n, 'variant')}" for of, n in zip(named, counts, strict=True)],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
