"""Lying bars as SVG, drawn here, so that the report needs no script and no other host."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, LABELS, NUMBERS = 480, 194, 64  # pixels: the whole, the labels before the bars, the numbers after them
ROW, BAR, LINE = 22, 14, 15
LABEL_LETTERS, MOST_LINES = 27, 2  # of a label's line; what does not fit is in its tooltip
IMPACT_COLOURS = {"HIGH": "#d55e00", "MODERATE": "#e69f00", "LOW": "#009e73", "MODIFIER": "#7a8793"}
PLAIN = "plain"  # the accent of the page, which is another one in the dark
NOTHING = "#7a8793"


@dataclass(frozen=True)
class Bar:
    """A row of the figure. The first `begun` of `value` have the colour `begins`."""

    label: str
    value: int
    colour: str = PLAIN
    begun: int = 0
    begins: str = PLAIN


def bars(rows: Sequence[Bar], title: str) -> str:
    """The figure; each number stands beside its bar, so that nothing depends on colour or scale."""
    longest = max((row.value for row in rows), default=0) or 1
    drawn, top = [], 2
    for row in rows:
        lines = _lines(row.label)
        drawn.append(_row(row, lines, top, longest))
        top += ROW + LINE * (len(lines) - 1)
    return (
        f'<svg viewBox="0 0 {WIDTH} {top + 2}" role="img" aria-label="{_attribute(title)}" '
        f'xmlns="http://www.w3.org/2000/svg" font-size="13"><title>{escape(title)}</title>{"".join(drawn)}</svg>'
    )


def _lines(label: str) -> list[str]:
    return textwrap.wrap(label, LABEL_LETTERS, max_lines=MOST_LINES, placeholder="…") or [""]


def _row(row: Bar, lines: Sequence[str], top: int, longest: int) -> str:
    length = max((WIDTH - LABELS - NUMBERS) * row.value / longest, 1.5 if row.value else 0)
    parts = [(length, row.colour)]
    if row.begun:
        parts.append((length * row.begun / row.value, row.begins))
    base = top + BAR - 2
    label = "".join(
        f'<text x="{LABELS - 10}" y="{base + LINE * number}" text-anchor="end">{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
    drawn = "".join(
        f'<rect x="{LABELS}" y="{top}" width="{wide:.1f}" height="{BAR}" rx="2" {_look(colour)}/>'
        for wide, colour in parts
    )
    return (
        f"<g><title>{escape(row.label)}: {row.value:,}</title>{label}{drawn}"
        f'<text x="{LABELS + length + 6:.1f}" y="{base}" class="number">{row.value:,}</text></g>'
    )


def _look(colour: str) -> str:
    return 'class="plain"' if colour == PLAIN else f'fill="{colour}"'


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;"})
