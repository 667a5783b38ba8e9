"""Consequences: lying bars, most frequent first, coloured by impact."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.annotation.consequence_terms import IMPACTS
from pipeline.results.filters.model import Group
from pipeline.results.plots.consequences import ConsequenceCount
from portal.components.words import counted
from portal.explore.figures import bar_layout, look, selection, wording

MAX_BARS = 20  # a taller plot is no longer read as one
NAMED = 3


@dataclass(frozen=True)
class _Bar:
    label: str
    impact: str | None
    variants: int
    terms: tuple[str | None, ...]


def figure(found: list[ConsequenceCount], group: Group) -> look.Figure:
    """Lying bars, most frequent first; what does not fit shares the last one, which says how many it stands for."""
    bars = _bars(found)
    total = sum(bar.variants for bar in bars)
    traces = [
        _trace(impact, [(at, bar) for at, bar in enumerate(bars) if bar.impact == impact], group, total)
        for impact in (*IMPACTS, None)
        if any(bar.impact == impact for bar in bars)
    ]
    highest = max((bar.variants for bar in bars), default=0)
    labels = [bar.label for bar in bars]
    drawn = bar_layout.lying_bars(labels, highest, "Variants", "Consequence", **look.legend())
    return {"data": traces, "layout": drawn}


def alternative(found: list[ConsequenceCount]) -> str:
    """The most frequent ones in words."""
    total = sum(count.variants for count in found)
    if not total:
        return "No variant passes the filter."
    named = ", ".join(
        f"{wording.term(count.consequence)} {count.variants:,} ({wording.share(count.variants, total)})"
        for count in found[:NAMED]
    )
    return f"{counted(total, 'variant')} by {counted(len(found), 'consequence')}. Most frequent: {named}."


def numbers(found: list[ConsequenceCount]) -> tuple[list[str], list[list[str | int]]]:
    """Every consequence, also those that share a bar."""
    rows: list[list[str | int]] = [[count.consequence or "", count.impact or "", count.variants] for count in found]
    return ["consequence", "impact", "variants"], rows


def is_empty(found: list[ConsequenceCount]) -> bool:
    """True if no variant passes."""
    return not found


def _bars(found: list[ConsequenceCount]) -> list[_Bar]:
    kept = found if len(found) <= MAX_BARS else found[: MAX_BARS - 1]
    bars = [_Bar(_label(count), look.impact_of(count.impact), count.variants, (count.consequence,)) for count in kept]
    rest = found[len(kept) :]
    if rest:
        terms = tuple(count.consequence for count in rest)
        bars.append(_Bar(f"{len(rest):,} rarer ones", None, sum(count.variants for count in rest), terms))
    return bars


def _label(count: ConsequenceCount) -> str:
    return wording.folded(wording.term(count.consequence))


def _trace(impact: str | None, placed: list[tuple[int, _Bar]], group: Group, total: int) -> look.Figure:
    bars = [bar for _, bar in placed]
    chosen = [
        any(selection.chosen_value(group, "consequence", name) for name in bar.terms)
        and (len(bar.terms) > 1 or selection.chosen_value(group, "impact", impact))
        for bar in bars
    ]
    return {
        "type": "bar",
        "orientation": "h",
        "name": look.impact_name(impact),
        "x": [bar.variants for bar in bars],
        "y": [at for at, _ in placed],
        "marker": look.standing_out(look.impact_marker(impact), chosen),
        "customdata": [selection.one_of("consequence", bar.terms) for bar in bars],
        "hovertext": [
            f"{bar.label}<br>{counted(bar.variants, 'variant')}, {wording.share(bar.variants, total)}" for bar in bars
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    } | bar_layout.bar_ends([bar.variants for bar in bars])
