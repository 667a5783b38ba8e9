"""What plots count is the same whether it is asked in SQL or looked up in the classes of a large result's rows."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.jobs.model import Job
from pipeline.results import beside, cache, cache_room, class_codes, connection, plot_columns
from pipeline.results.class_codes import Classing
from pipeline.results.counted import counts
from pipeline.results.filters.reading import read_filter
from pipeline.results.matches import Source, matching
from pipeline.results.plots import classes, consequences, frequencies, genes, genome, histograms, indels, substitutions
from tests.conftest import forget_settings
from tests.pipeline.results.conftest import JobMaker
from tests.pipeline.results.finished import variant
from tests.pipeline.results.plots.tables import HOSTILE, random_rows

ROWS = 600
PLOTS: dict[str, Any] = {
    "consequences": consequences.consequences,
    "genome": lambda source: genome.genome(source, {"chr2": 6_000}),
    "gnomad": lambda source: frequencies.frequencies(source, "gnomad_af"),
    "af": lambda source: frequencies.frequencies(source, "af"),
    "substitutions": substitutions.substitutions,
    "genes": genes.genes,
    "indels": indels.indels,
    "qual": lambda source: histograms.histogram(source, "qual"),
    "dp": lambda source: histograms.histogram(source, "dp"),
    "clinvar": classes.classes,
}
FILTERS: dict[str, Any] = {
    "everything": None,
    "hostile": {"kind": "one_of", "column": "gene", "values": [HOSTILE, None]},
    "range": {"kind": "range", "column": "dp", "least": 30},
    "most": {"kind": "range", "column": "pos", "least": 2},
    "text": {"kind": "contains", "text": "ala"},
    "nothing": {"kind": "one_of", "column": "gene", "values": ["nobody"]},
}


@pytest.fixture
def job(make_job: JobMaker) -> Job:
    return make_job(random_rows(ROWS))


@pytest.fixture(autouse=True)
def _nothing_is_left_to_be_made() -> Iterator[None]:
    prepared()
    yield
    prepared()


def prepared() -> None:
    """Wait for what is made beside answers."""
    for thread in threading.enumerate():
        if thread.name == "beside":
            thread.join(60)
    assert beside.is_idle()


def large(monkeypatch: pytest.MonkeyPatch, least: int = 1) -> None:
    """Results of so many rows count as large."""
    monkeypatch.setenv("GAS_PLOT_COLUMNS_ROWS", str(least))
    forget_settings()


def told(job: Job, document: Any) -> dict[str, Any]:
    with matching(job, read_filter(document)) as source:
        return {name: plot(source) for name, plot in PLOTS.items()}


def test_every_plot_shows_the_same_from_row_classes_as_from_sql(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    from_sql = {name: told(job, document) for name, document in FILTERS.items()}
    assert list((cache_room.cache_dir() / cache.DERIVED).glob("*")) != []  # the text's rows, and nothing of plots
    large(monkeypatch)
    told(job, None)
    prepared()
    asked: list[str] = []
    monkeypatch.setattr(connection, "rows", lambda sql, _parameters: asked.append(sql) or [])
    from_codes = {name: told(job, document) for name, document in FILTERS.items()}
    assert not [sql for sql in asked if "GROUP BY ALL" in sql]
    assert from_codes == from_sql


def counted(source: Source, *keys: str, **others: Any) -> dict[Any, int]:
    found = counts(source, *keys, **others)
    assert len({row[:-1] for row in found}) == len(found)
    return {row[:-1]: row[-1] for row in found}


def test_empty_cells_numbers_that_are_none_and_conditions_are_classes_too(
    make_job: JobMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(3)
    rows = [
        variant(
            number,
            "chr1",
            number + 1,
            "A",
            "C",
            gene=chance.choice([None, "", "a", HOSTILE]),
            qual=chance.choice([None, float("nan"), float("inf"), -0.5, 3.5]),
        )
        for number in range(500)
    ]
    job = make_job(rows)
    asked: dict[str, Any] = {"condition": "pos > $least", "least": 100}
    filters = [None, {"kind": "range", "column": "pos", "most": 300}]
    keys = ("gene", "CASE WHEN isfinite(qual) THEN floor(qual) END", "pos % 2 = 0")
    before = []
    for document in filters:
        with matching(job, read_filter(document)) as source:
            before.append(counted(source, *keys, **asked))
    assert [sum(found.values()) for found in before] == [400, 200]
    large(monkeypatch)
    for _ in range(2):
        after = []
        for document in filters:
            with matching(job, read_filter(document)) as source:
                after.append(counted(source, *keys, **asked))
        assert after == before
        prepared()
    found = class_codes.of(job, 500, Classing(keys, asked["condition"], {"least": 100}))
    assert found is not None
    assert (found.codes == class_codes.NO_CLASS).sum() == 100


def test_more_classes_than_two_bytes_hold_are_counted_in_sql(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(class_codes, "MOST_CLASSES", 5)
    large(monkeypatch)
    for _ in range(2):
        with matching(job, read_filter(FILTERS["range"])) as source:
            assert sum(counted(source, "pos").values()) == source.count
        prepared()
    assert class_codes.of(job, ROWS, Classing(("pos",), "true", {})) is None


def test_classes_of_more_than_one_byte(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    with matching(job, read_filter(FILTERS["range"])) as source:
        before = counted(source, "rid % 300")
    large(monkeypatch)
    class_codes.make(job, ROWS, Classing(("rid % 300",), "true", {}))
    found = class_codes.of(job, ROWS, Classing(("rid % 300",), "true", {}))
    assert found is not None
    assert found.codes.dtype.itemsize == 2
    with matching(job, read_filter(FILTERS["range"])) as source:
        assert counted(source, "rid % 300") == before


def test_a_small_result_gets_no_classes_and_classes_go_with_their_job(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    classing = Classing(("gene",), "true", {})
    large(monkeypatch, ROWS + 1)
    assert class_codes.of(job, ROWS, classing) is None
    assert beside.is_idle()
    large(monkeypatch, ROWS)
    assert class_codes.of(job, ROWS, classing) is None
    prepared()
    assert class_codes.of(job, ROWS, classing) is not None
    cache.forget(job.job_id)
    assert not list((cache_room.cache_dir() / cache.DERIVED).glob("*"))
    # Asked for again they would be made again: the table is still in the object store.
    assert plot_columns.table(job) is None
