"""A number of 32 bits for REF and ALT, so that alleles are found by searching sorted integers.

Up to 13 bases in all (nearly every allele) the number says exactly which they are: bits 27–30 the length of REF, below
them a 1 and then two bits a base, REF first. Other alleles have bit 31 set and a CRC-32 in the rest: two of them may
share a number, so whoever finds one compares the letters too.
"""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa

MAX_EXACT_BASES = 13
REF_LENGTH_SHIFT = 27
HASHED = 1 << 31
POSITION_SHIFT = 32
NO_BASE = 255
BASE_BITS = np.full(256, NO_BASE, np.uint8)
for _number, _base in enumerate(b"ACGT"):
    BASE_BITS[_base] = _number

CodeArray = npt.NDArray[np.uint32]


def allele_codes(ref: pa.StringArray, alt: pa.StringArray) -> CodeArray:
    """The numbers of alleles; no nulls among them."""
    ref_starts, ref_lengths, ref_letters = _layout(ref)
    alt_starts, alt_lengths, alt_letters = _layout(alt)
    codes = np.zeros(len(ref), np.uint32)
    single = (ref_lengths == 1) & (alt_lengths == 1)
    short = (ref_lengths > 0) & (alt_lengths > 0) & (ref_lengths + alt_lengths <= MAX_EXACT_BASES)
    known = short.copy()
    if single.any():
        where = slice(None) if single.all() else np.flatnonzero(single)
        first, second = BASE_BITS[ref_letters[ref_starts[where]]], BASE_BITS[alt_letters[alt_starts[where]]]
        codes[where] = (1 << REF_LENGTH_SHIFT) + 16 + 4 * (first & 3).astype(np.uint32) + (second & 3)
        known[where] = (first != NO_BASE) & (second != NO_BASE)
    others = np.flatnonzero(short & ~single)
    if len(others):
        value = np.ones(len(others), np.uint32)
        good = np.ones(len(others), bool)
        for starts, lengths, letters in (
            (ref_starts, ref_lengths, ref_letters),
            (alt_starts, alt_lengths, alt_letters),
        ):
            for step in range(int(lengths[others].max())):
                longer = np.flatnonzero(lengths[others] > step)
                bits = BASE_BITS[letters[starts[others[longer]] + step]]
                good[longer] &= bits != NO_BASE
                value[longer] = (value[longer] << np.uint32(2)) | (bits & 3)
        codes[others] = value | (ref_lengths[others].astype(np.uint32) << np.uint32(REF_LENGTH_SHIFT))
        known[others] = good
    hashed = np.flatnonzero(~known)
    if len(hashed):
        where = pa.array(hashed)
        pairs = zip(ref.take(where).to_pylist(), alt.take(where).to_pylist(), strict=True)
        codes[hashed] = [HASHED | zlib.crc32(f"{left}>{right}".encode()) for left, right in pairs]
    return codes


def allele_keys(pos: npt.NDArray[np.integer], codes: CodeArray) -> npt.NDArray[np.int64]:
    """Position (1-based) and code as one number that sorts by position first."""
    return (pos.astype(np.int64) << POSITION_SHIFT) | codes.astype(np.int64)


def is_hashed(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which keys do not say exactly what the alleles are."""
    return (keys & HASHED) != 0


def _layout(strings: pa.StringArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Start and length of each string, and all letters."""
    if not len(strings):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint8)
    if strings.type != pa.string():
        strings = strings.cast(pa.string())
    _, offsets, letters = strings.buffers()
    ends = np.frombuffer(offsets, np.int32)[strings.offset : strings.offset + len(strings) + 1].astype(np.int64)
    return ends[:-1], np.diff(ends), np.frombuffer(letters, np.uint8) if letters else np.zeros(1, np.uint8)
