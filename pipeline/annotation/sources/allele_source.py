"""A source matched by allele: contig, normalised position, REF and ALT, all four equal."""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.annotation.columnar import IntArray, join, mask
from pipeline.reference.allele_codes import allele_codes, allele_keys, is_hashed
from pipeline.reference.allele_tables import DICTIONARIES
from pipeline.reference.manifest import Source

ARROW_TYPES = {"string": pa.string(), "integer": pa.int64(), "float": pa.float64()}
HELD_GROUPS = 2  # batches come by rising position: the group that a batch ends in is the one the next begins in


class AlleleSource:
    """Looks alleles up in an allele table (pipeline/reference/allele_tables.py), one row group in memory at a time.

    An instance is for one thread; several threads open one each.
    """

    def __init__(self, source: Source, path: Path) -> None:
        self.source = source
        self.path = path
        few = (pq.read_schema(path).metadata or {}).get(DICTIONARIES, b"").decode()
        self._file = pq.ParquetFile(path, read_dictionary=[name for name in few.split(",") if name])
        self._contigs = _row_groups(self._file.metadata)
        self._held: OrderedDict[int, _Group] = OrderedDict()

    def covers(self, contig: str) -> bool:
        """Whether the source holds any record of the contig (the bundle's name)."""
        return contig in self._contigs

    def lookup(self, contig: str, pos: IntArray, ref: pa.StringArray, alt: pa.StringArray) -> dict[str, pa.Array]:
        """One value for each allele and column of the source; null where the source does not hold the allele.

        `contig` is the bundle's name, `pos` 1-based; alleles are in their normal form. Any order works, rising
        positions are fastest.
        """
        found = np.full(len(pos), -1, np.int64)  # row of the matches below
        parts: dict[str, list[pa.Array]] = {column.name: [] for column in self.source.columns}
        if contig in self._contigs and len(pos):
            keys = allele_keys(pos, allele_codes(ref, alt))
            count = 0
            for number, asked in self._contigs[contig].asked(pos):
                group = self._group(number)
                rows = group.rows_of(keys[asked], ref, alt, asked)
                hit = rows >= 0
                matched = int(hit.sum())
                if matched:
                    found[asked[hit]] = np.arange(count, count + matched)
                    count += matched
                    taken = group.values([column.field for column in self.source.columns]).take(pa.array(rows[hit]))
                    for column in self.source.columns:
                        parts[column.name].append(_plain(taken[column.field], ARROW_TYPES[column.type]))
        index = pa.array(found, mask=found < 0)
        return {
            column.name: pa.concat_arrays(parts[column.name]).take(index)
            if parts[column.name]
            else pa.nulls(len(pos), ARROW_TYPES[column.type])
            for column in self.source.columns
        }

    def _group(self, number: int) -> _Group:
        if number not in self._held:
            while len(self._held) >= HELD_GROUPS:
                self._held.popitem(last=False)
            self._held[number] = _Group(self._file, number)
        self._held.move_to_end(number)
        return self._held[number]


class _Group:
    """A row group: its keys, and what else was asked of it."""

    def __init__(self, file: pq.ParquetFile, number: int) -> None:
        self._file = file
        self._number = number
        self._values: pa.Table | None = None
        table = self._read(["pos", "code"])
        self.keys = allele_keys(_numbers(table["pos"]), _numbers(table["code"]).astype(np.uint32))

    def rows_of(
        self, keys: npt.NDArray[np.int64], ref: pa.StringArray, alt: pa.StringArray, asked: IntArray
    ) -> IntArray:
        """Row of each key, -1 where there is none. `asked` are the places of the keys in `ref` and `alt`."""
        at = np.searchsorted(self.keys, keys)
        np.minimum(at, len(self.keys) - 1, out=at)
        rows = np.where(self.keys[at] == keys, at, -1)
        hashed = np.flatnonzero((rows >= 0) & is_hashed(keys))
        if len(hashed):
            where = pa.array(asked[hashed])
            wanted = join(ref.take(where), ">", alt.take(where))
            same = mask(pc.equal(self._letters.take(pa.array(rows[hashed])), wanted))
            for place in np.flatnonzero(~same).tolist():
                key = int(hashed[place])
                rows[key] = self._next_with(int(rows[key]), wanted[place].as_py())
        return rows

    @cached_property
    def _letters(self) -> pa.StringArray:
        return self._read(["letters"])["letters"].combine_chunks()

    def _next_with(self, row: int, wanted: str) -> int:
        """The row after `row`, of the same key, that holds these very letters; -1 where there is none."""
        key = self.keys[row]
        for other in range(row + 1, len(self.keys)):
            if self.keys[other] != key:
                break
            if self._letters[other].as_py() == wanted:
                return other
        return -1

    def values(self, fields: list[str]) -> pa.Table:
        """The fields of all rows."""
        if self._values is None:
            self._values = self._read(fields)
        return self._values

    def _read(self, columns: list[str]) -> pa.Table:
        return self._file.read_row_group(self._number, columns=columns, use_threads=False)


class _ContigGroups:
    """The row groups of one contig, in order of position; no two hold the same position."""

    def __init__(self, groups: list[tuple[int, int, int]]) -> None:
        groups.sort()
        self.first = np.array([group[0] for group in groups], np.int64)
        self.last = np.array([group[1] for group in groups], np.int64)
        self.number = [group[2] for group in groups]

    def asked(self, pos: IntArray) -> list[tuple[int, IntArray]]:
        """Number of each row group that may hold some of the positions, with the places of those positions."""
        group = np.searchsorted(self.first, pos, side="right") - 1
        places = np.flatnonzero((group >= 0) & (pos <= self.last[group]))
        group = group[places]
        if len(group) and (np.diff(group) < 0).any():
            order = np.argsort(group, kind="stable")
            places, group = places[order], group[order]
        edges = np.flatnonzero(np.diff(group)) + 1
        return [
            (self.number[int(group[start])], places[start:end])
            for start, end in zip([0, *edges.tolist()], [*edges.tolist(), len(group)], strict=True)
            if end > start
        ]


def _row_groups(metadata: pq.FileMetaData) -> dict[str, _ContigGroups]:
    found: dict[str, list[tuple[int, int, int]]] = {}
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        pos = group.column(1).statistics
        found.setdefault(group.column(0).statistics.min, []).append((pos.min, pos.max, number))
    return {contig: _ContigGroups(groups) for contig, groups in found.items()}


def _numbers(values: pa.ChunkedArray) -> npt.NDArray[np.integer]:
    return values.chunk(0).to_numpy() if values.num_chunks == 1 else values.to_numpy()


def _plain(values: pa.ChunkedArray, type_: pa.DataType) -> pa.Array:
    flat = values.combine_chunks()
    if pa.types.is_dictionary(flat.type):
        flat = flat.dictionary_decode()
    return flat.cast(type_)
