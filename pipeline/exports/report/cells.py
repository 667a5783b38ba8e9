"""Cells of a report's tables: a variant, a number, an effect, as a reader writes them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

MOST_LETTERS = 40  # of an allele


@dataclass(frozen=True)
class Cell:
    """Lines of text, the first of which counts; `impact` colours the mark before it."""

    lines: tuple[str, ...]
    impact: str = ""
    kind: str = ""


def cell(*lines: Any, impact: str = "", kind: str = "") -> Cell:
    """A cell of what there is; empty lines are left out."""
    return Cell(tuple(text for text in map(plain, lines) if text), impact, kind)


def change(contig: Any, position: int, ref: str | None, alt: str | None) -> str:
    """`chr1:1,234 A>G`; positions are 1-based."""
    return f"{contig}:{position:,} {_short(ref)}>{_short(alt)}"


def _short(allele: str | None) -> str:
    if allele is None:
        return "."
    return allele if len(allele) <= MOST_LETTERS else f"{allele[:MOST_LETTERS]}… ({len(allele):,} letters)"


def plain(value: Any) -> str:
    """A value as text: a number with as many digits as tell something, nothing for nothing."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return str(value)


def words(value: Any) -> str:
    """`stop_gained&splice_donor_variant` → `stop gained, splice donor variant`."""
    return plain(value).replace("_", " ").replace("&", ", ").replace("|", ", ")
