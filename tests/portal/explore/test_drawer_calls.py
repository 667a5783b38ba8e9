"""The genotypes in the drawer: pages of many samples, found by name, with depth and balance."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from pipeline.results.variant_calls import Call
from pipeline.settings import get_settings
from portal.explore import drawer_calls

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def hundred_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the setting is by default."""
    monkeypatch.setattr(get_settings(), "calls_at_once", 100)


def calls(count: int) -> list[Call]:
    return [
        Call(sample=f"NA{number:03}", gt="0/1", kind="heterozygous", dp=40, gq=60.5, ad_ref=30, ad_alt=10)
        for number in range(count)
    ]


def shown(page: Sequence[Any]) -> tuple[list[str], str]:
    """The names of a page's samples, and all of it as text."""
    text = json.dumps([each.to_plotly_json() for each in page], default=vars, ensure_ascii=False)
    return [word.split('"')[0] for word in text.split('"children": "')[1:] if word.startswith("NA")], text


def test_many_samples_come_in_pages_that_say_where_they_are_and_the_last_one_is_reached() -> None:
    first, start = drawer_calls.page(calls(250), "", 0)
    names, text = shown(first)
    assert (start, len(names), names[0], names[-1]) == (0, 100, "NA000", "NA099")
    assert "1 to 100 of 250" in text
    last, start = drawer_calls.page(calls(250), "", 200)
    names, text = shown(last)
    assert (start, len(names), names[-1]) == (200, 50, "NA249")
    assert "201 to 250 of 250" in text
    assert drawer_calls.page(calls(250), "", 10**9)[1] == 200  # beyond the end is the last page
    assert drawer_calls.page(calls(200), "", 200)[1] == 100  # a last page is never empty


def test_a_sample_is_found_by_a_part_of_its_name_whatever_the_case() -> None:
    names, text = shown(drawer_calls.page(calls(250), " na24", 100)[0])
    assert names == [f"NA24{number}" for number in range(10)]
    assert " of 10" not in text  # one page needs no words on where it is
    assert shown(drawer_calls.page(calls(250), HOSTILE, 0)[0])[1].count("No sample has this in its name.") == 1


def test_depth_reads_share_and_quality_of_a_call_are_told() -> None:
    text = shown(drawer_calls.page(calls(1), "", 0)[0])[1]
    for told in ("heterozygous", '"40"', '"30"', '"10"', "25%", '"60.5"'):
        assert told in text


@pytest.mark.parametrize(("count", "hidden"), [(100, True), (101, False)])
def test_only_a_long_list_has_a_search_and_buttons(count: int, hidden: bool) -> None:
    controls = drawer_calls.section(calls(count), all_samples=True)[1]
    assert controls.hidden is hidden
