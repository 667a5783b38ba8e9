"""Sequence Ontology terms as sets of bits: bit `n` is the term that is `n`-th in Ensembl's order of severity."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import IntArray, packed
from pipeline.annotation.consequence_terms import SEVERITY

TERMS = list(SEVERITY)
BIT: dict[str, int] = {term: 1 << rank for term, rank in SEVERITY.items()}


def bits(*terms: str) -> int:
    """The set of these terms."""
    total = 0
    for term in terms:
        total |= BIT[term]
    return total


def where(condition: npt.NDArray[np.bool_], term: str) -> IntArray:
    """The term where the condition holds, else nothing."""
    return np.where(condition, BIT[term], 0)


def as_texts(sets: IntArray) -> pa.DictionaryArray:
    """`&`-joined terms, most severe first; null for the empty set."""
    encoded = pc.dictionary_encode(pa.array(sets, mask=np.asarray(sets) == 0))
    texts = [_text(value) for value in encoded.dictionary.to_pylist()]
    return packed(encoded.indices, pa.array(texts, pa.string()))


def _text(value: int) -> str:
    return "&".join(term for rank, term in enumerate(TERMS) if value >> rank & 1)


def lowest_rank(sets: IntArray) -> IntArray:
    """Rank of the most severe term of each set (none empty)."""
    lowest = sets & -sets
    return np.log2(lowest.astype(np.float64)).astype(np.int64)
