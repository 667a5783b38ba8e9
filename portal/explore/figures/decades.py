"""Ticks of an axis of frequencies whose numbers are common logarithms."""

from __future__ import annotations

import math

from portal.explore.figures.look import Figure

FEW, MANY = 2, 4  # decades that have ticks between them; of which a phone has room for every second


def lowest(least: float) -> int:
    """The decade in which a scale begins that holds this number."""
    return math.floor(math.log10(least) + 1e-9)


def ticks(first: int, beside: bool, *, narrow: bool = False) -> Figure:
    """A tick for each decade from 10^`first` to 1; with few of them, for 2 and 5 times its number too; on a phone for
    every second one. `beside`: words at the left leave no room for the first one."""
    decades = range(first, 1)
    if -first <= FEW:
        values = sorted(factor * 10.0**power for power in decades for factor in (1, 2, 5) if factor * 10.0**power <= 1)
        return {"tickvals": [math.log10(value) for value in values], "ticktext": [f"{value:g}" for value in values]}
    shown = [power for power in decades if not (narrow and -first > MANY and power % 2)]
    return {"tickvals": shown, "ticktext": ["" if beside and power == first else _number(power) for power in shown]}


def _number(power: int) -> str:
    return f"{10.0**power:g}" if power >= -3 else f"10<sup>{power}</sup>".replace("-", "−")
