"""The genes of the mitochondrial genome: arcs inside of the bars, by strand, and the names of the longer ones."""

from __future__ import annotations

from pipeline.results.plots.circle import Arc, Circle
from portal.explore.figures import look, selection, wording

INNER, OUTER = 0.6, 0.67  # of the radius: the arcs
NAMES = 0.5  # where the names stand
LEAST_NAMED, LEAST_NAMED_ON_PHONES = 500, 900  # bases of a gene whose name has room
STRANDS = ((True, look.ACCENT), (False, look.STRONG))


def traces(found: Circle, turn: float) -> list[look.Figure]:
    """`turn`: degrees of one base."""
    strands = [strand for strand in STRANDS if any(gene.forward == strand[0] for gene in found.genes)]
    return [*(_arcs(found, *strand, turn) for strand in strands), _names(found, turn)]


def _arcs(found: Circle, forward: bool, colour: str, turn: float) -> look.Figure:
    genes = [gene for gene in found.genes if gene.forward == forward]
    return {
        "type": "barpolar",
        "name": "Gene, forward" if forward else "Gene, reverse",
        "base": [INNER] * len(genes),
        "r": [OUTER - INNER] * len(genes),
        "theta": [(gene.start - 1 + gene.end) / 2 * turn for gene in genes],
        "width": [(gene.end - gene.start + 1) * turn for gene in genes],
        "marker": {"color": colour, "line": {"width": 1, "color": look.CARD}},
        "customdata": [selection.place(found.along.contig, gene.start, gene.end) for gene in genes],
        "hovertext": [_said(gene) for gene in genes],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _said(gene: Arc) -> str:
    strand = "forward" if gene.forward else "reverse"
    return f"{wording.folded(gene.name, 40)}<br>{gene.start:,}–{gene.end:,}, {strand} strand"


def _names(found: Circle, turn: float) -> look.Figure:
    few = _named(found, LEAST_NAMED_ON_PHONES, turn) | {"textfont": {"color": look.TEXT, "size": 9}}
    return {
        "type": "scatterpolar",
        "mode": "text",
        "name": "Names",
        "showlegend": False,
        "textfont": {"color": look.TEXT, "size": 11},
        "hoverinfo": "skip",
        "meta": {"phone": few},
    } | _named(found, LEAST_NAMED, turn)


def _named(found: Circle, least: int, turn: float) -> look.Figure:
    genes = [gene for gene in found.genes if gene.end - gene.start >= least]
    return {
        "r": [NAMES] * len(genes),
        "theta": [(gene.start - 1 + gene.end) / 2 * turn for gene in genes],
        "text": [wording.plain(gene.name.removeprefix("MT-")) for gene in genes],
    }
