"""What of a plot counts as chosen by a filter."""

from __future__ import annotations

import math

from pipeline.results.filters.reading import read_filter
from portal.explore.figures import look, selection


def test_a_value_is_chosen_by_all_conditions_on_its_column() -> None:
    group = read_filter({"kind": "one_of", "column": "gene", "values": ["A", None]})
    assert selection.chosen_value(group, "gene", "A")
    assert selection.chosen_value(group, "gene", None)
    assert not selection.chosen_value(group, "gene", "B")
    assert selection.chosen_value(group, "impact", "B")
    assert not selection.chosen_value(read_filter({"kind": "known", "column": "gene"}), "gene", None)
    negated = read_filter({"kind": "one_of", "column": "gene", "values": ["A"], "negated": True})
    assert [selection.chosen_value(negated, "gene", name) for name in ("A", "B")] == [False, True]
    terms = read_filter({"kind": "one_of", "column": "consequence", "values": ["b"], "terms": True})
    assert [selection.chosen_value(terms, "consequence", name) for name in ("a&b", "ab")] == [True, False]


def test_conditions_in_an_any_group_choose_nothing_of_a_single_plot() -> None:
    part = {"kind": "one_of", "column": "gene", "values": ["A"]}
    assert selection.chosen_value(read_filter({"kind": "group", "join": "any", "parts": [part]}), "gene", "B")


def test_a_bar_is_chosen_if_the_range_reaches_into_it() -> None:
    group = read_filter({"kind": "range", "column": "dp", "least": 10, "most": 20})
    spans = [(0, 10), (5, 11), (10, 12), (20, 25), (20.5, 30), (20, math.inf), (10, 10)]
    assert [selection.chosen_span(group, "dp", *span) for span in spans] == [False, True, True, True, False, True, True]
    assert not selection.chosen_unknown(group, "dp")
    unknown_too = read_filter({"kind": "range", "column": "dp", "least": 10, "or_unknown": True})
    assert selection.chosen_unknown(unknown_too, "dp")


def test_places_are_chosen_by_regions_that_touch_them() -> None:
    group = read_filter({"kind": "regions", "regions": [{"contig": "1", "start": 100, "end": 200}, {"contig": "2"}]})
    asked = [("1", 1, 100), ("1", 1, 99), ("1", 200, 300), ("2", 5, 5), ("3", 100, 200)]
    assert [selection.chosen_stretch(group, *place) for place in asked] == [True, False, True, True, False]


def test_what_no_filter_can_hold_is_no_click() -> None:
    assert selection.one_of("gene", ["x" * 201]) is None
    assert selection.place("x" * 201) is None
    assert selection.place("1", 0, 5) == {"kind": "regions", "regions": [{"contig": "1", "start": 1, "end": 5}]}


def test_an_axis_of_few_counts_has_a_tick_for_each_and_none_between() -> None:
    assert look.count_axis("Variants", 2)["tickvals"] == [0, 1, 2]
    assert "tickvals" not in look.count_axis("Variants", 2_000)
