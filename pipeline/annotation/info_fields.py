"""AC, AN, AF and DP of each allele, from the INFO column of its record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.alleles import Alleles
from pipeline.annotation.columnar import IntArray, list_element
from pipeline.annotation.numbers import decimals, integers
from pipeline.annotation.prepare.blocks import Block


@dataclass(frozen=True)
class InfoNumbers:
    """One value for each allele; null where INFO does not say."""

    ac: pa.Int64Array
    an: pa.Int64Array
    af: pa.DoubleArray
    dp: pa.Int64Array


def info_numbers(block: Block, found: Alleles) -> InfoNumbers:
    """Read the fields of a block. Values are per allele (Number=A), or with REF first (R)."""
    alternates = np.bincount(found.row, minlength=len(block)).astype(np.int64)
    return InfoNumbers(
        ac=integers(_per_allele(block, "AC", found, alternates)),
        an=integers(_per_record(block, "AN", found)),
        af=decimals(_per_allele(block, "AF", found, alternates)),
        dp=integers(_per_record(block, "DP", found)),
    )


def _per_record(block: Block, key: str, found: Alleles) -> pa.StringArray:
    return block.info_fields.texts(key, len(block)).take(pa.array(found.row))


def _per_allele(block: Block, key: str, found: Alleles, alternates: IntArray) -> pa.StringArray:
    """The item of a list that belongs to the allele; a list of any other length than A or R says nothing."""
    texts = block.info_fields.texts(key, len(block))
    if texts.null_count == len(texts):
        return pa.nulls(len(found), pa.string())
    lists = pc.split_pattern(texts, ",")
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    offset = np.where(lengths == alternates, -1, np.where(lengths == alternates + 1, 0, -(2**31)))
    if (lengths == 1).all() and (alternates == 1).all():
        return texts.take(pa.array(found.row))
    by_allele = lists.take(pa.array(found.row))
    return list_element(by_allele, found.allele + offset[found.row])
