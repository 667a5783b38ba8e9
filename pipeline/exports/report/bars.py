"""Lying bars as SVG, drawn here, so that the report needs no script and no other host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, LABELS, NUMBERS = 720, 250, 90  # pixels: the whole, the labels before the bars, the numbers after them
ROW, BAR = 22, 14
MOST_LETTERS = 38  # of a label; the rest is in its tooltip
IMPACT_COLOURS = {"HIGH": "#d55e00", "MODERATE": "#e69f00", "LOW": "#009e73", "MODIFIER": "#7a8793"}
PLAIN = "#0b6e8a"


@dataclass(frozen=True)
class Bar:
    """A row of the figure."""

    label: str
    value: int
    colour: str = PLAIN


def bars(rows: Sequence[Bar], title: str) -> str:
    """The figure; each number stands beside its bar, so that nothing depends on colour or scale."""
    longest = max((row.value for row in rows), default=0) or 1
    height = ROW * len(rows) + 4
    drawn = "".join(_row(row, number, longest) for number, row in enumerate(rows))
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{_attribute(title)}" '
        f'xmlns="http://www.w3.org/2000/svg" font-size="13"><title>{escape(title)}</title>{drawn}</svg>'
    )


def _row(row: Bar, number: int, longest: int) -> str:
    top = number * ROW + 2
    length = max((WIDTH - LABELS - NUMBERS) * row.value / longest, 1.5 if row.value else 0)
    label = row.label if len(row.label) <= MOST_LETTERS else row.label[: MOST_LETTERS - 1] + "…"
    middle = top + BAR - 2
    return (
        f"<g><title>{escape(row.label)}: {row.value:,}</title>"
        f'<text x="{LABELS - 10}" y="{middle}" text-anchor="end">{escape(label)}</text>'
        f'<rect x="{LABELS}" y="{top}" width="{length:.1f}" height="{BAR}" rx="2" fill="{row.colour}"/>'
        f'<text x="{LABELS + length + 6:.1f}" y="{middle}" class="number">{row.value:,}</text></g>'
    )


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;"})
