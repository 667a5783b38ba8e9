"""Which jobs share how many variants, as an UpSet plot: bars for the sets of jobs, dots below that say which they are.

Lex et al. 2014, https://doi.org/10.1109/TVCG.2014.2346248
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.results.shared_variants import Shared
from portal.components.words import counted, number
from portal.explore.figures import bar_layout, look
from portal.explore.figures.plot import Drawn

NAME = "upset"
LETTERS = "ABCDE"
DOT, BARS_FROM = 13, 0.42  # pixels; share of the height that the dots take
ROW_PIXELS, BAR_PIXELS = 34, 220
MOST_NUMBERED = 16  # bars with a number at their end; of more the numbers would run into each other

HELD = "A job holds a variant that its file lists, whichever sample carries it. Click a set to list its variants below."


@dataclass(frozen=True)
class UpSet:
    """The plot's name and title, as its card needs them."""

    name: str = NAME
    title: str = "Shared and private variants"


def of_whom(members: int, jobs: int) -> str:
    """`A only`, `A and C`, `all of them`: the jobs of a set in words."""
    letters = [LETTERS[n] for n in range(jobs) if members & 1 << n]
    if len(letters) == 1:
        return f"{letters[0]} only"
    if len(letters) == jobs:
        return "Both" if jobs == 2 else f"All {jobs}"
    return f"{', '.join(letters[:-1])} and {letters[-1]}"


def drawn(found: Shared, names: Sequence[str]) -> Drawn:
    """The plot, its words and its numbers; `names` are those of the jobs."""
    header = ["jobs", *[f"{LETTERS[n]}_{name}" for n, name in enumerate(names)], "variants"]
    rows = [
        [of_whom(members, len(names)), *["yes" if members & 1 << n else "no" for n in range(len(names))], count]
        for members, count in found.intersections.items()
    ]
    return Drawn(_figure(found, len(names)) if found.intersections else None, _words(found, len(names)), header, rows)


def _words(found: Shared, jobs: int) -> str:
    if not found.intersections:
        return "None of these jobs holds a variant."
    everywhere = found.intersections.get((1 << jobs) - 1, 0)
    alone = ", ".join(f"{LETTERS[n]} {number(found.intersections.get(1 << n, 0))}" for n in range(jobs))
    shared = f"{counted(everywhere, 'variant')} in {'both jobs' if jobs == 2 else f'all {jobs} jobs'}"
    some = f", {number(found.shared)} in two or more" if jobs > 2 else ""
    return f"{counted(found.variants, 'different variant')}: {shared}{some}. In one job only: {alone}. {HELD}"


def _figure(found: Shared, jobs: int) -> look.Figure:
    sets = list(found.intersections.items())
    places = list(range(len(sets)))
    counts = [count for _, count in sets]
    bars = {
        "type": "bar",
        "x": places,
        "y": counts,
        "width": 0.6,
        "marker": look.plain_marker(),
        "hovertext": [f"{of_whom(members, jobs)}<br>{counted(count, 'variant')}" for members, count in sets],
        "hovertemplate": "%{hovertext}<extra></extra>",
    } | (bar_layout.bar_ends(counts) if len(sets) <= MOST_NUMBERED else {"textposition": "none"})
    layout = look.layout(
        BAR_PIXELS + 60 + ROW_PIXELS * jobs,
        xaxis=look.axis(range=[-0.6, len(sets) - 0.4], visible=False, anchor="y2"),
        yaxis=look.count_axis("Variants", max(counts), domain=[BARS_FROM, 1], range=[0, 1.14 * max(counts)]),
        yaxis2=look.label_axis([f"{LETTERS[n]}  {number(found.totals[n])}" for n in range(jobs)])
        | {"domain": [0, BARS_FROM - 0.06], "anchor": "x", "fixedrange": True},
        bargap=0.4,
        hovermode="x",  # the whole column of a set can be clicked, not its bar alone
    )
    return {"data": [bars, *_dots(sets, jobs)], "layout": layout}


def _dots(sets: Sequence[tuple[int, int]], jobs: int) -> list[look.Figure]:
    """A dot for each job of each set, full where the job is one of them; a line joins those."""
    traces: list[look.Figure] = []
    for is_member in (False, True):
        at = [(x, n) for x, (members, _) in enumerate(sets) for n in range(jobs) if bool(members & 1 << n) == is_member]
        colour = look.ACCENT if is_member else look.BORDER
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [x for x, _ in at],
                "y": [n for _, n in at],
                "yaxis": "y2",
                "marker": {"size": DOT, "color": colour},
                "hoverinfo": "none",  # can be clicked, and says nothing that its bar does not say
            }
        )
    joined = [[n for n in range(jobs) if members & 1 << n] for members, _ in sets]
    xs = [value for x, rows in enumerate(joined) for value in (x, x, None) if len(rows) > 1]
    ys = [value for rows in joined if len(rows) > 1 for value in (rows[0], rows[-1], None)]
    line = {"width": 3, "color": look.ACCENT}
    traces.append(
        {"type": "scatter", "mode": "lines", "x": xs, "y": ys, "yaxis": "y2", "line": line, "hoverinfo": "skip"}
    )
    return traces
