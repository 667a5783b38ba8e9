"""A track: named intervals, matched by overlap with REF.

They are a track table (pipeline/reference/track_tables.py) or, where a bundle is kept as text, a small BED file.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.annotation.columnar import IntArray
from pipeline.annotation.sources.intervals import Intervals
from pipeline.reference.manifest import Source


class Track:
    """Reads the intervals of one contig at a time. An instance is for one thread."""

    def __init__(self, source: Source, path: Path) -> None:
        self.source = source
        self._tables = _TrackTable(path) if path.suffix == ".parquet" else _BedFile(path)
        self._contig: str | None = None
        self._held: Intervals | None = None

    def lookup(self, contig: str, pos: IntArray, length: IntArray) -> dict[str, pa.Array]:
        """The names of all intervals that overlap REF, by start, each once. `pos` 1-based, `length` of REF in bases.

        An insertion is where its anchor base is.
        """
        column = self.source.columns[0].name
        if contig not in self._tables.contigs or not len(pos):
            return {column: pa.nulls(len(pos), pa.string())}
        if contig != self._contig:
            self._held = Intervals(self._tables.read(contig))
            self._contig = contig
        assert self._held is not None  # noqa: S101 - set together with the contig
        return {column: self._held.names(pos - 1, pos - 1 + length)}


class _TrackTable:
    """A track table; one contig is read at a time."""

    def __init__(self, path: Path) -> None:
        self._file = pq.ParquetFile(path, read_dictionary=["name"])
        metadata = self._file.metadata
        self.contigs: dict[str, list[int]] = {}
        for number in range(metadata.num_row_groups):
            self.contigs.setdefault(metadata.row_group(number).column(0).statistics.min, []).append(number)

    def read(self, contig: str) -> pa.Table:
        """Start, end and name of the intervals of a contig, by start."""
        return self._file.read_row_groups(self.contigs[contig], columns=["start", "end", "name"])


class _BedFile:
    """A small BED file with names, in memory."""

    def __init__(self, path: Path) -> None:
        self.contigs: dict[str, list[tuple[int, int, str]]] = {}
        with path.open(encoding="utf-8") as handle:
            for line in handle:
                if line.strip() and not line.startswith(("#", "track", "browser")):
                    contig, start, end, name, *_ = line.rstrip("\r\n").split("\t")
                    self.contigs.setdefault(contig, []).append((int(start), int(end), name))

    def read(self, contig: str) -> pa.Table:
        """Start, end and name of the intervals of a contig, by start."""
        rows = sorted(self.contigs[contig])
        return pa.table(
            {
                "start": pa.array([row[0] for row in rows], pa.int32()),
                "end": pa.array([row[1] for row in rows], pa.int32()),
                "name": pa.array([row[2] for row in rows], pa.string()).dictionary_encode(),
            }
        )
