"""DuckDB in this process: opened at the first question, bounded, able to read the result cache and nothing else."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow as pa

from pipeline.errors import LimitError, RetryableError
from pipeline.results import beside, cache_room, latest, turns
from pipeline.results.kept import kept
from pipeline.results.latest import asking as asking  # part of how a question is asked
from pipeline.settings import get_settings

_QUOTED = re.compile(r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'")  # names and texts, in which a $ is a letter
_PARAMETER = re.compile(r"\$(\w+)")
_lock = threading.Lock()
_opened: dict[tuple[int, Path], duckdb.DuckDBPyConnection] = {}


def _cursor() -> duckdb.DuckDBPyConnection:
    """A cursor of its own for one question (DuckDB's connections are not shared by threads).

    Opening at import, or before gunicorn forks, hangs every worker: the process id is part of the key.
    """
    folder = cache_room.cache_dir()
    with _lock:
        key = (os.getpid(), folder)
        if key not in _opened:
            _opened[key] = _open(folder)
        return _opened[key].cursor()


def _open(folder: Path) -> duckdb.DuckDBPyConnection:
    settings = get_settings()
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{settings.query_memory_bytes}B",
            "threads": settings.query_threads,
            "temp_directory": "",  # nothing spills to disk: a question over the memory limit is refused
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    connection.execute("SET parquet_metadata_cache = true")  # where the columns of a file begin: it never changes
    connection.execute("SET allowed_directories = [?]", [str(folder)])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def rows(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Everything that a question answers. Values travel as parameters, never inside `sql` (C09).

    Raises `LimitError` when it takes longer than `query_timeout_s` or more memory than `query_memory_bytes`,
    `RetryableError` when the table cannot be read. Tables never change and are named by their content: an answer that
    was given a moment ago holds.
    """
    told = json.dumps(parameters, sort_keys=True, default=lambda value: getattr(value, "key", None) or str(value))
    return list(kept.get(("rows", sql, told), lambda: _Answer.of(_ask(sql, parameters)[1])).rows)


@dataclass(frozen=True)
class _Answer:
    rows: list[tuple[Any, ...]]
    nbytes: int  # about: a number or a short text for each cell, and its place

    @classmethod
    def of(cls, rows: list[tuple[Any, ...]]) -> _Answer:
        return cls(rows, 1000 + 100 * sum(map(len, rows)))


def records(sql: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same as one dict for each row, keyed by column name."""
    names, answer = _ask(sql, parameters)
    return [dict(zip(names, row, strict=True)) for row in answer]


def arrow_table(sql: str, parameters: Mapping[str, Any]) -> pa.Table:
    """The same as an Arrow table, for answers that are written to a file."""
    with _question() as cursor:
        return cursor.sql(sql, params=_bound(cursor, sql, parameters)).to_arrow_table()


def batches(
    sql: str, parameters: Mapping[str, Any], *, timeout_s: float | None = None, rows_at_once: int = 100_000
) -> Iterator[pa.RecordBatch]:
    """The same a batch after the other, of answers too large to be held. `timeout_s` (default `query_timeout_s`) counts
    from the question to the last batch."""
    with _question(timeout_s, waits=False) as cursor:
        with turns.turn(get_settings().query_timeout_s):  # a table among the parameters may ask questions
            bound = _bound(cursor, sql, parameters)
        yield from cursor.sql(sql, params=bound).to_arrow_reader(rows_at_once)


def copy_to(sql: str, parameters: Mapping[str, Any], target: Path) -> None:
    """Write the answer into a Parquet file of the result cache, without holding it."""
    with _question() as cursor:
        cursor.sql(sql, params=_bound(cursor, sql, parameters)).write_parquet(str(target), compression="zstd")


class Rows(Protocol):
    """A parameter that is a table: `FROM name`. It is asked for the columns that a question names."""

    def table_for(self, sql: str) -> pa.Table:
        """The rows, with at least the columns that occur in the SQL."""
        ...


@dataclass(frozen=True, repr=False)
class Held:
    """Rows that are at hand as they are."""

    table: pa.Table

    def table_for(self, _sql: str) -> pa.Table:
        """All columns: a question reads those that it needs."""
        return self.table


def _bound(cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The values that the question names, which is all that DuckDB takes; tables are made known to it."""
    plain = _QUOTED.sub("", sql)
    for name, value in parameters.items():
        if hasattr(value, "table_for") and name in plain:
            cursor.register(name, value.table_for(sql))
    named = set(_PARAMETER.findall(plain))
    return {name: value for name, value in parameters.items() if name in named}


def _ask(sql: str, parameters: Mapping[str, Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
    with _question() as cursor:
        cursor.execute(sql, _bound(cursor, sql, parameters))
        return [column[0] for column in cursor.description or []], cursor.fetchall()


@contextmanager
def _question(timeout_s: float | None = None, *, waits: bool = True) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor for one question, with its limits; what goes wrong becomes an error with a sentence. Unless it `waits`
    for its turn it is one that is read for long, which would keep others waiting."""
    limit = get_settings().query_timeout_s if timeout_s is None else timeout_s
    with turns.turn(limit) if waits else nullcontext(), _running(limit) as cursor:
        yield cursor


@contextmanager
def _running(limit: float) -> Iterator[duckdb.DuckDBPyConnection]:
    cursor = _cursor()
    timer = threading.Timer(limit, cursor.interrupt)
    timer.start()
    beside.answering()
    try:
        with latest.interrupted_by_newer(cursor.interrupt):
            yield cursor
    except duckdb.InterruptException as error:
        latest.check()
        raise LimitError(
            f"The question took longer than {limit:g} seconds and was stopped. Ask for less at once.",
            code="query_timeout",
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise LimitError(
            "The question needs more memory than one question may use. Ask for less at once.", code="query_memory"
        ) from error
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        raise RetryableError("The result table could not be read. Try again.", code="result_unreadable") from error
    finally:
        timer.cancel()
        cursor.close()
        beside.answering()
