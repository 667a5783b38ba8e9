"""A source matched by allele: contig, normalised position, REF and ALT, all four equal."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.annotation.columnar import IntArray
from pipeline.reference.manifest import Source

ARROW_TYPES = {"string": pa.string(), "integer": pa.int64(), "float": pa.float64()}
KEY_COLUMNS = ["contig", "pos", "ref", "alt"]


@dataclass
class AlleleSource:
    """Reads only the row groups that a batch touches; the last stretch read is kept for the next batch."""

    source: Source
    path: Path
    _groups: list[tuple[str, str, int, int]] = field(default_factory=list)
    _cached_groups: tuple[int, ...] | None = None
    _cached: pa.Table | None = None

    def __post_init__(self) -> None:
        metadata = pq.read_metadata(self.path)
        for group in range(metadata.num_row_groups):
            contig = metadata.row_group(group).column(0).statistics
            pos = metadata.row_group(group).column(1).statistics
            self._groups.append((contig.min, contig.max, pos.min, pos.max))

    def lookup(self, contig: str, pos: IntArray, ref: pa.StringArray, alt: pa.StringArray) -> dict[str, pa.Array]:
        """One value for each allele and column of the source; null where the source does not hold the allele.

        `contig` is the bundle's name, `pos` 1-based.
        """
        table = self._stretch(contig, int(pos.min()), int(pos.max())) if len(pos) else None
        if table is None:
            return {column.name: pa.nulls(len(pos), ARROW_TYPES[column.type]) for column in self.source.columns}
        known = _keys(table["pos"].combine_chunks(), table["ref"].combine_chunks(), table["alt"].combine_chunks())
        index = pc.index_in(_keys(pa.array(pos), ref, alt), value_set=known)
        return {
            column.name: table[column.field].combine_chunks().take(index).cast(ARROW_TYPES[column.type])
            for column in self.source.columns
        }

    def _stretch(self, contig: str, first: int, last: int) -> pa.Table | None:
        groups = tuple(
            number
            for number, (low, high, start, end) in enumerate(self._groups)
            if low <= contig <= high and (low != high or (start <= last and end >= first))
        )
        if not groups:
            return None
        if groups != self._cached_groups:
            fields = [column.field for column in self.source.columns]
            self._cached = pq.ParquetFile(self.path).read_row_groups(list(groups), columns=KEY_COLUMNS + fields)
            self._cached_groups = groups
        table = self._cached
        assert table is not None  # noqa: S101 - set together with the groups
        near = pc.and_(
            pc.equal(table["contig"], contig),
            pc.and_(pc.greater_equal(table["pos"], first), pc.less_equal(table["pos"], last)),
        )
        return table.filter(near)


def _keys(pos: pa.Array, ref: pa.Array, alt: pa.Array) -> pa.StringArray:
    return pc.binary_join_element_wise(pos.cast(pa.string()), ref, alt, ">")
