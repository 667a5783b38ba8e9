"""Along the genome: rows of cells for all contigs, or one stretch as bars by impact; what either says in words."""

from __future__ import annotations

from pipeline.results.filters.model import Group
from pipeline.results.plots.genome import Genome, Stretch
from portal.components.words import bases, counted
from portal.explore.figures import contig_rows, look, stretch

Found = Genome | Stretch


def figure(found: Found, group: Group) -> look.Figure:
    """Rows of cells, or the bars of one stretch."""
    return stretch.figure(found, group) if isinstance(found, Stretch) else contig_rows.figure(found, group)


def alternative(found: Found) -> str:
    """Where they lie, and on what row the contigs are that have none of their own (C44)."""
    if isinstance(found, Stretch):
        return _of_stretch(found)
    alone = sum(row.variants for row in found.rows)
    total = alone + sum(found.others.values())
    if not total:
        return "No variant passes the filter."
    contigs = len([row for row in found.rows if row.variants]) + len([n for n in found.others.values() if n])
    said = f"{counted(total, 'variant')} on {counted(contigs, 'contig')}, in cells of {bases(found.width)}."
    most = max(found.rows, key=lambda row: row.variants)
    said += f" Most on {most.contig}: {most.variants:,}." if contigs > 1 else ""
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


def _of_stretch(found: Stretch) -> str:
    n = sum(each.variants for each in found.bins)
    where = f"{found.contig}:{found.start:,}–{found.end:,}"
    if not n:
        return f"No variant that passes the filter on {where}."
    heights = found.heights
    start = max(heights, key=lambda each: heights[each])
    end = min(start + found.width - 1, found.end)
    place = f"{start:,}" if start == end else f"{start:,}–{end:,}"
    most = f" Most at {place}: {heights[start]:,}." if len(heights) > 1 else ""
    return f"{counted(n, 'variant')} on {where}, in bins of {bases(found.width)}.{most}"
