"""A plot on the job page: words, numbers for all, and nothing that a click would filter."""

from __future__ import annotations

from pipeline.results.filters.model import NOTHING
from pipeline.results.plots.consequences import ConsequenceCount
from pipeline.results.plots.genes import Genes
from portal.components.figure_card import card
from portal.explore.figures.catalogue import plot_of
from portal.explore.figures.consequences import MAX_BARS


def test_all_consequences_are_among_the_numbers_also_those_that_share_a_bar_C44() -> None:
    found = [ConsequenceCount(f"term_{n}", "LOW", 100 - n) for n in range(40)]
    plot = plot_of("consequences")
    drawn = plot.drawn(found, NOTHING)
    assert drawn.figure is not None
    bars = [n for trace in drawn.figure["data"] for n in trace["x"]]
    assert (len(bars), sum(bars)) == (MAX_BARS, sum(each.variants for each in found))
    assert "21 rarer ones" in drawn.figure["layout"]["yaxis"]["ticktext"]
    shown = str(card(plot, drawn))
    assert "term_39" in shown
    assert "customdata" not in shown
    assert "The numbers are in the table below." in shown


def test_without_variants_there_are_words_and_no_figure() -> None:
    plot = plot_of("genes")
    shown = str(card(plot, plot.drawn(Genes([], 0, 0), NOTHING)))
    assert "Graph(" not in shown
    assert "No variant of high or moderate impact" in shown
