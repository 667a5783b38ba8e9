"""Along the genome: a row of cells for each contig, darker where there is more; one stretch as bars by impact."""

from __future__ import annotations

import math
import statistics

from pipeline.results.filters.model import Group
from pipeline.results.plots.genome import Cell, Genome, Row, Stretch
from portal.components.words import bases, counted
from portal.explore.figures import look, selection, stretch

ROW_PIXELS = 20
THICK = 0.66  # of a row
LEAST_SEEN = 0.008  # of the longest contig: shorter ones are drawn that long
LETTERS = 12  # of a contig's name on the axis
SHADES, FAINTEST = 5, 0.2  # of the accent colour
SKEWED = 8  # times the median: then the shades are in equal ratios
Found = Genome | Stretch


def figure(found: Found, group: Group) -> look.Figure:
    """Rows of cells, or the bars of one stretch."""
    return stretch.figure(found, group) if isinstance(found, Stretch) else _rows(found, group)


def alternative(found: Found) -> str:
    """Where they lie, and on what row the contigs are that have none of their own (C44)."""
    if isinstance(found, Stretch):
        n = sum(each.variants for each in found.bins)
        where = f"{found.contig}:{found.start:,}–{found.end:,}"
        return f"{counted(n, 'variant')} on {where}, in bins of {bases(found.width)}."
    alone = sum(row.variants for row in found.rows)
    total = alone + sum(found.others.values())
    if not total:
        return "No variant passes the filter."
    contigs = len([row for row in found.rows if row.variants]) + len([n for n in found.others.values() if n])
    said = f"{counted(total, 'variant')} on {counted(contigs, 'contig')}, in cells of {bases(found.width)}."
    most = max(found.rows, key=lambda row: row.variants)
    said += f" Most on {most.contig} ({most.variants:,})."
    if found.others:
        said += f" {counted(len(found.others), 'contig')} with fewer variants share the last row ({total - alone:,})."
    return said


def numbers(found: Found) -> tuple[list[str], list[list[str | int]]]:
    """Each cell or bin with its place."""
    if isinstance(found, Stretch):
        rows: list[list[str | int]] = [
            [found.contig, each.start, min(each.start + found.width - 1, found.end), each.impact or "", each.variants]
            for each in found.bins
        ]
        return ["contig", "start", "end", "impact", "variants"], rows
    rows = [
        [cell.contig, cell.start, cell.end, cell.variants, "" if cell.damaging is None else cell.damaging]
        for cell in found.cells
    ]
    rows += [[name, "", "", n, ""] for name, n in found.others.items()]
    return ["contig", "start", "end", "variants", "high_or_moderate"], rows


def is_empty(found: Found) -> bool:
    """True if there is nothing to draw; an empty stretch is a place too, from which one can go on."""
    return isinstance(found, Genome) and not found.cells and not any(found.others.values())


def _rows(found: Genome, group: Group) -> look.Figure:
    longest = max((row.length for row in found.rows), default=1)
    rows = {row.contig: number for number, row in enumerate(found.rows)}
    names = [row.contig for row in found.rows]
    traces = [_outlines(found.rows, longest), *_cells(found, rows, longest, group)]
    labels = [look.plain(_short(name)) for name in names]
    if found.others:
        labels.append(f"{len(found.others):,} more")
        traces.append(_others(found, len(names), longest, group))
    drawn = look.layout(
        90 + ROW_PIXELS * len(labels),
        barmode="overlay",
        bargap=0,
        xaxis=look.axis(
            title=look.axis_title("Position in Mb" if longest >= 2_000_000 else "Position in bases"),
            range=[0, longest * 1.005],
            showgrid=False,
            side="bottom",
            **_ticks(longest),
        ),
        yaxis=look.axis(
            range=[len(labels) - 0.5, -0.5],
            tickvals=list(range(len(labels))),
            ticktext=labels,
            showgrid=False,
            zeroline=False,
            tickfont={"color": look.TEXT},
            ticks="outside",
            tickcolor=look.CLEAR,
        ),
        meta={"brush": {"kind": "regions", "rows": names}, "phone": {"legend": {"title": {"text": ""}}}},
        dragmode="select",
        selectdirection="d",  # a flat stroke along one contig means that one, not all of them
        **look.legend(f"Variants in {bases(found.width)}"),
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
            f"{look.folded(row.contig, 40)}, {bases(row.length)}<br>{counted(row.variants, 'variant')}" for row in rows
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
    where = f"{look.folded(cell.contig, 40)}:{cell.start:,}–{cell.end:,}"
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
        "insidetextfont": {"color": look.TEXT},
        "customdata": [selection.one_of("chrom", names)],
        "hovertext": [said],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _ticks(longest: int) -> look.Figure:
    if longest < 2_000_000:
        return {"tickformat": ",d", "nticks": 5}
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10**6) if longest / step / 1e6 <= 6)
    values = list(range(0, longest + 1, step * 1_000_000))
    return {"tickvals": values, "ticktext": [f"{value // 1_000_000:,}" for value in values]}


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"
