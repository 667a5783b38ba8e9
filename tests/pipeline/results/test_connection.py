"""DuckDB as the portal uses it: bounded, and blind to everything but the result cache."""

from __future__ import annotations

import threading
from pathlib import Path

import duckdb
import pytest

from pipeline.errors import LimitError, RetryableError
from pipeline.results import cache_room, connection
from tests.conftest import forget_settings

ENDLESS = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(1000000) b WHERE $n > 0"


def test_a_question_over_its_time_is_stopped_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_QUERY_TIMEOUT_S", "0.2")
    forget_settings()
    with pytest.raises(LimitError, match=r"0\.2 seconds") as caught:
        connection.rows(ENDLESS, {"n": 1})
    assert caught.value.code == "query_timeout"
    assert connection.rows("SELECT $n", {"n": 5}) == [(5,)]


def test_a_question_over_its_memory_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GAS_QUERY_MEMORY_BYTES", "40000000")
    monkeypatch.setenv("GAS_DATA_DIR", str(tmp_path / "small"))
    forget_settings()
    with pytest.raises(LimitError) as caught:
        connection.rows("SELECT list(range || 'x' ORDER BY random()) FROM range($n)", {"n": 20_000_000})
    assert caught.value.code == "query_memory"


def test_no_question_reads_outside_the_result_cache_C09(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    for _ in range(2):
        with pytest.raises(duckdb.PermissionException):
            connection.rows("SELECT * FROM read_csv($path)", {"path": str(secret)})
        with pytest.raises(RetryableError):
            connection.rows("SET enable_external_access = true", {})


def test_a_damaged_table_is_an_error_with_a_sentence() -> None:
    cache_room.cache_dir().mkdir(parents=True)
    broken = cache_room.cache_dir() / "broken.parquet"
    broken.write_bytes(b"not parquet at all")
    for path in (broken, cache_room.cache_dir() / "absent.parquet"):
        with pytest.raises(RetryableError, match="Try again"):
            connection.rows("SELECT * FROM read_parquet($path)", {"path": str(path)})


def test_threads_ask_at_the_same_time() -> None:
    answers: list[int] = []

    def ask(n: int) -> None:
        answers.append(connection.rows("SELECT sum(range) FROM range($n)", {"n": n})[0][0])

    threads = [threading.Thread(target=ask, args=(n,)) for n in (10, 100, 1000, 10000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [45, 4950, 499500, 49995000]
