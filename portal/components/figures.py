"""The plots of a job, described in the page's own colour tokens; `assets/figures.js` paints them in the theme.

A figure is a plain dict in plotly's form whose colours are `var(--gas-…)`. Each has a sentence, a text
alternative and its numbers as a table.
"""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterable
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from pipeline.results.queries import TRANSITIONS, ConsequenceCount, Positions, Substitutions
from portal.components.words import bases, counted, number

IMPACTS = ("HIGH", "MODERATE", "LOW", "MODIFIER")
NOT_ANNOTATED = "Not annotated"
LEVEL_LABELS = 12  # more contig names are written at a slant
MAX_BARS = 30  # consequences; a taller plot is no longer read as one
BAR_PIXELS = 30
LABEL_LETTERS = 24
TITLE_PIXELS = 12
ACCENT, MUTED = "var(--gas-accent)", "var(--gas-border-strong)"
BASE_PAIRS = ("A>G", "G>A", "C>T", "T>C", "A>C", "C>A", "A>T", "T>A", "C>G", "G>C", "G>T", "T>G")

Figure = dict[str, Any]
Table = tuple[list[str], list[list[str]]]
Legend = list[tuple[str, str]]  # what it says, and the class that colours it


def impact_marker(impact: str | None) -> Figure:
    """The colour of an impact class; hatched where an allele was not annotated."""
    if impact in IMPACTS:
        return {"color": f"var(--gas-impact-{impact.lower()})", "line": {"width": 0}}
    pattern = {"shape": "/", "fgcolor": "var(--gas-border-strong)", "bgcolor": "var(--gas-card)", "size": 5}
    return {"color": "var(--gas-card)", "pattern": pattern, "line": {"width": 1, "color": "var(--gas-border-strong)"}}


def impact_legend(found: Iterable[str | None]) -> Legend:
    """The impact classes that a plot shows, most severe first."""
    present = {impact if impact in IMPACTS else None for impact in found}
    shown = [impact for impact in (*IMPACTS, None) if impact in present]
    return [(impact_name(impact), f"gas-impact gas-impact-{(impact or 'none').lower()}") for impact in shown]


def impact_name(impact: str | None) -> str:
    """HIGH → High; nothing → Not annotated."""
    return impact.capitalize() if impact in IMPACTS else NOT_ANNOTATED


def card(name: str, title: str, sentence: str, legend: Legend, figure: Figure, table: Table) -> html.Section:
    """A plot with its title, sentence and legend, and its numbers for those who do not see it."""
    return html.Section(
        [
            html.H2(title, className="gas-subtitle"),
            html.P(sentence, className="gas-muted gas-figure-sentence"),
            html.Ul([html.Li(text, className=look) for text, look in legend], className="gas-legend"),
            dcc.Store(id={"type": "gas-figure", "name": name}, data=figure),
            html.Div(
                dcc.Graph(
                    id={"type": "gas-plot", "name": name},
                    figure={"data": [], "layout": {"xaxis": {"visible": False}, "yaxis": {"visible": False}}},
                    config={"displaylogo": False, "displayModeBar": False, "responsive": True},
                    style={"height": f"{figure['layout']['height']}px"},
                    responsive=True,
                ),
                role="img",
                className="gas-plot",
                **{"aria-label": f"{title}. {sentence} The numbers are in the table below."},
            ),
            html.Details([html.Summary("The numbers"), _numbers(title, table)], className="gas-numbers"),
        ],
        className=f"gas-card gas-figure gas-figure-{name}",
    )


def _numbers(title: str, table: Table) -> Component:
    head, rows = table
    return html.Div(
        html.Table(
            [
                html.Caption(title, className="visually-hidden"),
                html.Thead(html.Tr([html.Th(text, scope="col") for text in head])),
                html.Tbody([html.Tr([html.Td(text) for text in row]) for row in rows]),
            ]
        ),
        className="gas-numbers-table",
        tabIndex=0,
    )


def _layout(height: int, **others: Any) -> Figure:
    """What all plots share; fonts and grid lines come from the tokens too."""
    return {
        "height": height,
        "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": "var(--gas-text)", "size": 13, "family": "var(--bs-body-font-family)"},
        "hoverlabel": {
            "bgcolor": "var(--gas-card)",
            "bordercolor": "var(--gas-border-strong)",
            "font": {"color": "var(--gas-text)"},
            "align": "left",
        },
        "barmode": "stack",
        "dragmode": False,
        "separators": ".,",
        "showlegend": False,
    } | others


def _axis(**others: Any) -> Figure:
    quiet = {"color": "var(--gas-muted)", "gridcolor": "var(--gas-border)", "zerolinecolor": "var(--gas-border)"}
    return quiet | {"automargin": True, "fixedrange": True, "tickfont": {"color": "var(--gas-muted)"}} | others


def _title(text: str) -> Figure:
    """The title of an axis, no larger than its labels."""
    return {"text": text, "font": {"size": TITLE_PIXELS}}


def consequences(found: list[ConsequenceCount]) -> html.Section:
    """Horizontal bars, most frequent first, coloured by impact."""
    bars = _fold(found)
    total = sum(bar.alleles for bar in found)
    traces = []
    for impact in (*IMPACTS, None):
        of_impact = [bar for bar in bars if (bar.impact if bar.impact in IMPACTS else None) == impact]
        if of_impact:
            traces.append(_consequence_trace(impact, of_impact, total))
    order = [_label(bar.consequence) for bar in bars]
    layout = _layout(
        60 + BAR_PIXELS * max(2, len(bars)),
        # Room at the right for the numbers at the bars' ends.
        xaxis=_axis(tickformat=",d", range=[0, 1.2 * max((bar.alleles for bar in bars), default=1)], nticks=6),
        yaxis=_axis(
            categoryorder="array",
            categoryarray=order[::-1],
            tickfont={"color": "var(--gas-text)"},
            ticks="outside",
            tickcolor="rgba(0,0,0,0)",
        ),
        bargap=0.28,
    )
    table = [[_term(bar.consequence), impact_name(bar.impact), number(bar.alleles)] for bar in found]
    sentence = f"{counted(total, 'allele')} by their most severe consequence, coloured by impact."
    return card(
        "consequences",
        "Consequences",
        sentence,
        impact_legend(bar.impact for bar in bars),
        {"data": traces, "layout": layout},
        (["Consequence", "Impact", "Alleles"], table),
    )


def _fold(found: list[ConsequenceCount]) -> list[ConsequenceCount]:
    """The most frequent terms, and the rest as one bar that says how many it stands for (C44)."""
    if len(found) <= MAX_BARS:
        return found
    kept, rest = found[: MAX_BARS - 1], found[MAX_BARS - 1 :]
    return [*kept, ConsequenceCount(f"{len(rest)} rarer terms", None, sum(bar.alleles for bar in rest))]


def _term(consequence: str | None) -> str:
    return (consequence or NOT_ANNOTATED).replace("_", " ").replace("&", " & ")


def _label(consequence: str | None) -> str:
    """The term in lines that fit beside a plot on a phone."""
    return "<br>".join(_plain(line) for line in textwrap.wrap(_term(consequence), LABEL_LETTERS))


def _consequence_trace(impact: str | None, bars: list[ConsequenceCount], total: int) -> Figure:
    return {
        "type": "bar",
        "orientation": "h",
        "name": impact_name(impact),
        "x": [bar.alleles for bar in bars],
        "y": [_label(bar.consequence) for bar in bars],
        "text": [number(bar.alleles) for bar in bars],
        "textposition": "outside",
        "cliponaxis": False,
        "textfont": {"color": "var(--gas-text)"},
        "marker": impact_marker(impact),
        "customdata": [bar.alleles / total * 100 for bar in bars],
        "hovertemplate": "%{y}<br>%{x:,d} alleles, %{customdata:.1f} %<extra></extra>",
    }


def positions(found: Positions, lengths: dict[str, int]) -> html.Section:
    """Bars along the genome, contigs one after the other, coloured by impact.

    `lengths` of contigs, in bases, where the reference knows them; others end at their last variant.
    """
    spans = {c.name: max(c.last, lengths.get(c.name, 0)) for c in found.contigs}
    offsets = dict(zip(spans, itertools.accumulate(spans.values(), initial=0), strict=False))
    places = {name: (offsets[name], span) for name, span in spans.items()}
    traces = [_position_trace(found, places, impact) for impact in (*IMPACTS, None)]
    layout = _layout(
        280,
        xaxis=_genome_axis(spans, offsets),
        yaxis=_axis(title=_title(f"Alleles in {bases(found.width)}"), tickformat=",d", rangemode="tozero"),
        shapes=[_border(offsets[contig.name]) for contig in found.contigs[1:]],
        bargap=0,
    )
    table = [
        [c.name, number(c.alleles), f"{c.first:,}–{c.last:,}", "" if c in found.contigs else "not drawn"]
        for c in (*found.contigs, *found.left_out)
    ]
    return card(
        "positions",
        "Along the genome",
        _positions_sentence(found),
        impact_legend(b.impact for b in found.bins),
        {"data": [trace for trace in traces if trace["x"]], "layout": layout},
        (["Contig", "Alleles", "From–to", ""], table),
    )


def _positions_sentence(found: Positions) -> str:
    drawn = sum(c.alleles for c in found.contigs)
    where = f"on {found.contigs[0].name}" if len(found.contigs) == 1 else f"on {counted(len(found.contigs), 'contig')}"
    sentence = f"{counted(drawn, 'allele')} {where}, in bins of {bases(found.width)}."
    if found.left_out:
        missing = counted(sum(c.alleles for c in found.left_out), "allele")
        sentence += f" {counted(len(found.left_out), 'contig')} with fewer variants ({missing}) are not drawn."
    return sentence


def _genome_axis(spans: dict[str, int], offsets: dict[str, int]) -> Figure:
    whole = [0, sum(spans.values())]
    if len(spans) == 1:
        title = _title(f"Position on {_plain(next(iter(spans)))}, in bases")
        return _axis(title=title, tickformat=",d", range=whole, showgrid=False)
    return _axis(
        range=whole,
        tickvals=[offsets[name] + span / 2 for name, span in spans.items()],
        ticktext=[_plain(name) for name in spans],
        showgrid=False,
        tickangle=0 if len(spans) <= LEVEL_LABELS else -60,
    )


def _plain(text: str) -> str:
    """Text of the file in a label: plotly reads a few tags in labels, so none may begin (C09)."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _border(x: int) -> Figure:
    line = {"color": "var(--gas-border-strong)", "width": 1, "dash": "dot"}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}


def _position_trace(found: Positions, places: dict[str, tuple[int, int]], impact: str | None) -> Figure:
    bins = [b for b in found.bins if (b.impact if b.impact in IMPACTS else None) == impact]
    # The last bin of a contig ends with it, not in the next one.
    widths = [min(found.width, places[b.contig][1] - b.start + 1) for b in bins]
    return {
        "type": "bar",
        "name": impact_name(impact),
        "x": [places[b.contig][0] + b.start - 1 + width / 2 for b, width in zip(bins, widths, strict=True)],
        "y": [b.alleles for b in bins],
        "width": widths,
        "marker": impact_marker(impact),
        "customdata": [
            f"{_plain(b.contig)}:{b.start:,}–{b.start + width - 1:,}" for b, width in zip(bins, widths, strict=True)
        ],
        "hovertemplate": f"%{{customdata}}<br>%{{y:,d}} alleles, {impact_name(impact)}<extra></extra>",
    }


def substitutions(found: Substitutions) -> html.Section:
    """The twelve substitutions, transitions apart from transversions, with their ratio."""
    kinds = (("Transitions", ACCENT, True), ("Transversions", MUTED, False))
    traces = [_substitution_trace(found, name, colour, is_ti) for name, colour, is_ti in kinds]
    layout = _layout(
        280,
        xaxis=_axis(type="category", tickfont={"color": "var(--gas-text)"}, showgrid=False),
        yaxis=_axis(title=_title("Alleles"), tickformat=",d", rangemode="tozero"),
        bargap=0.25,
    )
    table = [[_arrow(name), number(found.types.get(name, 0))] for name in BASE_PAIRS]
    table += [[name.capitalize(), number(n)] for name, n in found.others.items()]
    return card(
        "substitutions",
        "Substitutions",
        _substitutions_sentence(found),
        [("Transitions", "gas-impact gas-transition"), ("Transversions", "gas-impact gas-transversion")],
        {"data": traces, "layout": layout},
        (["Type", "Alleles"], table),
    )


def _substitution_trace(found: Substitutions, name: str, colour: str, is_transition: bool) -> Figure:
    pairs = [pair for pair in BASE_PAIRS if (pair in TRANSITIONS) == is_transition]
    return {
        "type": "bar",
        "name": name,
        "x": [_arrow(pair) for pair in pairs],
        "y": [found.types.get(pair, 0) for pair in pairs],
        "marker": {"color": colour, "line": {"width": 0}},
        "hovertemplate": "%{x}<br>%{y:,d} alleles<extra></extra>",
    }


def _arrow(pair: str) -> str:
    return pair.replace(">", "→")


def _substitutions_sentence(found: Substitutions) -> str:
    ratio = f"Ti/Tv {found.ti_tv:.2f}" if found.ti_tv is not None else "Ti/Tv not defined"
    ti, tv = counted(found.transitions, "transition"), counted(found.transversions, "transversion")
    sentence = f"{ratio}: {ti}, {tv}."
    others = [counted(n, name) for name, n in found.others.items() if name in ("deletion", "insertion")]
    rest = sum(n for name, n in found.others.items() if name not in ("deletion", "insertion"))
    others += [counted(rest, "other allele")] if rest else []
    return f"{sentence} Not drawn: {', '.join(others)}." if others else sentence
