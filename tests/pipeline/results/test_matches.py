"""What a filter lets through is the same whichever way it is found: from the table, from kept row numbers, from the
unpacked plot columns."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from pipeline.jobs.model import Job
from pipeline.results import blocks, cache, connection, kept, plot_columns
from pipeline.results.filters.reading import FilterError, read_filter
from pipeline.results.matches import SELECTED, matching
from pipeline.results.result_table import table_of
from tests.conftest import forget_settings
from tests.pipeline.results.conftest import JobMaker
from tests.pipeline.results.finished import Row, variant

HOSTILE = 'x" FROM secret; --'
GENES = ("A", "B", None, "$path", "'; DROP TABLE v; --")


def row(number: int) -> Row:
    return variant(
        number,
        f"chr{number // 100}",
        number % 100 + 1,
        "A",
        "ACGT"[number % 4] * (number % 3 + 1),
        gene=GENES[number % 5],
        impact=("HIGH", "LOW", None)[number % 3],
        qual=(None, float("nan"), number / 10)[number % 3],
        dp=2**40 if number == 7 else number,
        hgvs_c=f"c.{number}A>G",
        clinvar_significance="Benign" if number % 7 == 0 else None,
        **{HOSTILE: f"value {number % 4}"},
    )


@pytest.fixture
def job(make_job: JobMaker) -> Job:
    return make_job([row(number) for number in range(400)])


FILTERS: list[tuple[Any, Any]] = [
    ({"kind": "range", "column": "qual", "least": 10}, lambda r: r["rid"] % 3 == 2 and r["qual"] >= 10),
    ({"kind": "one_of", "column": "gene", "values": ["A", None]}, lambda r: r["gene"] in ("A", None)),
    ({"kind": "contains", "text": "c.1"}, lambda r: r["hgvs_c"].startswith("c.1")),
    ({"kind": "one_of", "column": "dp", "values": [str(n) for n in range(40)]}, lambda r: r["dp"] < 40),
    ({"kind": "one_of", "column": HOSTILE, "values": ["value 1"]}, lambda r: r["rid"] % 4 == 1),
    ({"kind": "contains", "text": "c."}, lambda r: True),
    ({"kind": "range", "column": "pos", "least": 3}, lambda r: r["pos"] >= 3),
    ({"kind": "range", "column": "pos", "least": 1000}, lambda r: False),
]


@pytest.mark.parametrize("unpacked", [False, True])
@pytest.mark.parametrize(("document", "passes"), FILTERS)
def test_count_rows_and_plots_agree_with_the_filter(job: Job, document: Any, passes: Any, unpacked: bool) -> None:
    if unpacked:
        plot_columns.make(job)
    group, expected = read_filter(document), [r for r in map(row, range(400)) if passes(r)]
    with matching(job, group) as source:
        assert (source.total, source.count) == (400, len(expected))
        names = f'v.rid, v.gene, v.qual, v.hgvs_c, v.dp, v."{HOSTILE.replace(chr(34), chr(34) * 2)}", v.alt'
        for relation in (source.sql, source.quick):
            found = connection.rows(f"SELECT {names} FROM {relation} ORDER BY v.rid", source.parameters)
            wanted = [(r["rid"], r["gene"], r["qual"], r["hgvs_c"], r["dp"], r[HOSTILE], r["alt"]) for r in expected]
            assert [tuple(map(str, each)) for each in found] == [tuple(map(str, each)) for each in wanted]
            counted = dict(connection.rows(f"SELECT gene, count(*) FROM {relation} GROUP BY gene", source.parameters))
            assert counted == {gene: n for gene in GENES if (n := sum(r["gene"] == gene for r in expected))}
        assert (SELECTED in source.parameters) == (unpacked and len(expected) <= 360)
    read = [r["rid"] for start in range(0, 400, 100) for r in blocks.read(job, start, 100, (), group).rows]
    assert read == [r["rid"] for r in expected]


def test_a_deep_block_of_an_order_is_the_same_as_all_of_it_sorted(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    group = read_filter({"kind": "known", "column": "impact"})
    sorts = [blocks.Sort("gene"), blocks.Sort("qual", True)]
    shallow = [r["rid"] for start in range(0, 300, 50) for r in blocks.read(job, start, 50, sorts, group).rows]
    monkeypatch.setattr(blocks, "FIRST_ROWS", 0)
    plot_columns.make(job)
    deep = [r["rid"] for start in range(0, 300, 50) for r in blocks.read(job, start, 50, sorts, group).rows]
    assert deep == shallow
    assert len(set(deep)) == blocks.read(job, 0, 1, (), group).total


def test_an_expensive_filter_is_found_once_for_all_processes(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    group = read_filter({"kind": "contains", "text": "c.12"})
    with matching(job, group) as source:
        assert source.count == 11
    monkeypatch.setattr(kept.kept, "_things", type(kept.kept._things)())  # another process keeps nothing yet
    monkeypatch.setattr(connection, "copy_to", lambda *_: pytest.fail("it was looked for again"))
    with matching(job, group) as source:
        assert source.count == 11


def test_other_tags_are_another_filter(job: Job) -> None:
    group = read_filter({"kind": "tagged", "tags": ["artefact"]})
    for rows in ([1, 2, 3], [7], []):
        with matching(job, group, {"artefact": rows}) as source:
            assert source.count == len(rows)


def test_results_of_two_jobs_are_never_mixed_up_C03(make_job: JobMaker) -> None:
    group = read_filter({"kind": "known", "column": "gene"})
    jobs = [make_job([variant(n, "1", n + 1, "A", "C", gene="G") for n in range(size)]) for size in (3, 5)]
    for _ in range(2):
        for job, size in zip(jobs, (3, 5), strict=True):
            with matching(job, group) as source:
                assert source.count == size


def test_an_unknown_column_is_refused_before_anything_is_asked(job: Job) -> None:
    with pytest.raises(FilterError), matching(job, read_filter({"kind": "known", "column": "nothing"})):
        pytest.fail("it was answered")


def test_the_table_knows_columns_and_samples_of_the_result(make_job: JobMaker) -> None:
    job = make_job([row(0)], summary={"genotypes": [{"sample": "S1"}, {"sample": "S2"}]})
    assert table_of(job).samples == ()  # without a table of genotypes there are none to ask for
    job.outputs["genotypes"] = job.outputs["variants"]
    assert table_of(job).samples == ("S1", "S2")


def test_plot_columns_are_made_beside_what_is_asked_of_a_large_result(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAS_PLOT_COLUMNS_ROWS", "400")
    forget_settings()
    with matching(job, read_filter(None)):
        pass
    for thread in threading.enumerate():
        if thread.name == "beside":
            thread.join(20)
    assert plot_columns.table(job) is not None


def test_plot_columns_go_with_their_job(job: Job) -> None:
    plot_columns.make(job)
    cache.forget(job.job_id)
    assert plot_columns.table(job) is None


def test_texts_with_too_many_values_are_read_from_the_table(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plot_columns, "MOST_DISTINCT", 4)
    plot_columns.make(job)
    columns = plot_columns.table(job)
    assert columns is not None
    assert "gene" in columns.column_names  # four values and none
    assert "alt" not in columns.column_names
    assert columns.schema.field("dp").type == "int64"
    assert columns.schema.field("pos").type == "int32"


def test_what_was_asked_longest_ago_goes_when_memory_is_full_C36(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_QUERY_SELECTION_BYTES", "1000")
    forget_settings()

    class Thing:
        nbytes = 400

    found, made = kept.Kept(), []

    def ask(key: str) -> None:
        found.get(key, lambda: made.append(key) or Thing())  # type: ignore[func-returns-value]

    for key in ("a", "b", "a", "c", "a", "b"):
        ask(key)
    assert made == ["a", "b", "c", "b"]
