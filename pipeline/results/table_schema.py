"""Names and types of a table's columns: the only names that a query may contain, and how they are quoted in it."""

from __future__ import annotations

from pipeline.results import connection


def types_of(path: str) -> dict[str, str]:
    """Column names of a Parquet file and their DuckDB types, in its order."""
    described = connection.rows(
        "SELECT column_name, column_type FROM (DESCRIBE FROM read_parquet($path))", {"path": path}
    )
    return dict(described)


def row_count(path: str) -> int:
    """Rows of a Parquet file, from its footer: no row is read."""
    return int(connection.rows("SELECT count(*) FROM read_parquet($path)", {"path": path})[0][0])


def identifier(name: str) -> str:
    """A column's name as SQL takes it, whatever letters it holds."""
    return '"' + name.replace('"', '""') + '"'
