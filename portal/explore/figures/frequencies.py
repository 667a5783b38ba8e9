"""Allele frequencies: bars on a logarithmic axis; unknown and zero, which have no place on it, beside."""

from __future__ import annotations

import math

from pipeline.results.filters.model import Group
from pipeline.results.plots.frequencies import BINS_A_DECADE, Frequencies
from portal.components.words import counted
from portal.explore.figures import bar_layout, decades, look, selection

RARE = 0.01
NOTHING = "No variant passes the filter."
CUT_AT = 2  # times the highest bar on the scale
NAMES = {"unknown": "Unknown", "zero": "Nobody has it", "above": "Above 1"}
BESIDE, BESIDE_ON_PHONES = 0.13, 0.18  # share of the width for each bar that has no place on the axis
GAP = 0.03  # between them and the axis


def figure(found: Frequencies, group: Group) -> look.Figure:
    """Bars of equal width on the logarithmic scale: x is the common logarithm of the frequency."""
    beside = _beside(found)
    highest = _highest(found, beside)
    drawn = look.layout(
        280,
        yaxis=look.count_axis("Variants", highest, range=[0, 1.12 * max(highest, 1)]),
        bargap=0.08,
        meta={"brush": {"kind": "range", "column": found.column, "scale": "log10"}, "phone": {}},
    )
    traces = []
    if found.bins:
        lowest = decades.lowest(found.bins[0].least)
        traces.append(_binned(found, group))
        drawn["xaxis"] = look.axis(
            title=look.axis_title("Allele frequency (logarithmic)"),
            range=[lowest - 0.02, 0.02],
            showgrid=False,
            zeroline=False,
            tickangle=0,
            **decades.ticks(lowest, bool(beside)),
        )
        drawn["meta"]["phone"]["xaxis"] = decades.ticks(lowest, bool(beside), narrow=True)
        drawn |= {"dragmode": "select", "selectdirection": "h"}
    if beside:
        traces.append(_apart(found, group, beside))
        drawn["xaxis2"] = look.axis(type="category", showgrid=False, tickangle=0, anchor="y")
        drawn["meta"]["phone"]["xaxis2"] = {}
        drawn["yaxis"]["anchor"] = "x2"
    _share(drawn, len(beside), BESIDE)
    _share(drawn["meta"]["phone"], len(beside), BESIDE_ON_PHONES)
    return {"data": traces, "layout": bar_layout.whole_bars(drawn, "x", "Allele frequency")}


def alternative(found: Frequencies) -> str:
    """How many are rare, unknown, without a carrier."""
    known = sum(each.variants for each in found.bins)
    if is_empty(found):
        return f"{counted(found.unknown, 'variant')}, none with a known frequency." if found.unknown else NOTHING
    rare = sum(each.variants for each in found.bins if each.most <= RARE * 1.0001)
    said = [f"{counted(known, 'variant')} with a frequency above 0, {rare:,} of them below 1 %"]
    said += [f"{found.zero:,} at 0"] if found.zero else []
    said += [f"{found.unknown:,} unknown"] if found.unknown else []
    said += [f"{found.above_one:,} above 1, which is no frequency"] if found.above_one else []
    return f"{'; '.join(said)}."


def numbers(found: Frequencies) -> tuple[list[str], list[list[str | float]]]:
    """Each bin with its edges."""
    rows: list[list[str | float]] = [[f"{b.least:.4g}", f"{b.most:.4g}", b.variants] for b in found.bins]
    rows += [["unknown", "unknown", found.unknown], ["0", "0", found.zero], ["above 1", "", found.above_one]]
    return [f"{found.column} from", "to", "variants"], rows


def _binned(found: Frequencies, group: Group) -> look.Figure:
    chosen = [
        selection.chosen_span(group, found.column, b.least, b.most if b.most < 1 else math.inf) for b in found.bins
    ]
    return {
        "type": "bar",
        "name": "Variants",
        "x": [(math.log10(b.least) + math.log10(b.most)) / 2 for b in found.bins],
        "y": [b.variants for b in found.bins],
        "width": [1 / BINS_A_DECADE * 0.92] * len(found.bins),
        "marker": look.standing_out(look.plain_marker(), chosen),
        "customdata": [selection.span(found.column, b.least, _below(b.most)) for b in found.bins],
        "hovertext": [f"{b.least:.2g} to {b.most:.2g}<br>{counted(b.variants, 'variant')}" for b in found.bins],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _share(axes: look.Figure, bars: int, each: float) -> None:
    """What of the width the bars beside the axis take, and what the axis."""
    split = bars * each if "xaxis" in axes else 1
    if "xaxis2" in axes:
        axes["xaxis2"]["domain"] = [0, split]
    if "xaxis" in axes:
        axes["xaxis"]["domain"] = [split + GAP if bars else 0, 1]


def _beside(found: Frequencies) -> list[tuple[str, int, look.Condition, str]]:
    column = found.column
    all_of_them = [
        ("Unknown", found.unknown, selection.unknown(column), "unknown"),
        ("0", found.zero, selection.span(column, 0, 0), "zero"),
        ("> 1", found.above_one, {"kind": "range", "column": column, "least": 1.000001}, "above"),
    ]
    return [each for each in all_of_them if each[1]]


def _apart(found: Frequencies, group: Group, bars: list[tuple[str, int, look.Condition, str]]) -> look.Figure:
    spans = {"zero": (0.0, 0.0), "above": (1.000001, math.inf)}
    chosen = [
        selection.chosen_unknown(group, found.column)
        if kind == "unknown"
        else selection.chosen_span(group, found.column, *spans[kind])
        for *_, kind in bars
    ]
    return {
        "type": "bar",
        "name": "Beside the scale",
        "x": [label for label, *_ in bars],
        "y": [min(n, _highest(found, bars)) for _, n, *_ in bars],
        "text": [f"{n:,}{' ↑' if n > _highest(found, bars) else ''}" for _, n, *_ in bars],
        "textposition": "outside",
        "textangle": 0,
        "cliponaxis": False,
        "textfont": {"color": look.TEXT, "size": 11},
        "xaxis": "x2",
        "marker": look.standing_out(look.plain_marker(look.STRONG), chosen),
        "customdata": [condition for _, _, condition, _ in bars],
        "hovertext": [f"{NAMES[kind]}<br>{counted(n, 'variant')}" for _, n, _, kind in bars],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _highest(found: Frequencies, beside: list[tuple[str, int, look.Condition, str]]) -> int:
    """What the vertical axis reaches to: bars beside the scale that would dwarf those on it are cut, and say so."""
    on_scale = max((each.variants for each in found.bins), default=0)
    apart = max((n for _, n, *_ in beside), default=0)
    return min(apart, math.ceil(CUT_AT * on_scale)) if on_scale and apart > on_scale else max(on_scale, apart)


def _below(edge: float) -> float:
    """The greatest number below an edge, which is the next bin's; 1 is in the last one."""
    return edge if edge >= 1 else math.nextafter(edge, 0)


def is_empty(found: Frequencies) -> bool:
    """True if no variant that passes has a frequency."""
    return not (any(each.variants for each in found.bins) or found.zero or found.above_one)
