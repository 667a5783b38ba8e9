"""Along the genome: a row of cells for each contig, darker where there is more; one stretch as bars by impact."""

from __future__ import annotations

from pipeline.annotation.consequence_terms import IMPACTS
from pipeline.results.filters.model import Group
from pipeline.results.plots.genome import Genome, Row, Stretch
from portal.components.words import bases, counted
from portal.explore.figures import look, selection

ROW_PIXELS = 20
THICK = 0.66  # of a row
LEAST_SEEN = 0.008  # of the longest contig: shorter ones are drawn that long
LETTERS = 12  # of a contig's name on the axis
SCALE = [[0, look.SOFT], [0.5, look.ACCENT], [1, "var(--gas-accent-strong)"]]
Found = Genome | Stretch


def figure(found: Found, group: Group) -> look.Figure:
    """Rows of cells, or the bars of one stretch."""
    return _stretch(found, group) if isinstance(found, Stretch) else _rows(found, group)


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
    rows = [[cell.contig, cell.start, cell.end, cell.variants, cell.damaging] for cell in found.cells]
    rows += [[name, "", "", n, ""] for name, n in found.others.items()]
    return ["contig", "start", "end", "variants", "high_or_moderate"], rows


def is_empty(found: Found) -> bool:
    """True if there is nothing to draw; an empty stretch is a place too, from which one can go on."""
    return isinstance(found, Genome) and not found.cells and not any(found.others.values())


def _rows(found: Genome, group: Group) -> look.Figure:
    longest = max((row.length for row in found.rows), default=1)
    rows = {row.contig: number for number, row in enumerate(found.rows)}
    names = [row.contig for row in found.rows]
    traces = [_outlines(found.rows, longest), _cells(found, rows, longest, group)]
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
        ),
        meta={"brush": {"kind": "regions", "rows": names}},
        dragmode="select",
    )
    return {"data": traces, "layout": drawn}


def _outlines(rows: list[Row], longest: int) -> look.Figure:
    """The contigs themselves: where a cell has no variant, they are seen."""
    return {
        "type": "bar",
        "orientation": "h",
        "name": "Contigs",
        "y": list(range(len(rows))),
        "x": [max(row.length, longest * LEAST_SEEN) for row in rows],
        "width": THICK,
        "marker": {"color": look.BORDER, "line": {"width": 0}},
        "customdata": [selection.place(row.contig) for row in rows],
        "hovertext": [
            f"{look.folded(row.contig, 40)}, {bases(row.length)}<br>{counted(row.variants, 'variant')}" for row in rows
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _cells(found: Genome, rows: dict[str, int], longest: int, group: Group) -> look.Figure:
    lengths = {row.contig: row.length for row in found.rows}
    stretched = {name: max(1, longest * LEAST_SEEN / length) for name, length in lengths.items()}
    chosen = [selection.chosen_stretch(group, cell.contig, cell.start, cell.end) for cell in found.cells]
    marker = {
        "color": [cell.variants for cell in found.cells],
        "colorscale": SCALE,
        "cmin": 0,
        "cmax": max((cell.variants for cell in found.cells), default=1),
        "line": {"width": 0},
        "colorbar": {
            "orientation": "h",
            "thickness": 8,
            "len": 0.28,
            "x": 1,
            "xanchor": "right",
            "y": 1.01,
            "yanchor": "bottom",
            "ypad": 0,
            "outlinewidth": 0,
            "tickformat": ",d",
            "nticks": 3,
            "tickfont": {"color": look.MUTED, "size": 11},
            "title": {
                "text": f"Variants in {bases(found.width)}",
                "side": "top",
                "font": {"size": 11, "color": look.MUTED},
            },
        },
    }
    return {
        "type": "bar",
        "orientation": "h",
        "name": "Variants",
        "y": [rows[cell.contig] for cell in found.cells],
        "textposition": "none",
        "base": [(cell.start - 1) * stretched[cell.contig] for cell in found.cells],
        "x": [(cell.end - cell.start + 1) * stretched[cell.contig] for cell in found.cells],
        "width": THICK,
        "marker": look.standing_out(marker, chosen),
        "customdata": [selection.place(cell.contig, cell.start, cell.end) for cell in found.cells],
        "hovertext": [
            f"{look.folded(cell.contig, 40)}:{cell.start:,}–{cell.end:,}<br>{counted(cell.variants, 'variant')}, "
            f"{cell.damaging:,} of high or moderate impact"
            for cell in found.cells
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _others(found: Genome, row: int, longest: int, group: Group) -> look.Figure:
    names = list(found.others)
    n = sum(found.others.values())
    chosen = any(selection.chosen_stretch(group, name, 1, 2**31) for name in names)
    said = f"{counted(len(names), 'contig')} with fewer variants<br>{counted(n, 'variant')}"
    return {
        "type": "bar",
        "orientation": "h",
        "name": "Other contigs",
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


def _stretch(found: Stretch, group: Group) -> look.Figure:
    traces = []
    for impact in (*IMPACTS, None):
        bins = [each for each in found.bins if look.impact_of(each.impact) == impact]
        if not bins:
            continue
        named = look.impact_name(impact).lower()
        ends = [min(each.start + found.width - 1, found.end) for each in bins]
        chosen = [
            selection.chosen_stretch(group, found.contig, b.start, end) for b, end in zip(bins, ends, strict=True)
        ]
        traces.append(
            {
                "type": "bar",
                "name": look.impact_name(impact),
                # Half a base to the left: a base reaches from its number − ½ to its number + ½.
                "x": [(each.start + end) / 2 for each, end in zip(bins, ends, strict=True)],
                "y": [each.variants for each in bins],
                "width": [end - each.start + 1 for each, end in zip(bins, ends, strict=True)],
                "marker": look.standing_out(look.impact_marker(impact), chosen),
                "customdata": [
                    selection.place(found.contig, each.start, end) for each, end in zip(bins, ends, strict=True)
                ],
                "hovertext": [_where(each.start, end) for each, end in zip(bins, ends, strict=True)],
                "hovertemplate": f"%{{hovertext}}<br>%{{y:,d}} variants, {named}<extra></extra>",
            }
        )
    heights: dict[int, int] = {}
    for each in found.bins:
        heights[each.start] = heights.get(each.start, 0) + each.variants
    span = found.end - found.start + 1
    drawn = look.layout(
        300,
        bargap=0,
        xaxis=look.axis(
            title=look.axis_title(f"Position on {look.folded(found.contig, 40)}, in bases"),
            range=[found.start - 0.5, found.end + 0.5],
            tickformat=",d",
            showgrid=False,
            tickangle=0,
            **({"dtick": 1} if span <= 6 else {"nticks": 5}),
        ),
        yaxis=look.count_axis(f"Variants in {bases(found.width)}", max(heights.values(), default=0)),
        meta={"brush": {"kind": "regions", "contig": found.contig}},
        dragmode="select",
        selectdirection="h",
    )
    return {"data": traces, "layout": drawn}


def _where(start: int, end: int) -> str:
    return f"{start:,}" if start == end else f"{start:,}–{end:,}"
