"""What the filter builder offers of a column."""

from __future__ import annotations

import pytest

from pipeline.errors import InputError
from pipeline.results import facets
from pipeline.results.facets import Extent, Value
from pipeline.results.filters.reading import FilterError, read_filter
from tests.pipeline.results.conftest import JobMaker
from tests.pipeline.results.finished import variant

HIGH = read_filter({"kind": "one_of", "column": "impact", "values": ["HIGH"]})


def test_the_most_frequent_values_come_first_with_the_empty_cells_among_them(make_job: JobMaker) -> None:
    found = facets.values(make_job(), "impact")
    assert found.values == [Value(None, 5), Value("HIGH", 2), Value("MODERATE", 2), Value("MODIFIER", 1)]
    assert found.are_all


def test_a_search_finds_values_in_capitals_or_not_and_says_how_many_there_are(make_job: JobMaker) -> None:
    job = make_job([variant(n, "1", n + 1, "A", "C", gene=f"Gene{n}") for n in range(30)])
    found = facets.values(job, "gene", "GENE1", most=5)
    assert (len(found.values), found.distinct, found.are_all) == (5, 11, False)
    assert all(value.value and value.value.startswith("Gene1") for value in found.values)
    assert facets.values(job, "gene", "nothing").values == []


@pytest.mark.parametrize("search", ["%", "_", "'; DROP TABLE v; --", "\\", "a\x00b", "<script>"])
def test_hostile_searches_are_only_looked_for_C09(make_job: JobMaker, search: str) -> None:
    job = make_job([variant(0, "1", 1, "A", "C", gene="G"), variant(1, "1", 2, "A", "C", gene=f"x{search}y")])
    assert [value.value for value in facets.values(job, "gene", search).values] == [f"x{search}y"]


def test_terms_of_cells_are_counted_each(make_job: JobMaker) -> None:
    cells = ["stop_gained&splice_region_variant", "stop_gained", None, "x&x"]
    job = make_job([variant(n, "1", n + 1, "A", "C", consequence=cell) for n, cell in enumerate(cells)])
    found = {value.value: value.variants for value in facets.values(job, "consequence", terms=True).values}
    assert found == {"stop_gained": 2, "splice_region_variant": 1, "x": 1, None: 1}


def test_values_and_extremes_are_those_that_a_filter_leaves(make_job: JobMaker) -> None:
    job = make_job()
    assert {value.value for value in facets.values(job, "consequence", group=HIGH).values} == {
        "stop_gained",
        "frameshift_variant",
    }
    assert facets.extent(job, "qual", HIGH) == Extent(1.0, 1.0, 1)


def test_extremes_pass_over_what_is_no_number(make_job: JobMaker) -> None:
    assert facets.extent(make_job(), "qual") == Extent(1.0, 7.5, 5)
    assert facets.extent(make_job(), "pos") == Extent(1, 901, 0)


def test_a_column_without_numbers_has_no_extremes(make_job: JobMaker) -> None:
    job = make_job([variant(0, "1", 1, "A", "C", qual=float("nan"))])
    assert facets.extent(job, "qual") == Extent(None, None, 1)
    with pytest.raises(FilterError, match="holds text"):
        facets.extent(job, "gene")


def test_values_of_a_column_with_very_many_are_found_by_a_text_and_not_counted_C36(
    make_job: JobMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "MOST_COUNTED", 3)
    job = make_job([variant(n, "1", n + 1, "A", "C", id=f"rs{n}") for n in range(50)])
    assert facets.values(job, "id") == facets.Values([], None)
    found = facets.values(job, "id", "RS4", most=4)
    assert [value.variants for value in found.values] == [None] * 4
    assert not found.are_all


@pytest.mark.parametrize("most", [0, -1, 501])
def test_a_longer_list_than_the_limit_is_refused_C44(make_job: JobMaker, most: int) -> None:
    with pytest.raises(InputError, match="500"):
        facets.values(make_job(), "gene", most=most)
    with pytest.raises(InputError):
        facets.values(make_job(), "gene", "x" * 201)


@pytest.mark.parametrize("column", ["nothing", 'gene" FROM x; --', ""])
def test_an_unknown_column_is_refused_C09(make_job: JobMaker, column: str) -> None:
    with pytest.raises(FilterError):
        facets.values(make_job(), column)
    with pytest.raises(FilterError):
        facets.extent(make_job(), column)
