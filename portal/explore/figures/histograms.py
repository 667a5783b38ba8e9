"""Quality, depth, genotype quality: standing bars over a linear axis; what has no number is told."""

from __future__ import annotations

import math

from pipeline.results.filters.model import Group
from pipeline.results.plots.histograms import Bin, Histogram
from portal.components.words import counted
from portal.explore.figures import bar_layout, look, selection

AXES = {"qual": "QUAL (Phred-scaled)", "dp": "Reads, all samples", "gq": "Genotype quality (Phred-scaled)"}
UNITS = {"gq": "call"}
NAMES = {"qual": "quality (QUAL)", "dp": "depth (DP)", "gq": "genotype quality (GQ)"}
NOTHING = "No variant passes the filter."
TICKS = 5  # about
LAST_ROOM = 0.12  # of the axis: other ticks keep this far from the words below the last bar
BESIDE = 3  # bars that have room on either side of a single one


def figure(found: Histogram, group: Group) -> look.Figure:
    """Bars of one width; the last one holds what is greater."""
    width = _width(found)
    of_variants = found.column not in UNITS
    beside = BESIDE * width if len(found.bins) == 1 else 0
    spans = [(each.least, math.inf if each.most is None else each.most) for each in found.bins]
    chosen = [selection.chosen_span(group, found.column, *span) for span in spans] if of_variants else []
    trace: look.Figure = {
        "type": "bar",
        "name": "Variants" if of_variants else "Calls",
        "x": [each.least + width / 2 for each in found.bins],
        "y": [each.rows for each in found.bins],
        "width": [width * 0.94] * len(found.bins),
        "marker": look.standing_out(look.plain_marker(), chosen),
        "hovertext": [f"{_said(found, each)}<br>{counted(each.rows, _unit(found))}" for each in found.bins],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    drawn = look.layout(
        260,
        xaxis=look.axis(
            title=look.axis_title(AXES.get(found.column, found.column)),
            range=[found.bins[0].least - beside, found.bins[-1].least + width + beside],
            showgrid=False,
            tickangle=0,
            **_ticks(found, width),
        ),
        yaxis=look.count_axis(f"{_unit(found).capitalize()}s", max(each.rows for each in found.bins)),
        bargap=0,
    )
    if of_variants:
        trace["customdata"] = [_condition(found, each) for each in found.bins]
        drawn |= {
            "dragmode": "select",
            "selectdirection": "h",
            "meta": {"brush": {"kind": "range", "column": found.column, "whole": found.whole}},
        }
    return {"data": [trace], "layout": bar_layout.whole_bars(drawn, "x", AXES.get(found.column, found.column))}


def alternative(found: Histogram) -> str:
    """The bin with most of them, and how many have no value."""
    known = sum(each.rows for each in found.bins)
    if not known:
        name = NAMES.get(found.column, found.column)
        return f"{counted(found.unknown, _unit(found))}, none with a {name}." if found.unknown else NOTHING
    said = f"{counted(known, _unit(found))} with a value"
    if len(found.bins) == 1:
        said += f", {_said(found, found.bins[0])}"
    else:
        most = max(found.bins, key=lambda each: each.rows)
        said += f"; half have {_middle(found)}. Most often {_said(found, most)} ({most.rows:,})"
    return f"{said}.{f' {found.unknown:,} without a value.' if found.unknown else ''}"


def numbers(found: Histogram) -> tuple[list[str], list[list[str | float]]]:
    """Each bin with its edges; the last one has no upper edge."""
    rows: list[list[str | float]] = [
        [each.least, "" if each.most is None else each.most, each.rows] for each in found.bins
    ]
    return [f"{found.column} from", "to less than", f"{_unit(found)}s"], [*rows, ["unknown", "", found.unknown]]


def is_empty(found: Histogram) -> bool:
    """True if nothing has a value."""
    return not any(each.rows for each in found.bins)


def _unit(found: Histogram) -> str:
    return UNITS.get(found.column, "variant")


def _width(found: Histogram) -> float:
    first = found.bins[0]
    return first.most - first.least if first.most is not None else 1.0


def _ticks(found: Histogram, width: float) -> look.Figure:
    """Round numbers at the edges of bins; below the last bar, from what number on it holds all."""
    first, last = found.bins[0].least, found.bins[-1].least
    step = look.round_step(max(last - first, width) / TICKS)
    near = (last - first) * LAST_ROOM
    numbers = [step * n for n in range(math.ceil(first / step), math.floor(last / step) + 1)]
    kept = [each for each in numbers if last + width / 2 - each > near and len(found.bins) > 1]
    return {
        "tickvals": [*kept, last + width / 2],
        "ticktext": [*(f"{each:,.6g}" for each in kept), f"≥ {last:,.6g}"],
    }


def _middle(found: Histogram) -> str:
    """What half of them have, as exactly as the bin of the one in the middle tells."""
    half, seen = sum(each.rows for each in found.bins) / 2, 0
    for each in found.bins:
        seen += each.rows
        if seen >= half:
            break
    if each.most is None:
        return _said(found, each)
    return f"{each.most - 1:,.0f} or less" if found.whole else f"less than {each.most:,.6g}"


def _said(found: Histogram, each: Bin) -> str:
    if each.most is None:
        return f"{each.least:,.6g} or more"
    if found.whole:
        last = int(each.most) - 1
        return f"{each.least:,.0f}" if last == each.least else f"{each.least:,.0f} to {last:,}"
    return f"{each.least:,.6g} to less than {each.most:,.6g}"


def _condition(found: Histogram, each: Bin) -> look.Condition:
    if each.most is None:
        return {"kind": "range", "column": found.column, "least": each.least}
    most = each.most - 1 if found.whole else math.nextafter(each.most, -math.inf)
    return selection.span(found.column, each.least, most)
