"""The plots' descriptions: nothing is left out without a word (C44), nothing reaches over its contig."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from pipeline.results.queries import ConsequenceCount, Contig, PositionBin, Positions, Substitutions
from portal.components import figures
from portal.components.figures.consequence_bars import MAX_BARS
from portal.components.figures.plot import count_axis


def figure_of(card: html.Section) -> dict[str, Any]:
    return next(part.data for part in card.children if isinstance(part, dcc.Store))


def sentence_of(card: html.Section) -> str:
    return next(part.children for part in card.children if isinstance(part, html.P))


def test_rare_consequences_share_a_bar_that_says_how_many_they_are_C44() -> None:
    found = [ConsequenceCount(f"term_{n}", "LOW", 100 - n) for n in range(40)]
    card = figures.consequences(found)
    drawn = {y: x for trace in figure_of(card)["data"] for y, x in zip(trace["y"], trace["x"], strict=True)}
    assert len(drawn) == MAX_BARS
    assert drawn["11 rarer terms"] == sum(100 - n for n in range(29, 40))
    assert sum(drawn.values()) == sum(bar.alleles for bar in found)
    assert "term 39" in str(card)  # the table has all of them


def test_the_last_bin_of_a_contig_ends_with_it() -> None:
    contigs = [Contig("1", 1, 5, 95), Contig("2", 1, 3, 3)]
    bins = [PositionBin("1", 91, "LOW", 1), PositionBin("2", 1, "LOW", 1)]
    figure = figure_of(figures.positions(Positions(contigs, [], 10, bins), {"1": 96, "2": 40}))
    (trace,) = figure["data"]
    assert trace["width"] == [6, 10]
    assert trace["x"] == [93.0, 101.0]
    assert figure["layout"]["xaxis"]["range"] == [0, 136]


def test_contigs_that_are_not_drawn_are_counted_in_the_sentence_C44() -> None:
    found = Positions([Contig("1", 7, 1, 9)], [Contig("x", 2, 1, 1), Contig("y", 1, 1, 1)], 1, [])
    assert "2 contigs with fewer variants (3 alleles) are not drawn." in sentence_of(figures.positions(found, {}))


def test_alleles_that_are_no_substitution_are_counted_in_the_sentence_C44() -> None:
    found = Substitutions({"A>G": 2}, {"deletion": 1, "symbolic or missing": 2})
    said = sentence_of(figures.substitutions(found))
    assert said == "Ti/Tv not defined: 2 transitions, 0 transversions. Not drawn: 1 deletion, 2 other alleles."


def test_an_empty_result_has_empty_plots() -> None:
    for card in (
        figures.consequences([]),
        figures.positions(Positions([], [], 1, []), {}),
        figures.substitutions(Substitutions({}, {})),
    ):
        assert "0 " in sentence_of(card)


def test_an_axis_of_few_counts_has_a_tick_for_each_and_none_between() -> None:
    assert count_axis("Alleles", 2)["dtick"] == 1
    assert "dtick" not in count_axis("Alleles", 2000)
