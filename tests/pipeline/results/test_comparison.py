"""What changed between two results of one file: complete, in the order of the file, bounded (C45, C44, C09)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import ConflictError, InputError, LimitError
from pipeline.jobs.model import Job
from pipeline.results import cache, cache_room, comparison
from pipeline.results.comparison import ColumnChanges
from pipeline.results.comparison_table import write_table
from pipeline.settings import Settings
from tests.pipeline.results.finished import Row, finished_job, variant

HOSTILE = "'; DROP TABLE x; --"


def allele(rid: int, record: int | None = None, **others: Any) -> Row:
    """A row with what the table of a real job has beside the usual columns."""
    row = variant(rid, "MT", 100 + rid, "A", "G", input_pos=100 + rid, input_ref="A", input_alt="G", clnsig=None)
    return row | {"record": rid if record is None else record} | others


def pair(old: list[Row], new: list[Row]) -> tuple[Job, Job]:
    return finished_job("owner", old), finished_job("owner", new)


def test_nothing_changed_is_an_empty_answer_C45(moto_aws: Settings) -> None:
    rows = [allele(n, consequence="missense_variant", impact="MODERATE") for n in range(5)]
    found = comparison.compare(*pair(rows, rows))
    assert (found.alleles, found.changed_alleles, found.columns, found.changes) == (5, 0, [], 0)


def test_each_kind_of_change_is_counted_and_shown_with_both_values_C45(moto_aws: Settings) -> None:
    old = [
        allele(0, consequence="missense_variant", impact="MODERATE", clnsig="Benign"),
        allele(1, consequence="intron_variant", impact="MODIFIER"),
        allele(2, consequence="stop_gained", impact="HIGH", clnsig="Pathogenic", gene="MT-ND1"),
    ]
    new = [
        allele(0, consequence="missense_variant", impact="MODERATE", clnsig="Pathogenic"),
        allele(1, consequence="intron_variant", impact="MODIFIER", clnsig="Benign"),
        allele(2, consequence="synonymous_variant", impact="LOW", gene="MT-ND1"),
    ]
    jobs = pair(old, new)
    found = comparison.compare(*jobs)
    assert found.columns == [
        ColumnChanges("consequence", 1, 0, 0),
        ColumnChanges("impact", 1, 0, 0),
        ColumnChanges("clnsig", 1, 1, 1),
    ]
    assert (found.alleles, found.changed_alleles, found.changes) == (3, 3, 5)
    rows = comparison.read(*jobs, 0, 100).rows
    assert [(row["pos"], row["what"], row["kind"], row["before"], row["after"]) for row in rows] == [
        (100, "clnsig", "changed", "Benign", "Pathogenic"),
        (101, "clnsig", "added", None, "Benign"),
        (102, "consequence", "changed", "stop_gained", "synonymous_variant"),
        (102, "impact", "changed", "HIGH", "LOW"),
        (102, "clnsig", "removed", "Pathogenic", None),
    ]
    assert [row["n"] for row in rows] == [0, 1, 2, 3, 4]
    assert rows[2]["gene"] == "MT-ND1"


def test_alleles_are_joined_by_record_and_number_not_by_place_C37(moto_aws: Settings) -> None:
    old = [allele(0, record=7, gene="A"), allele(1, record=7, allele=2, gene="B")]
    new = [allele(0, record=7, allele=2, gene="B"), allele(1, record=7, gene="A")]
    for row, twin in ((old[0], new[1]), (old[1], new[0])):
        twin["input_pos"], twin["pos"] = row["input_pos"], row["pos"]
    assert comparison.compare(*pair(old, new)).changes == 0


def test_source_that_only_one_result_has_counts_as_added_or_removed_C45(moto_aws: Settings) -> None:
    old = [allele(n) for n in range(3)]
    new = [row | {"dbsnp": f"rs{row['rid']}" if row["rid"] else None} for row in old]
    assert comparison.compare(*pair(old, new)).columns == [ColumnChanges("dbsnp", 0, 2, 0)]
    assert comparison.compare(*pair(new, old)).columns == [ColumnChanges("dbsnp", 0, 0, 2)]


def test_column_of_another_type_is_compared_by_what_it_says(moto_aws: Settings) -> None:
    old, new = [allele(0, stars=2), allele(1, stars=3)], [allele(0, stars="2"), allele(1, stars="4")]
    assert comparison.compare(*pair(old, new)).columns == [ColumnChanges("stars", 1, 0, 0)]


def test_nan_is_an_empty_cell_and_no_change(moto_aws: Settings) -> None:
    old, new = [allele(0, af_x=float("nan"))], [allele(0, af_x=None)]
    assert comparison.read(*pair(old, new), 0, 10).rows == []


def test_what_the_file_says_of_itself_is_no_change(moto_aws: Settings) -> None:
    old, new = [allele(0, qual=1.0, id="rs1")], [allele(0, qual=2.0, id="rs2")]
    assert comparison.compare(*pair(old, new)).changes == 0


def test_another_normal_form_is_a_change(moto_aws: Settings) -> None:
    new = [allele(0) | {"pos": 99, "ref": "AA", "alt": "AG"}]
    (row,) = comparison.read(*pair([allele(0)], new), 0, 10).rows
    assert (row["what"], row["before"], row["after"]) == ("normal_form", "100 A>G", "99 AA>AG")


@pytest.mark.parametrize(
    "other",
    [
        [allele(0)],
        [allele(0), allele(1, input_pos=7)],
        [allele(0), allele(1, input_alt="T")],
        [allele(0), allele(1, record=9)],
        [allele(0), allele(1, allele=2)],
    ],
    ids=["fewer alleles", "position", "allele", "record", "number"],
)
def test_results_of_two_files_are_not_compared_C45(moto_aws: Settings, other: list[Row]) -> None:
    with pytest.raises(InputError, match="not of the same file"):
        comparison.compare(*pair([allele(0), allele(1)], other))


@pytest.mark.parametrize("at_once", [1, 7, 100])
def test_the_answer_does_not_depend_on_how_many_rows_are_compared_at_once(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(moto_aws, "compare_rows_at_once", at_once)
    old = [allele(n, record=(n * 17) % 50, gene="A", impact="LOW") for n in range(50)]
    new = [row | {"gene": "B" if row["rid"] % 3 else "A", "impact": "HIGH" if row["rid"] % 5 else "LOW"} for row in old]
    jobs = pair(old, new)
    found = comparison.compare(*jobs)
    assert found.columns == [ColumnChanges("impact", 40, 0, 0), ColumnChanges("gene", 33, 0, 0)]
    block = comparison.read(*jobs, 10, 5, "gene")
    assert (block.total, len(block.rows)) == (33, 5)
    positions = [row["pos"] for start in range(0, 33, 10) for row in comparison.read(*jobs, start, 10, "gene").rows]
    assert positions == [100 + n for n in range(50) if n % 3]


def test_blocks_are_bounded_and_hostile_columns_are_refused_C08_C09(moto_aws: Settings) -> None:
    jobs = pair([allele(0, gene="A")], [allele(0, gene=HOSTILE)])
    for start, count in ((-1, 10), (0, 0), (0, 101)):
        with pytest.raises(InputError, match="table_block_rows"):
            comparison.read(*jobs, start, count)
    with pytest.raises(InputError, match="no such column"):
        comparison.read(*jobs, 0, 10, HOSTILE)
    assert comparison.read(*jobs, 0, 10).rows[0]["after"] == HOSTILE


def test_hostile_column_names_of_a_source_stay_names_C09(moto_aws: Settings) -> None:
    old, new = [allele(0) | {HOSTILE: "1", 'a"b': "x"}], [allele(0) | {HOSTILE: "2", 'a"b': "y"}]
    jobs = pair(old, new)
    assert {column.column for column in comparison.compare(*jobs).columns} == {HOSTILE, 'a"b'}
    assert comparison.read(*jobs, 0, 10, HOSTILE).total == 1


def test_long_values_are_cut_in_blocks_and_whole_in_the_download_C44(moto_aws: Settings) -> None:
    jobs = pair([allele(0, gene="A" * 5000)], [allele(0, gene="B")])
    assert comparison.read(*jobs, 0, 10).rows[0]["before"].endswith("(5,000 letters)")
    ((row,),) = comparison.all_rows(*jobs)
    assert row["before"] == "A" * 5000


def test_too_many_changes_are_refused_with_the_limit_C44(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = pair([allele(n, gene="A") for n in range(9)], [allele(n, gene="B") for n in range(9)])
    with monkeypatch.context() as patched:
        patched.setattr(moto_aws, "max_compared_changes", 8)
        with pytest.raises(LimitError, match="max_compared_changes"):
            comparison.compare(*jobs)
    monkeypatch.setattr(moto_aws, "compare_download_rows", 8)
    with pytest.raises(LimitError, match="compare_download_rows"):
        comparison.all_rows(*jobs)


def derived_files() -> list[Path]:
    return list((cache_room.cache_dir() / cache.DERIVED).glob("*"))


@pytest.mark.parametrize("doomed", [0, 1])
def test_deleting_either_job_takes_the_comparison_along_C34(moto_aws: Settings, doomed: int) -> None:
    jobs = pair([allele(0, gene="A")], [allele(0, gene="B")])
    comparison.compare(*jobs)
    comparison.read(*jobs, 0, 10)
    assert len(derived_files()) == 1, "the table is made once"
    cache.forget(jobs[doomed].job_id)
    assert derived_files() == []


def test_job_without_a_result_is_refused(moto_aws: Settings) -> None:
    old, new = pair([allele(0)], [allele(0)])
    with pytest.raises(ConflictError):
        comparison.compare(old, Job(**{**vars(new), "outputs": {}, "job_status": "FAILED"}))


def test_tables_without_rows_are_compared(moto_aws: Settings, tmp_path: Path) -> None:
    folder = cache_room.cache_dir()
    folder.mkdir(parents=True)
    empty, out = folder / "empty.parquet", folder / "out.parquet"
    pq.write_table(pa.Table.from_pylist([allele(0)]).slice(0, 0), empty)
    write_table(empty, empty, out)
    assert pq.read_metadata(out).num_rows == 0
