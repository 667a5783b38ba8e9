"""The columns that plots count, of a whole result: unpacked in a file that is mapped into memory, not read.

Unpacking them from the table of variants is most of what a plot of few variants costs. The file is made beside the
answers, when a large result is first opened; until it is there the table itself is asked.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.jobs.model import Job
from pipeline.results import beside, cache, connection
from pipeline.results.columns import KNOWN
from pipeline.results.table_schema import identifier
from pipeline.settings import get_settings

LAYOUT = "plot-columns-2"
UNPACKED = "unpacked_columns"  # as a table in SQL
_WORD = re.compile(r"\w+")
MOST_DISTINCT = 100_000  # values of a text; a column of more is read from the table itself
# Of the annotator's own columns those that something is counted by; those of sources are all taken.
COUNTED = frozenset(
    {"chrom", "pos", "ref", "alt", "type", "qual", "filter", "gene", "consequence", "impact", "most_severe", "biotype"}
    | {"protein_position", "af", "dp", "n_het", "n_hom_alt", "skipped"}
)


def table(job: Job) -> pa.Table | None:
    """The columns, one row for each of the result, in its order; None as long as they are not there."""
    path = cache.derived_path([job], LAYOUT)
    try:
        os.utime(path)  # the clean-up takes what nobody uses
        return _mapped(path)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=32)
def _mapped(path: Path) -> pa.Table:
    """Nothing is read yet. A file that the clean-up takes away lives on for whom it is mapped."""
    with pa.memory_map(str(path)) as mapped:
        return pa.ipc.open_file(mapped).read_all()


def least_rows() -> int:
    """A result of fewer rows needs none."""
    return get_settings().plot_columns_rows


def make_soon(job: Job, rows: int) -> None:
    """Have them made beside what is asked now, if the result is large enough for it to matter."""
    path = cache.derived_path([job], LAYOUT)
    if rows >= least_rows() and not path.exists():
        beside.make_soon(path, lambda: make(job), rank=1)


def relation(job: Job, path: str, names: Collection[str], sql: str) -> tuple[str, dict[str, Any]]:
    """What follows FROM, as the table `v` of the whole result, and its parameters, for a question that names columns
    (`names` are all that there are): the unpacked ones where they hold each of these, else the table at `path`."""
    unpacked = table(job)
    if unpacked is not None:
        words, there = set(_WORD.findall(sql)), set(unpacked.column_names)
        if all(name in there or not (name in words or identifier(name) in sql) for name in names):
            return f"{UNPACKED} v", {UNPACKED: connection.Held(unpacked)}
    return "read_parquet($path) v", {"path": path}


def make(job: Job) -> None:
    """Make the file now, unless it is there."""
    with (
        cache.opened(job, "variants") as source,
        cache.derived([job], LAYOUT, lambda target: write(source, target)),
    ):
        pass


def write(source: Path, target: Path) -> None:
    """Unpack the columns of a table of variants into `target`, a group of rows at a time."""
    with pq.ParquetFile(source) as file:
        names = [n for n in file.schema_arrow.names if n in COUNTED or n not in KNOWN]
        texts = [name for name in names if pa.types.is_string(file.schema_arrow.field(name).type)]
        values = dict(_values(source, texts))
    kept = [name for name in names if name not in texts or name in values]
    with pq.ParquetFile(source, read_dictionary=list(values)) as file:
        wide = [name for name in kept if pa.types.is_int64(file.schema_arrow.field(name).type)]
        small = _fitting(source, wide)
        fields = [
            pa.field(name, pa.int32() if name in small else _type(file.schema_arrow.field(name).type, values.get(name)))
            for name in kept
        ]
        with pa.ipc.new_file(str(target), pa.schema(fields)) as writer:
            for number in range(file.num_row_groups):
                group = file.read_row_group(number, columns=kept)
                arrays = [_unpacked(group[field.name], field, values.get(field.name)) for field in fields]
                writer.write_batch(pa.record_batch(arrays, schema=pa.schema(fields)))


def _values(source: Path, names: list[str]) -> Iterator[tuple[str, pa.Array]]:
    """The distinct values of the texts that have few enough."""
    for name in names:
        asked = f"SELECT DISTINCT {identifier(name)} AS x FROM read_parquet($path) WHERE x IS NOT NULL LIMIT $most"
        found = connection.arrow_table(asked, {"path": str(source), "most": MOST_DISTINCT + 1})["x"]
        if len(found) <= MOST_DISTINCT:
            yield name, found.combine_chunks().cast(pa.string()) if len(found) else pa.array([], pa.string())


def _fitting(source: Path, names: list[str]) -> frozenset[str]:
    """The columns of whole numbers that need half the place only."""
    if not names:
        return frozenset()
    asked = ", ".join(f"coalesce(max(abs({identifier(name)}::HUGEINT)), 0) < 2147483648" for name in names)
    found = connection.rows(f"SELECT {asked} FROM read_parquet($path)", {"path": str(source)})[0]
    return frozenset(name for name, fits in zip(names, found, strict=True) if fits)


def _type(stored: pa.DataType, values: pa.Array | None) -> pa.DataType:
    if values is None:
        return stored
    codes = next(kind for kind in (pa.int8(), pa.int16(), pa.int32()) if len(values) < 2 ** (kind.bit_width - 1))
    return pa.dictionary(codes, pa.string())


def _unpacked(column: pa.ChunkedArray, field: pa.Field, values: pa.Array | None) -> pa.Array:
    """One array; texts as numbers of the values of the whole column."""
    array = column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.unify_dictionaries().chunks)
    if values is None:
        return array.cast(field.type)
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    numbers = pc.index_in(array.dictionary, value_set=values).cast(field.type.index_type)
    return pa.DictionaryArray.from_arrays(numbers.take(array.indices), values)
