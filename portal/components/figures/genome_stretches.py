"""Positions while the tables are in the archive: bars along the genome as the summary counts them, in one colour."""

from __future__ import annotations

from dash import html

from pipeline.results.summarised import Stretch, Stretches
from portal.components.figures.genome_positions import contig_border, genome_axis, laid_out, not_drawn, reach_table
from portal.components.figures.plot import card, count_axis, plain, plot_layout
from portal.components.words import bases, counted

LOOK = {"color": "var(--gas-accent)", "line": {"width": 0}}


def stretches(found: Stretches, lengths: dict[str, int]) -> html.Section:
    """Bars along the genome, contigs one after the other.

    `lengths` of contigs, in bases, where the reference knows them; others end at their last variant.
    """
    spans, offsets = laid_out(found.contigs, lengths)
    # The last stretch of a contig ends with it, not in the next one.
    widths = [min(each.length, max(1, spans[each.contig] - each.start + 1)) for each in found.stretches]
    trace = {
        "type": "bar",
        "name": "Alleles",
        "x": [
            offsets[each.contig] + each.start - 1 + width / 2
            for each, width in zip(found.stretches, widths, strict=True)
        ],
        "y": [each.alleles for each in found.stretches],
        "width": widths,
        "marker": LOOK,
        "customdata": [
            f"{plain(each.contig)}:{each.start:,}–{each.start + width - 1:,}"
            for each, width in zip(found.stretches, widths, strict=True)
        ],
        "hovertemplate": "%{customdata}<br>%{y:,d} alleles<extra></extra>",
    }
    layout = plot_layout(
        280,
        xaxis=genome_axis(spans, offsets),
        yaxis=count_axis("Alleles", max((each.alleles for each in found.stretches), default=0)),
        shapes=[contig_border(offsets[contig.name]) for contig in found.contigs[1:]],
        bargap=0,
    )
    figure = {"data": [trace], "layout": layout}
    return card(
        "positions",
        "Along the genome",
        _sentence(found),
        [("Alleles", "gas-impact gas-transition")],
        figure,
        reach_table(found.contigs, found.left_out),
    )


def _sentence(found: Stretches) -> str:
    drawn = sum(contig.alleles for contig in found.contigs)
    where = f"on {found.contigs[0].name}" if len(found.contigs) == 1 else f"on {counted(len(found.contigs), 'contig')}"
    return f"{counted(drawn, 'allele')} {where}, in {_lengths(found.stretches)}.{not_drawn(found.left_out)}"


def _lengths(found: list[Stretch]) -> str:
    lengths = sorted({each.length for each in found})
    if len(lengths) == 1:
        return f"stretches of {bases(lengths[0])}"
    return f"stretches of {bases(lengths[0])} to {bases(lengths[-1])}"
