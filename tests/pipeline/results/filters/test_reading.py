"""Filters as documents: what is read is what was written, and what is wrong is told at its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import LimitError
from pipeline.results.filters.model import Group, OneOf, Range
from pipeline.results.filters.reading import FilterError, as_document, read_filter
from tests.pipeline.results.filters.strategies import groups


@given(group=groups)
def test_a_filter_that_was_written_is_read_as_it_was(group: Group) -> None:
    document = json.loads(json.dumps(as_document(group)))
    assert read_filter(document) == group
    assert read_filter(json.dumps(document)) == group


@pytest.mark.parametrize("nothing", [None, "", {}, {"kind": "group"}, "{}"])
def test_nothing_is_the_filter_that_lets_everything_through(nothing: Any) -> None:
    if nothing in ({}, "{}"):
        with pytest.raises(FilterError):
            read_filter(nothing)
    else:
        assert read_filter(nothing) == Group()


def test_one_condition_alone_is_a_filter() -> None:
    assert read_filter({"kind": "range", "column": "qual", "least": 30}) == Group(
        parts=(Range(column="qual", least=30),)
    )


@pytest.mark.parametrize(
    ("part", "sentence", "place"),
    [
        ({"kind": "range", "column": "qual"}, "least or a greatest", ()),
        ({"kind": "range", "column": "qual", "least": 5, "most": 1}, "5, is greater than the greatest, 1", ()),
        ({"kind": "range", "column": "qual", "least": "x"}, "Write a number", ("least",)),
        ({"kind": "range", "column": "qual", "least": float("nan")}, "Write a number", ("least",)),
        ({"kind": "range", "column": "qual", "least": "inf"}, "Write a number", ("least",)),
        ({"kind": "one_of", "column": "x", "values": []}, "at least one value", ("values",)),
        ({"kind": "one_of", "column": "x", "values": "abc"}, "at least one value", ("values",)),
        ({"kind": "one_of", "column": "x", "values": ["a" * 201]}, "longer than 200 letters", ("values", 0)),
        ({"kind": "one_of", "column": "", "values": ["a"]}, "Write something", ("column",)),
        ({"kind": "one_of", "values": ["a"]}, "Something is missing", ("column",)),
        ({"kind": "one_of", "column": "x", "values": ["a"] * 20_001}, "more than 20,000", ("values",)),
        ({"kind": "contains", "text": "\ud800"}, "letters that are none", ("text",)),
        ({"kind": "regions", "regions": [{"contig": "1", "start": 9, "end": 3}]}, "ends before", ("regions", 0)),
        ({"kind": "regions", "regions": [{"contig": "1", "start": 0}]}, "1 or more", ("regions", 0, "start")),
        ({"kind": "carries", "sample": "a", "calls": ["both"]}, "Choose one of", ("calls", 0)),
        ({"kind": "carries", "sample": "a", "calls": ["het"], "least_balance": 2}, "1 or less", ("least_balance",)),
        (
            {"kind": "inherited", "pattern": "de_novo", "child": "a", "mother": "a", "father": "b"},
            "three different samples",
            (),
        ),
        ({"kind": "nothing"}, "no such kind", ()),
        ({"column": "x"}, "no such kind", ()),
        ({"kind": "known", "column": "x", "sql": "true"}, "no such thing to set", ("sql",)),
        (7, "groups and conditions", ()),
        (None, "groups and conditions", ()),
    ],
)
def test_what_is_wrong_is_told_in_words_at_its_place(part: Any, sentence: str, place: tuple[Any, ...]) -> None:
    with pytest.raises(FilterError, match=sentence) as caught:
        read_filter({"kind": "group", "parts": [{"kind": "known", "column": "gene"}, part]})
    assert caught.value.place == ("parts", 1, *place)
    assert caught.value.code == "bad_filter"


@pytest.mark.parametrize("text", ["{", "[]", "7", '"x"', "[" * 5000, b"\xff"])
def test_what_is_no_filter_at_all_is_refused(text: Any) -> None:
    with pytest.raises(FilterError):
        read_filter(text)


def test_groups_too_deep_in_each_other_are_refused_without_a_stack_C44() -> None:
    document: dict[str, Any] = {"kind": "group"}
    for _ in range(100_000):
        document = {"kind": "group", "parts": [document]}
    with pytest.raises(LimitError) as caught:
        read_filter(document)
    assert caught.value.code == "filter_too_deep"
    while document.get("parts"):  # taken apart by hand: the interpreter would do it by recursion
        document = document["parts"].pop()


def test_a_filter_too_large_is_refused_C44() -> None:
    with pytest.raises(LimitError, match="512 KiB"):
        read_filter(" " * (512 * 1024 + 1))
    many = {"kind": "group", "parts": [{"kind": "known", "column": "x"}] * 65}
    with pytest.raises(FilterError, match="more than 64"):
        read_filter(many)


KEYS = st.sampled_from(["kind", "parts", "column", "values", "x"])
VALUES = st.none() | st.booleans() | st.floats() | st.text() | st.sampled_from(["group", "one_of", "range"])


@given(document=st.recursive(VALUES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner)))
def test_whatever_a_browser_sends_is_read_or_refused_with_a_sentence(document: Any) -> None:
    try:
        group = read_filter(document)
    except (FilterError, LimitError) as error:
        assert error.message
    else:
        assert isinstance(group, Group)


def test_null_among_values_is_kept() -> None:
    group = Group(parts=(OneOf(column="gene", values=(None, "A")),))
    assert as_document(group)["parts"][0]["values"] == [None, "A"]
