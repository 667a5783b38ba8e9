"""Substitutions: the twelve of them, transitions apart from transversions, with their ratio."""

from __future__ import annotations

from dash import html

from pipeline.results.queries import TRANSITIONS, Substitutions
from portal.components.figures.plot import Figure, axis, card, count_axis, plot_layout
from portal.components.words import counted, number

ACCENT, MUTED = "var(--gas-accent)", "var(--gas-border-strong)"
BASE_PAIRS = ("A>G", "G>A", "C>T", "T>C", "A>C", "C>A", "A>T", "T>A", "C>G", "G>C", "G>T", "T>G")


def substitutions(found: Substitutions) -> html.Section:
    """The twelve substitutions, transitions apart from transversions, with their ratio."""
    kinds = (("Transitions", ACCENT, True), ("Transversions", MUTED, False))
    traces = [_substitution_trace(found, name, colour, is_ti) for name, colour, is_ti in kinds]
    layout = plot_layout(
        280,
        xaxis=axis(type="category", tickfont={"color": "var(--gas-text)"}, showgrid=False),
        yaxis=count_axis("Alleles", max(found.types.values(), default=0)),
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
