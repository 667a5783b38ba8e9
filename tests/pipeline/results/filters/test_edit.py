"""What clicks in plots and on chips make of a filter."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.results.filters.edit import removed, replaced, toggled, without
from pipeline.results.filters.model import Contains, Group, InRegions, Known, OneOf, PrivateTo, Range, Region
from pipeline.results.filters.reading import FilterError

HIGH = OneOf(column="impact", values=("HIGH",))
RARE = Range(column="af", most=0.01)
PLACE = InRegions(regions=(Region(contig="chr1"),))
TEXT = Contains(text="brca", columns=("gene", "id"))
NESTED = Group(join="any", parts=(HIGH, Known(column="gene")))
ALL = Group(parts=(HIGH, RARE, PLACE, TEXT, NESTED, PrivateTo(samples=("a",))))


def test_a_plot_is_drawn_without_what_was_chosen_in_it() -> None:
    assert without(ALL, ("impact", "consequence")).parts == ALL.parts[1:]
    assert without(ALL, ("pos",)).parts == (*ALL.parts[:2], *ALL.parts[3:])


def test_what_stands_in_groups_and_a_text_in_several_columns_stay_for_every_plot() -> None:
    assert without(ALL, ("gene",)) == ALL
    assert without(NESTED, ("impact",)) == NESTED


def test_a_click_adds_a_value_and_the_next_takes_it_away() -> None:
    one = toggled(Group(), "impact", "HIGH")
    two = toggled(one, "impact", None)
    assert two.parts == (OneOf(column="impact", values=("HIGH", None)),)
    assert toggled(two, "impact", "HIGH").parts == (OneOf(column="impact", values=(None,)),)
    assert toggled(toggled(two, "impact", "HIGH"), "impact", None) == Group()


def test_a_click_in_a_filter_of_alternatives_narrows_all_of_them() -> None:
    assert toggled(NESTED, "type", "SNV") == Group(parts=(NESTED, OneOf(column="type", values=("SNV",))))


def test_a_click_takes_the_place_of_an_excluding_condition() -> None:
    excluded = Group(parts=(OneOf(column="impact", values=("LOW",), negated=True),))
    assert toggled(excluded, "impact", "HIGH") == Group(parts=(HIGH,))


def test_a_new_range_takes_the_place_of_the_old_one_of_its_column_only() -> None:
    narrower = Range(column="af", most=0.001)
    assert replaced(ALL, narrower).parts == (HIGH, PLACE, TEXT, NESTED, PrivateTo(samples=("a",)), narrower)
    assert replaced(Group(), RARE) == Group(parts=(RARE,))


def test_conditions_without_a_column_are_added() -> None:
    other = PrivateTo(samples=("b",))
    assert replaced(ALL, other).parts == (*ALL.parts, other)


def test_a_part_is_taken_away_by_its_place() -> None:
    assert removed(ALL, ("parts", 1)).parts == (HIGH, *ALL.parts[2:])
    assert removed(ALL, ("parts", 4, "parts", 0)).parts[4] == Group(join="any", parts=(Known(column="gene"),))


def test_a_group_that_gets_empty_goes_too() -> None:
    group = Group(parts=(RARE, Group(join="any", parts=(HIGH,))))
    assert removed(group, ("parts", 1, "parts", 0)) == Group(parts=(RARE,))


@pytest.mark.parametrize(
    "place", [(), ("parts",), ("parts", 9), ("parts", -1), ("parts", 0, "parts", 0), ("x", 0), ("parts", 1.5)]
)
def test_a_place_that_is_not_there_is_refused(place: Any) -> None:
    with pytest.raises(FilterError, match="no such condition"):
        removed(ALL, place)
