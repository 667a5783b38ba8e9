"""What an export is made of: the rows that a filter lets through, and where they come from, in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import clock
from pipeline.errors import CancelledError
from pipeline.exports.columns import ExportColumn
from pipeline.jobs.model import Job
from pipeline.results import connection
from pipeline.results.filters.model import Group
from pipeline.results.filters.reading import as_document
from pipeline.results.filters.words import in_words
from pipeline.results.matches import Source
from pipeline.results.table_schema import identifier
from pipeline.results.versions import versions_in
from pipeline.settings import get_settings


@dataclass(frozen=True)
class Contents:
    """What goes into a file. `on_rows` hears how many rows are written; `cancelled` says that nobody wants the file."""

    job: Job
    source: Source
    group: Group
    columns: list[ExportColumn]
    titles: Mapping[str, str]  # the names of all columns for people
    manifest: dict[str, Any]
    folder: Path
    on_rows: Callable[[int], None]
    cancelled: Callable[[], bool]

    @property
    def words(self) -> str:
        """The filter as people read it."""
        return in_words(self.group, self.titles)

    def check(self) -> None:
        """CancelledError once nobody wants the file any more."""
        if self.cancelled():
            raise CancelledError("The export was cancelled or given to another worker.")

    def blocks(self, select: str) -> Iterator[pa.Table]:
        """What is selected of the matching rows, in the order of the file, a bounded number of rows at once."""
        size = get_settings().export_block_rows
        if self.source.count <= size:
            size = max(self.source.total, 1)
        written = 0
        for start in range(0, self.source.total, size):
            self.check()
            block = self._block(select, start, start + size)
            if block.num_rows:
                yield block
                written += block.num_rows
                self.on_rows(written)
        self.check()

    def _block(self, select: str, start: int, end: int) -> pa.Table:
        """Rows numbered `start` to `end` (0-based, without the last one) as far as they match, in ascending order."""
        sql = f"SELECT {select}, v.rid AS _rid FROM {self.source.sql} WHERE v.rid >= $start AND v.rid < $end"
        table = connection.arrow_table(sql, self.source.parameters | {"start": start, "end": end})
        rids = table["_rid"].to_numpy()
        table = table.drop_columns(["_rid"])
        return table if np.all(rids[1:] > rids[:-1]) else table.take(pa.array(np.argsort(rids)))

    def plain_select(self) -> str:
        """The chosen columns as they are."""
        return ", ".join(f"v.{identifier(column.name)}" for column in self.columns)

    def provenance(self) -> list[tuple[str, str]]:
        """Where the rows come from, as names and values: for headers, comments and metadata."""
        told = [
            ("file", self.job.input_file_name),
            ("job", self.job.job_id),
            ("exported", datetime.fromtimestamp(clock.now_s(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
            ("variants", f"{self.source.count} of {self.source.total} (one alternate allele each)"),
            ("filter", self.words),
            ("filter_document", json.dumps(as_document(self.group), separators=(",", ":"))),
            ("columns", ",".join(column.name for column in self.columns)),
            ("positions", "1-based"),
        ]
        tool = self.manifest.get("tool") or {}
        told.append(("software", " ".join(str(tool[key]) for key in ("name", "version") if tool.get(key))))
        for version in versions_in(self.manifest).values():
            told.append((f"version_{version.key.replace(':', '_')}", f"{version.version} {version.sha256}".strip()))
        return [(name, " ".join(value.split())) for name, value in told if value]


def texts(array: pa.ChunkedArray) -> Iterator[memoryview]:
    """The bytes of all texts of a column, one after the other, without a copy. There must be no empty cell."""
    for chunk in array.chunks:
        chunk = pc.cast(chunk, pa.large_string())
        if len(chunk):
            _, offsets, data = chunk.buffers()
            ends = np.frombuffer(offsets, np.int64)[chunk.offset : chunk.offset + len(chunk) + 1]
            yield memoryview(data)[int(ends[0]) : int(ends[-1])]
