"""A row of cells for each contig, darker where there is more."""

from __future__ import annotations

import math
import statistics

from pipeline.results.filters.model import Group
from pipeline.results.plots.genome import Cell, Genome, Row
from portal.components.words import bases, counted
from portal.explore.figures import look, selection, wording

ROW_PIXELS = 20
THICK = 0.66  # of a row
LEAST_SEEN = 0.008  # of the longest contig: shorter ones are drawn that long
LETTERS, LETTERS_ON_PHONES = 22, 12  # of a contig's name on the axis
SHADES, FAINTEST = 5, 0.2  # of the accent colour
SKEWED = 8  # times the median: then the shades are in equal ratios


def figure(found: Genome, group: Group) -> look.Figure:
    """Contigs below each other, on one scale."""
    longest = max((row.length for row in found.rows), default=1)
    rows = {row.contig: number for number, row in enumerate(found.rows)}
    names = [row.contig for row in found.rows]
    traces = [_outlines(found.rows, longest), *_cells(found, rows, longest, group)]
    more = [f"{len(found.others):,} more"] if found.others else []
    labels, narrow = ([*(wording.short(name, most) for name in names), *more] for most in (LETTERS, LETTERS_ON_PHONES))
    if more:
        traces.append(_others(found, len(names), longest, group))
    along = look.place_axis("Position", 1, longest)
    shades = f"Variants in {bases(found.width)}"
    on_phones = {
        "yaxis": {"ticktext": narrow},
        "legend": {"title": {"text": ""}},  # it has no room there: the axis tells it
        "xaxis": {"title": look.axis_title(f"{along['title']['text']}; colour: variants in {bases(found.width)}")},
    }
    drawn = look.layout(
        90 + ROW_PIXELS * len(labels),
        barmode="overlay",
        bargap=0,
        xaxis=along | {"range": [0, longest * 1.005], "side": "bottom"},
        yaxis=look.label_axis(labels),
        meta={"brush": {"kind": "regions", "rows": names}, "phone": on_phones},
        dragmode="select",
        selectdirection="d",  # a flat stroke along one contig means that one, not all of them
        **look.legend(shades),
    )
    return {"data": traces, "layout": drawn}


def _outlines(rows: list[Row], longest: int) -> look.Figure:
    """The contigs themselves: where a cell has no variant, they are seen."""
    return {
        "type": "bar",
        "orientation": "h",
        "name": "Contigs",
        "showlegend": False,
        "y": list(range(len(rows))),
        "x": [max(row.length, longest * LEAST_SEEN) for row in rows],
        "width": THICK,
        "marker": {"color": look.CARD, "line": {"width": 1, "color": look.BORDER}},
        "textposition": "none",
        "customdata": [selection.place(row.contig) for row in rows],
        "hovertext": [
            f"{wording.folded(row.contig, 40)}, {bases(row.length)}<br>{counted(row.variants, 'variant')}"
            for row in rows
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def levels(counts: list[int]) -> list[int]:
    """The greatest count of each shade: in equal steps, or in equal ratios where few cells hold far more than most."""
    most, usual = max(counts, default=1), statistics.median(counts or [1])
    if most > SKEWED * usual:
        bounds = [_round(most ** (step / SHADES)) for step in range(1, SHADES)]
    else:
        bounds = [step * math.ceil(_round(most / SHADES)) for step in range(1, SHADES)]
    return [*sorted({bound for bound in bounds if 0 < bound < most}), most]


def _round(value: float) -> int:
    """The nearest of 1, 2, 3 and 5 times a power of ten that is not less."""
    power = 10 ** math.floor(math.log10(value)) if value >= 1 else 1
    return next(factor * power for factor in (1, 2, 3, 5, 10) if factor * power >= value * 0.999)


def _cells(found: Genome, rows: dict[str, int], longest: int, group: Group) -> list[look.Figure]:
    """A trace for each shade, which the legend explains."""
    lengths = {row.contig: row.length for row in found.rows}
    stretched = {name: max(1, longest * LEAST_SEEN / length) for name, length in lengths.items()}
    traces, least = [], 1
    bounds = levels([cell.variants for cell in found.cells])
    for number, most in enumerate(bounds):
        cells = [cell for cell in found.cells if least <= cell.variants <= most]
        opacity = FAINTEST + (1 - FAINTEST) * (number + 1) / len(bounds) if len(bounds) > 1 else 1
        chosen = [selection.chosen_stretch(group, cell.contig, cell.start, cell.end) for cell in cells]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": f"{least:,}" if least == most else f"{least:,}–{most:,}",
                "y": [rows[cell.contig] for cell in cells],
                "base": [(cell.start - 1) * stretched[cell.contig] for cell in cells],
                "x": [(cell.end - cell.start + 1) * stretched[cell.contig] for cell in cells],
                "width": THICK,
                "marker": look.standing_out(look.plain_marker(), chosen),
                "opacity": opacity,
                "textposition": "none",
                "customdata": [selection.place(cell.contig, cell.start, cell.end) for cell in cells],
                "hovertext": [_told(cell) for cell in cells],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
        least = most + 1
    return [trace for trace in traces if trace["x"]]


def _told(cell: Cell) -> str:
    where = f"{wording.folded(cell.contig, 40)}:{cell.start:,}–{cell.end:,}"
    damaging = "" if cell.damaging is None else f", {cell.damaging:,} of high or moderate impact"
    return f"{where}<br>{counted(cell.variants, 'variant')}{damaging}"


def _others(found: Genome, row: int, longest: int, group: Group) -> look.Figure:
    names = list(found.others)
    n = sum(found.others.values())
    chosen = any(selection.chosen_stretch(group, name, 1, 2**31) for name in names)
    said = f"{counted(len(names), 'contig')} with fewer variants<br>{counted(n, 'variant')}"
    return {
        "type": "bar",
        "orientation": "h",
        "name": "Other contigs",
        "showlegend": False,
        "y": [row],
        "x": [longest],
        "width": THICK,
        "marker": {"color": look.BORDER, "line": {"width": 1, "color": look.STRONG}}
        | ({} if chosen else {"opacity": look.DIMMED}),
        "text": [counted(n, "variant")],
        "textposition": "inside",
        "insidetextanchor": "start",
        "insidetextfont": {"color": look.TEXT, "size": 11},
        "constraintext": "none",  # else the words shrink with the bar
        "customdata": [selection.one_of("chrom", names)],
        "hovertext": [said],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
