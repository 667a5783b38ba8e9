"""The notes of a job as two more columns of its rows: the tag and the text."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa

from pipeline.notes.model import Note
from pipeline.results.columns import Descriptions
from pipeline.results.filters.table import Table
from pipeline.results.matches import Source

TAG, TEXT = "note_tag", "note_text"
COLUMNS: Descriptions = {
    TAG: ("Tag", "Tag of the note on the variant."),
    TEXT: ("Note", "Text of the note on the variant."),
}


@dataclass(frozen=True)
class _Notes:
    """The notes as a table that DuckDB can ask."""

    table: pa.Table

    def table_for(self, sql: str) -> pa.Table:
        """All of it: it is small."""
        return self.table

    def __str__(self) -> str:
        return f"{self.table.num_rows} notes"


def with_notes(source: Source, notes: dict[int, Note]) -> Source:
    """The same rows with the two columns, if there is any note (by row number)."""
    taken = {TAG, TEXT} & set(source.table.types)
    if not notes or taken:
        return source
    rows = {
        "rid": pa.array(list(notes), pa.int64()),
        TAG: pa.array([note.tag if note.tag != "none" else None for note in notes.values()], pa.string()),
        TEXT: pa.array([note.text or None for note in notes.values()], pa.string()),
    }
    sql = (
        f"(SELECT v.*, noted_rows.{TAG}, noted_rows.{TEXT} FROM {source.sql} "
        "LEFT JOIN noted_rows ON v.rid = noted_rows.rid) v"
    )
    types = {**source.table.types, TAG: "VARCHAR", TEXT: "VARCHAR"}
    table = Table(types, source.table.samples, source.table.tagged)
    parameters = source.parameters | {"noted_rows": _Notes(pa.table(rows))}
    return replace(source, sql=sql, table=table, parameters=parameters)
