"""Allele tables: the form in which a bundle keeps a source that is matched by contig, position, REF and ALT.

A Parquet file with the columns contig, pos (1-based, 32 bits), code (REF and ALT as a number, see allele_codes),
letters (`REF>ALT` where the code does not say exactly which they are, else null), ref, alt (normalised: left-aligned,
parsimonious against the bundle's FASTA) and one column for each field. ref and alt are for people and other programs.
Rows are sorted by pos and code within a contig; a row group holds one contig only and never ends within a position, so
that a lookup reads the two number columns of one group at a time, and the fields only where something matched. The
file's metadata names the fields that are read as dictionaries, because few different texts stand in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.annotation.columnar import join
from pipeline.errors import InputError, LimitError
from pipeline.reference.allele_codes import POSITION_SHIFT, allele_codes, allele_keys, is_hashed

Row = tuple[str, int, str, str, Mapping[str, Any]]
ROW_GROUP_ROWS = 131_072
KEY_COLUMNS = [
    ("contig", pa.string()),
    ("pos", pa.int32()),
    ("code", pa.uint32()),
    ("letters", pa.string()),
    ("ref", pa.string()),
    ("alt", pa.string()),
]
DICTIONARIES = b"gas.dictionary_fields"
FEW_TEXTS = 0.3  # a field with fewer different texts than this share of its values is kept as a dictionary
DICTIONARY_BYTES = 8 << 20


class UnsortedError(InputError):
    """The rows do not come by contig and position."""

    default_code = "unsorted_source"


class AlleleTableWriter:
    """Writes rows as they come, contig by contig in rising order of position; of two rows for one allele the first
    is kept (`counts`: kept, duplicate). Memory is bounded by the size of a row group."""

    def __init__(self, path: Path, fields: Mapping[str, pa.DataType], counts: Counter[str]) -> None:
        self.path = path
        self.counts = counts
        self.fields = dict(fields)
        self._writer: pq.ParquetWriter | None = None
        self._contig: str | None = None
        self._seen: set[str] = set()
        self._held: list[pa.Table] = []
        self._last = 0

    def __enter__(self) -> AlleleTableWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush(whole=True)
            if self._writer is None:
                self._open(pa.table({name: pa.array([], type_) for name, type_ in self.fields.items()}))
        if self._writer is not None:
            self._writer.close()

    def add(self, contig: str, rows: pa.Table) -> None:
        """Append rows of one contig: columns pos, ref, alt and the fields. Raises UnsortedError."""
        if not len(rows):
            return
        if contig != self._contig:
            self._flush(whole=True)
            if contig in self._seen:
                raise UnsortedError(f"The contig {contig} comes twice.")
            self._seen.add(contig)
            self._contig, self._last = contig, 0
        pos = rows["pos"].to_numpy()
        if int(pos[0]) < self._last or (np.diff(pos) < 0).any():
            raise UnsortedError(f"Positions of the contig {contig} do not rise.")
        self._last = int(pos[-1])
        self._held.append(rows)
        if sum(map(len, self._held)) >= 2 * ROW_GROUP_ROWS:
            self._flush(whole=False)

    def _flush(self, whole: bool) -> None:
        """Write whole row groups of what is held, and the rest too where no more rows of the contig come.

        The rows of the last position wait for others of that position, and a position is never cut in two.
        """
        if not self._held:
            return
        rows = pa.concat_tables(self._held).combine_chunks()
        pos = rows["pos"].to_numpy()
        open_from = len(rows) if whole else int(np.searchsorted(pos, pos[-1]))
        ready, keys = self._distinct(rows.slice(0, open_from))
        written = 0
        while len(ready) - written > (0 if whole else ROW_GROUP_ROWS):
            end = min(len(ready), written + ROW_GROUP_ROWS)
            if end < len(ready):
                end = int(np.searchsorted(keys, keys[end] >> POSITION_SHIFT << POSITION_SHIFT))
                if end <= written:
                    raise LimitError(
                        f"{self._contig}:{keys[written] >> POSITION_SHIFT} has more than {ROW_GROUP_ROWS:,} alleles."
                    )
            self._write(ready.slice(written, end - written))
            self.counts["kept"] += end - written
            written = end
        self._held = [ready.slice(written).select(rows.column_names), rows.slice(open_from)]

    def _distinct(self, rows: pa.Table) -> tuple[pa.Table, npt.NDArray[np.int64]]:
        ref, alt = rows["ref"].combine_chunks(), rows["alt"].combine_chunks()
        codes = allele_codes(ref, alt)
        keys = allele_keys(rows["pos"].to_numpy(), codes)
        order = np.lexsort((codes, rows["pos"].to_numpy()))  # stable: the first stays first
        keys = keys[order]
        repeated = np.zeros(len(keys), bool)
        repeated[1:] = keys[1:] == keys[:-1]
        for at in np.flatnonzero(repeated & is_hashed(keys)).tolist():
            start = int(np.searchsorted(keys, keys[at]))
            mine = (ref[int(order[at])], alt[int(order[at])])
            repeated[at] = any((ref[int(other)], alt[int(other)]) == mine for other in order[start:at])
        if repeated.any():
            self.counts["duplicate"] += int(repeated.sum())
        index = pa.array(order[~repeated])
        letters = pc.if_else(pa.array(is_hashed(keys[~repeated])), join(ref.take(index), ">", alt.take(index)), None)
        rows = rows.append_column("code", pa.array(codes)).take(index)
        return rows.append_column("letters", letters), keys[~repeated]

    def _write(self, rows: pa.Table) -> None:
        rows = rows.append_column("contig", pa.repeat(self._contig, len(rows)))
        if self._writer is None:
            self._open(rows)
        assert self._writer is not None  # noqa: S101 - just opened
        self._writer.write_table(
            rows.select(self._writer.schema.names).cast(self._writer.schema), row_group_size=len(rows)
        )

    def _open(self, first: pa.Table) -> None:
        """The first row group tells which texts repeat often enough to be kept as a dictionary."""
        texts = [name for name, type_ in self.fields.items() if pa.types.is_string(type_)]
        few = [name for name in texts if pc.count_distinct(first[name]).as_py() <= FEW_TEXTS * max(len(first), 1)]
        schema = pa.schema([*KEY_COLUMNS, *self.fields.items()], metadata={DICTIONARIES: ",".join(few).encode()})
        self._writer = pq.ParquetWriter(
            self.path,
            schema,
            compression="zstd",
            use_dictionary=["contig", "code", "ref", "alt", *few],
            dictionary_pagesize_limit=DICTIONARY_BYTES,
            column_encoding={"pos": "DELTA_BINARY_PACKED"},
            write_statistics=["contig", "pos"],
        )


def write_allele_table(rows: Iterable[Row], fields: Mapping[str, pa.DataType], out: Path, counts: Counter[str]) -> None:
    """Write rows in any order; they are in memory at once, so this is for small tables."""
    by_contig: dict[str, list[Row]] = {}
    for row in rows:
        by_contig.setdefault(row[0], []).append(row)
    with AlleleTableWriter(out, fields, counts) as writer:
        for contig in sorted(by_contig):
            held = sorted(by_contig[contig], key=lambda row: row[1])
            columns: dict[str, pa.Array] = {
                "pos": pa.array([row[1] for row in held], pa.int32()),
                "ref": pa.array([row[2] for row in held], pa.string()),
                "alt": pa.array([row[3] for row in held], pa.string()),
            }
            for name, type_ in fields.items():
                columns[name] = pa.array([row[4][name] for row in held], type_)
            writer.add(contig, pa.table(columns))
