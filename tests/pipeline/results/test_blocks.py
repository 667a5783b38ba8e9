"""The variant table, block by block."""

from __future__ import annotations

import pytest

from pipeline.errors import ConflictError, InputError
from pipeline.jobs.states import StorageState
from pipeline.results import blocks
from pipeline.results.blocks import Sort
from pipeline.results.filters.model import Group
from pipeline.results.filters.reading import read_filter
from tests.pipeline.results.conftest import JobMaker
from tests.pipeline.results.finished import variant


def rids(block: blocks.Block) -> list[int]:
    return [row["rid"] for row in block.rows]


def test_blocks_follow_each_other_in_file_order(make_job: JobMaker) -> None:
    job = make_job()
    first, last = blocks.read(job, 0, 4), blocks.read(job, 8, 4)
    assert (rids(first), rids(last)) == ([0, 1, 2, 3], [8, 9])
    assert first.total == last.total == 10


def test_a_number_that_json_cannot_write_is_an_empty_cell(make_job: JobMaker) -> None:
    rows = blocks.read(make_job(), 0, 4).rows
    assert [row["qual"] for row in rows] == [5.0, None, None, 1.0]


def test_sorted_blocks_hold_every_row_once_and_empty_cells_last(make_job: JobMaker) -> None:
    job = make_job([variant(n, "1", n + 1, "A", "C", qual=(n * 7) % 10 if n % 3 else None) for n in range(10)])
    found = [row for start in range(0, 10, 3) for row in blocks.read(job, start, 3, [Sort("qual", True)]).rows]
    assert sorted(row["rid"] for row in found) == list(range(10))
    values = [row["qual"] for row in found]
    assert values[-4:] == [None] * 4
    assert values[:-4] == sorted(values[:-4], reverse=True)


@pytest.mark.parametrize(
    ("descending", "values"), [(True, [7.5, 5.0, 3.0, 2.0, 1.0]), (False, [1.0, 2.0, 3.0, 5.0, 7.5])]
)
def test_numbers_that_are_none_come_last_like_empty_cells(
    make_job: JobMaker, descending: bool, values: list[float]
) -> None:
    rows = blocks.read(make_job(), 0, 10, [Sort("qual", descending)]).rows
    assert [row["qual"] for row in rows] == values + [None] * 5


def test_contigs_are_sorted_as_the_file_has_them_not_by_the_alphabet(make_job: JobMaker) -> None:
    block = blocks.read(make_job(), 0, 10, [Sort("chrom")])
    assert list(dict.fromkeys(row["chrom"] for row in block.rows)) == ["chr2", "chr10", "'; DROP TABLE x; --"]


def test_impact_is_sorted_by_severity(make_job: JobMaker) -> None:
    block = blocks.read(make_job(), 0, 5, [Sort("impact")])
    assert [row["impact"] for row in block.rows] == ["HIGH", "HIGH", "MODERATE", "MODERATE", "MODIFIER"]


def test_the_first_column_counts_most_and_the_next_among_equals(make_job: JobMaker) -> None:
    job = make_job([variant(n, "1", n + 1, "A", "C", gene="BA"[n % 2], qual=float(n % 3)) for n in range(12)])
    found = blocks.read(job, 0, 12, [Sort("gene"), Sort("qual", True)]).rows
    assert [(row["gene"], row["qual"], row["rid"]) for row in found] == sorted(
        ((row["gene"], row["qual"], row["rid"]) for row in found), key=lambda cell: (cell[0], -cell[1], cell[2])
    )


def test_contigs_among_other_columns_are_in_the_order_of_the_file(make_job: JobMaker) -> None:
    rows = blocks.read(make_job(), 0, 10, [Sort("chrom", True), Sort("pos", True)]).rows
    assert [row["rid"] for row in rows] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    rows = blocks.read(make_job(), 0, 10, [Sort("impact"), Sort("chrom", True)]).rows
    assert [row["rid"] for row in rows[:5]] == [3, 2, 7, 0, 1]


HIGH = read_filter({"kind": "one_of", "column": "impact", "values": ["HIGH", "MODERATE"]})
TEXT = read_filter({"kind": "contains", "text": "ens"})


@pytest.mark.parametrize(("group", "matches"), [(HIGH, [0, 2, 3, 7]), (TEXT, [0, 7])])
def test_rows_that_a_filter_lets_through_follow_each_other(
    make_job: JobMaker, group: Group, matches: list[int]
) -> None:
    job = make_job()
    assert rids(blocks.read(job, 0, 100, group=group)) == matches
    assert rids(blocks.read(job, 1, 1, group=group)) == matches[1:2]
    assert blocks.read(job, 50, 5, group=group) == blocks.Block([], len(matches))
    assert rids(blocks.read(job, 0, 10, [Sort("pos", True)], group)) == sorted(
        matches, key=[10, 900, 901, 5, 6, 7, 8, 9].__getitem__, reverse=True
    )


def test_only_tagged_rows_are_read_where_tags_are_asked_for(make_job: JobMaker) -> None:
    tagged = read_filter({"kind": "tagged", "tags": ["artefact"]})
    block = blocks.read(make_job(), 0, 10, group=tagged, tagged={"artefact": [4, 1], "to_confirm": [2]})
    assert (rids(block), block.total) == ([1, 4], 2)


def test_more_sorted_columns_than_the_limit_are_refused_C44(make_job: JobMaker) -> None:
    with pytest.raises(InputError, match="at most 8"):
        blocks.read(make_job(), 0, 5, [Sort("pos")] * 9)


@pytest.mark.parametrize("column", ["nothing", "pos; DROP TABLE x", 'pos" DESC --', ""])
def test_sorting_by_anything_but_a_column_of_the_file_is_refused_C09(make_job: JobMaker, column: str) -> None:
    with pytest.raises(InputError, match="no such column"):
        blocks.read(make_job(), 0, 5, [Sort(column)])


def test_hostile_text_and_hostile_column_names_come_out_as_they_are_C09(make_job: JobMaker) -> None:
    name = 'x" FROM secret; --'
    job = make_job([variant(0, "'; DROP TABLE x; --", 1, "A", "C", id="<script>", **{name: "$path"})])
    row = blocks.read(job, 0, 1, [Sort(name)]).rows[0]
    assert (row["chrom"], row["id"], row[name]) == ("'; DROP TABLE x; --", "<script>", "$path")


def test_a_long_text_is_cut_and_says_its_length_C44(make_job: JobMaker) -> None:
    row = blocks.read(make_job(), 9, 1).rows[0]
    assert row["ref"] == "T" * 200 + "… (1,000 letters)"
    assert row["alt"] == "T"


@pytest.mark.parametrize(("start", "count"), [(-1, 10), (0, 0), (0, 101)])
def test_a_block_larger_than_the_limit_is_refused_not_cut_C44(make_job: JobMaker, start: int, count: int) -> None:
    with pytest.raises(InputError, match="table_block_rows"):
        blocks.read(make_job(), start, count)


def test_an_empty_table_has_no_rows(make_job: JobMaker) -> None:
    job = make_job([variant(0, "1", 1, "A", "C")])
    assert blocks.read(job, 5, 5) == blocks.Block([], 1)


def test_columns_of_annotation_sources_stand_between_consequence_and_frequency(make_job: JobMaker) -> None:
    job = make_job([variant(0, "1", 1, "A", "C", af=0.5, clinvar_significance="Benign", gt_het=3)])
    names = [column.name for column in blocks.columns(job)]
    assert "rid" not in names
    assert names.index("impact") < names.index("clinvar_significance") < names.index("af")
    kinds = {column.name: column.kind for column in blocks.columns(job)}
    assert (kinds["af"], kinds["pos"], kinds["ref"]) == ("decimal", "integer", "text")


def test_nothing_is_read_of_a_result_that_is_not_there_C26(make_job: JobMaker) -> None:
    job = make_job()
    object.__setattr__(job, "result_storage", StorageState.NONE)
    with pytest.raises(ConflictError):
        blocks.read(job, 0, 1)
