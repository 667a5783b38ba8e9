"""Reads the GT of every sample of a block from its bytes: a table of distinct texts and a matrix of their numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from pipeline.annotation.columnar import IntArray, list_element, slices
from pipeline.annotation.prepare.blocks import Block

FIRST_SAMPLE = 9
DIGITS = np.zeros(256, bool)
DIGITS[list(b"0123456789.")] = True
ENDS = np.zeros(256, bool)
ENDS[list(b":\t\n")] = True
SEPARATORS = np.zeros(256, bool)
SEPARATORS[list(b"/|")] = True


def read_genotypes(block: Block, place: IntArray) -> tuple[list[str], IntArray]:
    """Distinct GT texts, and for each record and sample the index of its own; -1 where the record has no genotypes.

    `place` is the index of GT in the FORMAT of each record (-1: absent). The specification wants it first; files have
    it elsewhere.
    """
    texts, codes = _genotype_codes(block, place == 0)
    displaced = np.zeros(codes.shape, bool)
    displaced[place > 0] = True
    if displaced.any():
        _add_rare(block, displaced, texts, codes, place)
    return texts, codes


def _genotype_codes(block: Block, readable: npt.NDArray[np.bool_]) -> tuple[list[str], IntArray]:
    """Distinct GT texts, and for each record and sample the index of its own (-1: the record has no genotypes)."""
    starts = block.bounds[:, FIRST_SAMPLE:-1] + 1
    text = np.concatenate((block.buffer, np.full(4, 10, np.uint8)))
    first, second, third, fourth = (text[starts + shift] for shift in range(4))
    haploid = DIGITS[first] & ENDS[second]
    diploid = DIGITS[first] & SEPARATORS[second] & DIGITS[third] & ENDS[fourth]
    packed = first.astype(np.int64) << 16
    packed |= np.where(diploid, (second.astype(np.int64) << 8) | third, 0)
    distinct, flat = np.unique(packed, return_inverse=True)
    codes = flat.reshape(packed.shape).astype(np.int64)
    texts = [bytes(byte for byte in int(value).to_bytes(3, "big") if byte).decode("latin-1") for value in distinct]
    other = ~(haploid | diploid) & readable[:, None]
    if other.any():
        _add_rare(block, other, texts, codes, index=np.zeros(len(block), np.int64))
    codes[~readable] = -1
    return texts, codes


def _add_rare(block: Block, chosen: npt.NDArray[np.bool_], texts: list[str], codes: IntArray, index: IntArray) -> None:
    """Genotypes that need reading as text: many alleles, more than two copies, odd spellings."""
    rows, columns = np.nonzero(chosen)
    starts = block.bounds[rows, columns + FIRST_SAMPLE] + 1
    ends = block.bounds[rows, columns + FIRST_SAMPLE + 1]
    lists = pc.split_pattern(slices(block.data, starts, ends), ":")
    encoded = pc.fill_null(list_element(lists, index[rows]), ".").dictionary_encode()
    known = {text: code for code, text in enumerate(texts)}
    for text in encoded.dictionary.to_pylist():
        if text not in known:
            known[text] = len(texts)
            texts.append(text)
    mapped = np.array([known[text] for text in encoded.dictionary.to_pylist()], np.int64)
    codes[rows, columns] = mapped[encoded.indices.to_numpy()]
