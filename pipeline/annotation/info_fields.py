"""AC, AN, AF and DP of each allele, from the INFO column of its record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.alleles import Alleles
from pipeline.annotation.columnar import IntArray, list_element
from pipeline.annotation.numbers import decimals, integers


@dataclass(frozen=True)
class InfoNumbers:
    """One value for each allele; null where INFO does not say."""

    ac: pa.Int64Array
    an: pa.Int64Array
    af: pa.DoubleArray
    dp: pa.Int64Array


def info_numbers(info: pa.StringArray, found: Alleles, keys: set[str]) -> InfoNumbers:
    """Read the fields that occur in the file (`keys`). Values are per allele (Number=A), or with REF first (R)."""
    alternates = np.bincount(found.row, minlength=len(info)).astype(np.int64)
    return InfoNumbers(
        ac=integers(_per_allele(info, "AC", found, alternates, keys)),
        an=integers(_per_record(info, "AN", found, keys)),
        af=decimals(_per_allele(info, "AF", found, alternates, keys)),
        dp=integers(_per_record(info, "DP", found, keys)),
    )


def info_texts(info: pa.StringArray, key: str) -> pa.StringArray:
    """The value of one key in each record; null where it is absent."""
    return pc.struct_field(pc.extract_regex(info, rf"(?:^|;){key}=(?P<value>[^;]*)"), "value")


def _per_record(info: pa.StringArray, key: str, found: Alleles, keys: set[str]) -> pa.StringArray:
    if key not in keys:
        return pa.nulls(len(found), pa.string())
    return info_texts(info, key).take(pa.array(found.row))


def _per_allele(info: pa.StringArray, key: str, found: Alleles, alternates: IntArray, keys: set[str]) -> pa.StringArray:
    """The item of a list that belongs to the allele; a list of any other length than A or R says nothing."""
    if key not in keys:
        return pa.nulls(len(found), pa.string())
    lists = pc.split_pattern(info_texts(info, key), ",")
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    offset = np.where(lengths == alternates, -1, np.where(lengths == alternates + 1, 0, -(2**31)))
    by_allele = lists.take(pa.array(found.row))
    return list_element(by_allele, found.allele + offset[found.row])
