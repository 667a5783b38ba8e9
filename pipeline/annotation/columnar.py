"""Small helpers between raw bytes, numpy offsets and Arrow arrays; none of them loops over records in Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

IntArray = npt.NDArray[np.int64]


def slices(data: bytes, starts: IntArray, ends: IntArray) -> pa.StringArray:
    """The pieces `data[start:end]` as an Arrow string array. The pieces must be in rising order and not overlap."""
    count = len(starts)
    if count == 0:
        return pa.array([], pa.string())
    offsets = np.empty(2 * count, np.int32)
    offsets[0::2] = starts
    offsets[1::2] = ends
    both = pa.StringArray.from_buffers(2 * count - 1, pa.py_buffer(offsets), pa.py_buffer(data))
    return both.take(pa.array(np.arange(0, 2 * count, 2, dtype=np.int64)))


def concatenated(strings: pa.StringArray) -> bytes:
    """All strings of an array (without nulls) one after the other."""
    if len(strings) == 0:
        return b""
    offsets = np.frombuffer(strings.buffers()[1], np.int32)[strings.offset : strings.offset + len(strings) + 1]
    return strings.buffers()[2].slice(int(offsets[0]), int(offsets[-1] - offsets[0])).to_pybytes()


def first_letters(texts: pa.StringArray) -> npt.NDArray[np.uint8]:
    """ASCII of each text's first letter; N for an empty one."""
    data = texts.buffers()[2]
    if data is None or not len(data):
        return np.full(len(texts), ord("N"), np.uint8)
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    letters = np.frombuffer(data, np.uint8)
    first = letters[np.minimum(offsets[:-1], len(letters) - 1)]
    return np.where(offsets[1:] > offsets[:-1], first, ord("N")).astype(np.uint8)


def join(*parts: Any) -> pa.StringArray:
    """Element-wise concatenation of arrays and scalars (no nulls)."""
    return _flat(pc.binary_join_element_wise(*parts, ""))


def _flat(values: Any) -> Any:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


PACKED = pa.dictionary(pa.int32(), pa.string())  # texts that come again and again, each held once


def packed(indices: Any, texts: Any) -> pa.DictionaryArray:
    """The texts at `indices` (null where an index is) without copying one."""
    return pa.DictionaryArray.from_arrays(indices.cast(pa.int32()), texts)


def plain(table: pa.Table) -> pa.Table:
    """The table with packed columns written out."""
    fields = [pa.field(item.name, pa.string() if item.type == PACKED else item.type) for item in table.schema]
    return table.cast(pa.schema(fields))


def stacked_tables(tables: list[pa.Table]) -> pa.Table:
    """Tables of the same columns, one after the other; packed where all are."""
    if any(table.schema != tables[0].schema for table in tables):
        tables = [plain(table) for table in tables]
    return pa.concat_tables(tables, promote_options="default").combine_chunks()


def to_numpy(values: Any) -> Any:
    """An Arrow array of numbers or booleans without nulls as numpy."""
    return _flat(values).to_numpy(zero_copy_only=False)


def mask(values: Any) -> npt.NDArray[np.bool_]:
    """A boolean Arrow array as numpy; null is False."""
    return to_numpy(pc.fill_null(values, False)).astype(bool)


def list_element(lists: pa.ListArray, index: IntArray) -> pa.StringArray:
    """Item `index[i]` of list `i`; null where the list is null or too short."""
    offsets = lists.offsets.to_numpy()
    starts, ends = offsets[:-1].astype(np.int64), offsets[1:].astype(np.int64)
    wanted = starts + index
    missing = (index < 0) | (wanted >= ends)
    if lists.null_count:
        missing |= ~mask(lists.is_valid())
    return lists.values.take(pa.array(wanted, mask=missing))


def strings_equal(values: Any, text: str) -> npt.NDArray[np.bool_]:
    """Where a string array equals `text`."""
    return mask(pc.equal(values, text))


def count_values(values: Any) -> dict[str, int]:
    """How often each non-null value occurs."""
    counted = pc.value_counts(pc.drop_null(values))
    return dict(zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True))
