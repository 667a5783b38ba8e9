"""The entries of a whole INFO column, found at once in the bytes of a block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import IntArray, mask, slices

EQUALS, SEMICOLON = 61, 59


@dataclass(frozen=True)
class InfoFields:
    """All entries of the records of a block, in order. Offsets are into the block's bytes."""

    data: bytes
    row: IntArray  # index of the record
    keys: pa.DictionaryArray
    value_starts: IntArray
    ends: IntArray
    valued: npt.NDArray[np.bool_]  # False for a bare key (a flag)

    @classmethod
    def of(cls, data: bytes, starts: IntArray, ends: IntArray) -> InfoFields:
        """The entries of the stretches `starts` to `ends` (the INFO column of each record)."""
        text = np.frombuffer(data, np.uint8)
        separators = within(np.flatnonzero(text == SEMICOLON), starts, ends)
        field_ends = np.sort(np.concatenate((separators, ends)), kind="stable")
        row = np.searchsorted(ends, field_ends)
        first = np.ones(len(field_ends), bool)
        first[1:] = row[1:] != row[:-1]
        field_starts = np.where(first, starts[row], np.concatenate(([0], field_ends[:-1] + 1)))
        equals = np.append(np.flatnonzero(text == EQUALS), np.iinfo(np.int64).max)
        key_ends = np.minimum(equals[np.searchsorted(equals, field_starts)], field_ends)
        valued = key_ends < field_ends
        keys = slices(data, field_starts, key_ends).dictionary_encode()
        return cls(data, row, keys, np.minimum(key_ends + 1, field_ends), field_ends, valued)

    def uses(self) -> dict[str, tuple[bool, bool]]:
        """Each key with: does it occur with a value, does it occur bare."""
        codes = self.keys.indices.to_numpy()
        count = len(self.keys.dictionary)
        with_value = np.bincount(codes[self.valued], minlength=count) > 0
        bare = np.bincount(codes[~self.valued], minlength=count) > 0
        pairs = zip(with_value.tolist(), bare.tolist(), strict=True)
        return dict(zip(self.keys.dictionary.to_pylist(), pairs, strict=True))

    def texts(self, key: str, records: int) -> pa.StringArray:
        """The value of a key in each of `records` records, the first one where it stands twice; null where absent."""
        wanted = mask(pc.equal(self.keys.dictionary, key))
        if not wanted.any():
            return pa.nulls(records, pa.string())
        entries = np.flatnonzero(wanted[self.keys.indices.to_numpy()] & self.valued)
        values = slices(self.data, self.value_starts[entries], self.ends[entries])
        at = np.full(records, -1, np.int64)
        at[self.row[entries][::-1]] = np.arange(len(entries))[::-1]
        return values.take(pa.array(at, mask=at < 0))


def within(places: IntArray, starts: IntArray, ends: IntArray) -> IntArray:
    """Those of the rising `places` that lie inside one of the rising stretches `starts` to `ends`."""
    stretch = np.searchsorted(ends, places)
    inside = stretch < len(ends)
    inside[inside] = places[inside] >= starts[stretch[inside]]
    return places[inside]
