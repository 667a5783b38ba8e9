"""Quality, depth, genotype quality: standing bars over a linear axis; what has no number is told."""

from __future__ import annotations

import math

from pipeline.results.filters.model import Group
from pipeline.results.plots.histograms import Bin, Histogram
from portal.components.words import counted
from portal.explore.figures import look, selection

AXES = {"qual": "QUAL (Phred-scaled)", "dp": "Reads, all samples", "gq": "Genotype quality (Phred-scaled)"}
UNITS = {"gq": "call"}


def figure(found: Histogram, group: Group) -> look.Figure:
    """Bars of one width; the last one holds what is greater."""
    width = _width(found)
    of_variants = found.column not in UNITS
    spans = [(each.least, math.inf if each.most is None else each.most) for each in found.bins]
    chosen = [selection.chosen_span(group, found.column, *span) for span in spans] if of_variants else []
    trace = {
        "type": "bar",
        "name": "Variants" if of_variants else "Calls",
        "x": [each.least + width / 2 for each in found.bins],
        "y": [each.rows for each in found.bins],
        "width": [width * 0.94] * len(found.bins),
        "marker": look.standing_out(look.plain_marker(), chosen),
        "hovertext": [_said(found, each) for each in found.bins],
        "hovertemplate": f"%{{hovertext}}<br>%{{y:,d}} {_unit(found)}s<extra></extra>",
    }
    drawn = look.layout(
        260,
        xaxis=look.axis(
            title=look.axis_title(AXES.get(found.column, found.column)),
            range=[found.bins[0].least, found.bins[-1].least + width],
            tickformat=",",
            showgrid=False,
            tickangle=0,
            nticks=6,
        ),
        yaxis=look.count_axis(f"{_unit(found).capitalize()}s", max(each.rows for each in found.bins)),
        bargap=0,
    )
    if of_variants:
        trace["customdata"] = [_condition(found, each) for each in found.bins]
        drawn |= {
            "dragmode": "select",
            "selectdirection": "h",
            "meta": {"brush": {"kind": "range", "column": found.column, "scale": "linear"}},
        }
    return {"data": [trace], "layout": look.whole_bars(drawn, "x", AXES.get(found.column, found.column))}


def alternative(found: Histogram) -> str:
    """The bin with most of them, and how many have no value."""
    known = sum(each.rows for each in found.bins)
    unit = _unit(found)
    if not known:
        return (
            f"None of {counted(found.unknown, unit)} has a value." if found.unknown else "No variant passes the filter."
        )
    most = max(found.bins, key=lambda each: each.rows)
    middle = _median(found)
    said = (
        f"{counted(known, unit)} with a value; half have {middle:,.6g} or less. Most often {_said(found, most).lower()}"
    )
    return f"{said} ({most.rows:,}).{f' {found.unknown:,} without a value.' if found.unknown else ''}"


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


def _median(found: Histogram) -> float:
    """The upper edge of the bin that the one in the middle is in."""
    half, seen = sum(each.rows for each in found.bins) / 2, 0
    for each in found.bins:
        seen += each.rows
        if seen >= half:
            break
    return each.least if found.whole or each.most is None else each.most


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
