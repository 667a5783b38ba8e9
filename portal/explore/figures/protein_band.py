"""What lies below lollipops: the coding exons of the transcript, and the domains of its protein in lanes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from pipeline.results.plots.domains import Domain
from pipeline.results.plots.protein import Protein
from portal.explore.figures import look, wording

UNITS = 13  # of the height above the axis: a lane of the band takes one
EXONS = (-1.5, -0.6)  # where the exons are drawn, in units
LANES, LANE_PIXELS = 4, 22  # domains that lie over each other are drawn below each other
LETTER, LETTER_ON_PHONES = 0.0075, 0.03  # of the axis, for each letter of a domain's name


@dataclass(frozen=True)
class Band:
    """Shapes and names in a plot whose vertical axis is to begin at `bottom`, and what the pointer is told of them; it
    needs `pixels` more."""

    shapes: list[look.Figure]
    names: list[look.Figure]
    names_on_phones: list[look.Figure]
    told: list[look.Figure]
    bottom: float
    pixels: int


def band(found: Protein, end: int, shown: tuple[float, float], top: float) -> Band:
    """Below a protein of at least `end` residues, of which the axis shows those from `shown`; `top` of the counts."""
    unit = top / UNITS
    lanes = in_lanes(found.domains)
    placed = [(domain, _lane(number, unit)) for number, lane in enumerate(lanes) for domain in lane]
    exons = _exons(found, end)
    shapes = [_rectangle(start, stop, (EXONS[0] * unit, EXONS[1] * unit), n, found) for n, (start, stop) in exons]
    shapes += [_domain(domain, heights) for domain, heights in placed]
    middle = sum(EXONS) / 2 * unit
    marks = [
        (start, stop, middle, f"{_exon(n, found)}, residues {start + 0.5:,.0f} to {stop - 0.5:,.0f}")
        for n, (start, stop) in exons
    ]
    marks += [
        (
            d.first - 0.5,
            d.last + 0.5,
            sum(heights) / 2,
            f"{wording.folded(d.name, 40)}, residues {d.first:,} to {d.last:,}",
        )
        for d, heights in placed
    ]
    names, few = (
        [name for domain, heights in placed if (name := _name(domain, heights, shown, letter))]
        for letter in (LETTER, LETTER_ON_PHONES)
    )
    bottom = (EXONS[0] - 0.4 - len(lanes) * 1.2) * unit
    return Band(shapes, names, few, [_told(marks)], bottom, LANE_PIXELS * len(lanes))


def in_lanes(domains: list[Domain]) -> list[list[Domain]]:
    """Domains in lanes in which none lies over another; what has no room in the last one is left out."""
    lanes: list[list[Domain]] = []
    for domain in sorted(domains, key=lambda each: (each.first, -each.last)):
        lane = next((lane for lane in lanes if lane[-1].last < domain.first), None)
        if lane is not None:
            lane.append(domain)
        elif len(lanes) < LANES:
            lanes.append([domain])
    return lanes


def _lane(number: int, unit: float) -> tuple[float, float]:
    top = (EXONS[0] - 0.3 - 1.2 * number) * unit
    return top - unit, top


def _exons(found: Protein, end: int) -> list[tuple[int, tuple[float, float]]]:
    edges = [0.5, *(border + 0.5 for border in found.borders or []), max(found.residues or 0, end) + 0.5]
    return list(enumerate(pairwise(edges), start=1))


def _exon(number: int, found: Protein) -> str:
    return f"Coding exon {number}" if found.borders is not None else "Exons are not known here"


def _rectangle(start: float, stop: float, heights: tuple[float, float], number: int, found: Protein) -> look.Figure:
    """In two shades by turns; plain where no exon is known."""
    shade = look.ACCENT if number % 2 else look.STRONG
    return _box(start, stop, heights) | {"fillcolor": shade if found.borders is not None else look.BORDER}


def _domain(domain: Domain, heights: tuple[float, float]) -> look.Figure:
    line = {"width": 1, "color": look.ACCENT}
    return _box(domain.first - 0.5, domain.last + 0.5, heights) | {"fillcolor": look.SOFT, "line": line}


def _box(start: float, stop: float, heights: tuple[float, float]) -> look.Figure:
    sides = {"x0": start, "x1": stop, "y0": heights[0], "y1": heights[1], "xref": "x", "yref": "y"}
    return {"type": "rect", "layer": "below", "line": {"width": 1, "color": look.CARD}} | sides


def _name(
    domain: Domain, heights: tuple[float, float], shown: tuple[float, float], letter: float
) -> look.Figure | None:
    """A domain's name inside of it, as far as it has room."""
    first, last = max(domain.first, shown[0]), min(domain.last, shown[1])
    letters = int((last - first) / (shown[1] - shown[0]) / letter)
    if letters < 3:
        return None
    where = {"x": (first + last) / 2, "y": sum(heights) / 2, "showarrow": False, "xref": "x", "yref": "y"}
    return {"text": wording.short(domain.name, letters), "font": {"size": 11, "color": look.TEXT}} | where


def _told(marks: list[tuple[float, float, float, str]]) -> look.Figure:
    """What the pointer is told over a band: points that are not seen, as shapes tell nothing."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Exons and domains",
        "showlegend": False,
        "x": [(start + stop) / 2 for start, stop, *_ in marks],
        "y": [height for *_, height, _ in marks],
        "marker": {"size": 14, "color": look.CLEAR},
        "hovertext": [text for *_, text in marks],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
