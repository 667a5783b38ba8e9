"""The SQL of a filter lets through what the filter says, row by row."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.results.filters.model import Contains, Group, Inherited, InRegions, Known, OneOf, Part, Range, Region
from pipeline.results.filters.reading import FilterError, read_filter
from pipeline.results.filters.sql import MOST_PAIRS, where
from pipeline.results.filters.table import Table
from tests.pipeline.results.filters.cohort import HOSTILE, Cohort
from tests.pipeline.results.filters.naive import passes
from tests.pipeline.results.filters.strategies import TRIO, conditions, groups

TAGGED = {"artefact": [3, 50, 299], "to_confirm": [3, 4]}


@pytest.fixture(scope="module")
def cohorts(tmp_path_factory: pytest.TempPathFactory) -> list[Cohort]:
    folder = tmp_path_factory.mktemp("cohorts")
    return [Cohort(folder, seed, TAGGED) for seed in (1, 2)]


def naively(cohort: Cohort, group: Group) -> list[int]:
    return [row["rid"] for row in cohort.rows if passes(group, row, cohort.rows, TAGGED)]


def has_letters_that_change_length(part: Part) -> bool:
    """Where Python and DuckDB differ in what the small letter of a letter is, neither is wrong."""
    if isinstance(part, Group):
        return any(map(has_letters_that_change_length, part.parts))
    return isinstance(part, Contains) and not part.text.isascii()


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(part=conditions, number=st.integers(0, 1))
def test_each_kind_of_condition_lets_through_what_it_says(cohorts: list[Cohort], part: Part, number: int) -> None:
    group, cohort = Group(parts=(part,)), cohorts[number]
    if not has_letters_that_change_length(group):
        assert cohort.found(group) == naively(cohort, group)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(group=groups, number=st.integers(0, 1))
def test_groups_in_groups_let_through_what_they_say(cohorts: list[Cohort], group: Group, number: int) -> None:
    cohort = cohorts[number]
    if not has_letters_that_change_length(group):
        assert cohort.found(group) == naively(cohort, group)


def test_what_stands_beside_an_empty_group_in_an_or_is_not_asked(cohorts: list[Cohort]) -> None:
    group = Group(join="any", parts=(Group(), Range(column="qual", least=1.0)))
    assert cohorts[0].found(group) == naively(cohorts[0], group) == cohorts[0].found(Group())


@pytest.mark.parametrize("text", [text for text in HOSTILE if text])
@pytest.mark.parametrize("kind", ["text", "value", "negated", "terms"])
def test_hostile_text_is_only_looked_for_C09(cohorts: list[Cohort], text: str, kind: str) -> None:
    part: Part = Contains(text=text, columns=("class",))
    if kind != "text":
        part = OneOf(column="class", values=(text,), negated=kind == "negated", terms=kind == "terms")
    found = cohorts[0].found(Group(parts=(part,)))
    if kind in ("text", "value"):
        assert set(found) >= {row["rid"] for row in cohorts[0].rows if row["class"] == text} != set()
    if text.isascii() or kind != "text":
        assert found == naively(cohorts[0], Group(parts=(part,)))


@pytest.mark.parametrize("name", [*HOSTILE, "v.qual", "qual) OR (true", "rid FROM v; --"])
@pytest.mark.parametrize(
    "document",
    [
        {"kind": "one_of", "column": None, "values": ["x"]},
        {"kind": "range", "column": None, "least": 1},
        {"kind": "contains", "columns": [None], "text": "x"},
        {"kind": "known", "column": None},
        {"kind": "carries", "sample": None, "calls": ["het"]},
        {"kind": "private", "samples": [None]},
        {"kind": "inherited", "pattern": "de_novo", "child": None, "mother": "mother", "father": "father"},
    ],
)
def test_names_that_the_result_does_not_have_are_refused_with_their_place_C09(
    cohorts: list[Cohort], document: dict[str, object], name: str
) -> None:
    filled = {key: name if value is None else [name] if value == [None] else value for key, value in document.items()}
    with pytest.raises(FilterError) as caught:
        where(read_filter({"kind": "group", "parts": [{"kind": "known", "column": "gene"}, filled]}), cohorts[0].table)
    assert caught.value.place[:2] == ("parts", 1)


def test_a_hostile_contig_and_tag_are_only_looked_for_C09(cohorts: list[Cohort]) -> None:
    for text in HOSTILE[:-2]:
        assert cohorts[0].found(Group(parts=(InRegions(regions=(Region(contig=text),)),))) == []
        assert cohorts[0].found(Group(parts=(InRegions(regions=(Region(contig=text),) * 40),))) == []
        assert cohorts[0].found(read_filter({"kind": "tagged", "tags": [text]})) == []


def test_a_deletion_that_reaches_into_a_region_is_in_it(cohorts: list[Cohort]) -> None:
    row = next(row for row in cohorts[0].rows if len(row["ref"]) == 60)
    last = row["pos"] + 59
    touching = Region(contig=row["chrom"], start=last, end=last + 5)
    beyond = Region(contig=row["chrom"], start=last + 1, end=last + 5)
    assert row["rid"] in cohorts[0].found(Group(parts=(InRegions(regions=(touching,)),)))
    assert row["rid"] in cohorts[0].found(Group(parts=(InRegions(regions=(touching,) * 30),)))
    assert row["rid"] not in cohorts[0].found(Group(parts=(InRegions(regions=(beyond,)),)))


def test_compound_heterozygous_pairs_are_found_within_the_conditions_beside_them(cohorts: list[Cohort]) -> None:
    pair = Inherited(pattern="compound_het", **TRIO)
    alone = cohorts[0].found(Group(parts=(pair,)))
    damaging = OneOf(column="consequence", values=("missense_variant", "stop_gained&splice_region_variant"))
    rare = Range(column="qual", most=30, or_unknown=True)
    within = Group(parts=(rare, pair, damaging))
    assert alone
    assert set(cohorts[0].found(within)) <= set(alone)
    assert cohorts[0].found(within) == naively(cohorts[0], within)
    either = Group(join="any", parts=(pair, Known(column="gene", known=False)))
    assert cohorts[0].found(either) == naively(cohorts[0], either)


def test_more_searches_for_pairs_than_the_limit_are_refused_C44(cohorts: list[Cohort]) -> None:
    pair = Inherited(pattern="compound_het", **TRIO)
    nested = Group(parts=(Group(parts=(pair,) * MOST_PAIRS), pair))
    with pytest.raises(FilterError, match="4 times"):
        where(nested, cohorts[0].table)


@pytest.mark.parametrize(
    ("column", "value"), [("dp", "x"), ("dp", "1.5"), ("dp", "9" * 30), ("qual", "nan"), ("qual", "1e999")]
)
def test_a_value_that_a_column_of_numbers_cannot_hold_is_refused(
    cohorts: list[Cohort], column: str, value: str
) -> None:
    with pytest.raises(FilterError, match=column):
        where(Group(parts=(OneOf(column=column, values=(value,)),)), cohorts[0].table)


def test_text_has_no_range_and_a_result_without_samples_no_genotypes() -> None:
    table = Table({"rid": "BIGINT", "gene": "VARCHAR"})
    with pytest.raises(FilterError, match="no range"):
        where(Group(parts=(Range(column="gene", least=1),)), table)
    with pytest.raises(FilterError, match="no samples"):
        where(Group(parts=(Inherited(pattern="de_novo", **TRIO),)), table)


def test_an_empty_group_lets_everything_through(cohorts: list[Cohort]) -> None:
    assert where(Group(), cohorts[0].table).is_everything
    assert where(Group(parts=(Group(join="any"),)), cohorts[0].table).is_everything
    assert len(cohorts[0].found(Group(parts=(Group(join="any"), Known(column="pos"))))) == len(cohorts[0].rows)


def test_what_is_no_number_is_in_no_range_whatever_statistics_the_file_has(tmp_path: Path) -> None:
    path = str(tmp_path / "nan.parquet")
    pq.write_table(pa.table({"rid": [0, 1, 2, 3], "qual": [1.0, float("nan"), 5.0, None]}), path)
    table = Table({"rid": "BIGINT", "qual": "DOUBLE"})
    for document, wanted in (
        ({"least": 0}, [0, 2]),
        ({"most": 9}, [0, 2]),
        ({"least": 0, "most": 9}, [0, 2]),
        ({"most": 9, "or_unknown": True}, [0, 1, 2, 3]),
    ):
        asked = where(read_filter({"kind": "range", "column": "qual"} | document), table)
        sql = f"SELECT v.rid FROM read_parquet($path) v WHERE {asked.sql} ORDER BY rid"
        assert [rid for (rid,) in duckdb.execute(sql, asked.parameters | {"path": path}).fetchall()] == wanted
