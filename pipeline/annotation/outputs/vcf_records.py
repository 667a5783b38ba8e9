"""Writes our fields into the records' own text: what the input holds stays as it is, byte for byte."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.alleles import Alleles
from pipeline.annotation.columnar import concatenated, join, mask, strings_equal
from pipeline.annotation.outputs.vcf_header import OwnField
from pipeline.annotation.prepare.blocks import Block

LOOKED_AT = 256
SPECIAL_SHARE = 0.3  # of the records: from here on all of them take the long way
# INFO values hold no blanks, semicolons, equals signs or commas (VCF 4.3 section 1.2: percent-encoding).
ESCAPES = (("%", "%25"), (";", "%3B"), ("=", "%3D"), (",", "%2C"))


def escaped(values: pa.Array) -> pa.StringArray:
    """Values as INFO text: blanks become underscores, special characters are percent-encoded."""
    if not pa.types.is_string(values.type):
        return values.cast(pa.string())
    for sign, code in ESCAPES:
        if mask(pc.match_substring(values, sign)).any():
            values = pc.replace_substring(values, sign, code)
    if mask(pc.match_substring_regex(values, r"\s")).any():
        values = pc.replace_substring_regex(values, r"\s", "_")
    return values


def annotated_lines(block: Block, found: Alleles, columns: dict[str, pa.Array], fields: list[OwnField]) -> bytes:
    """The block's lines with our INFO fields appended. `columns` are per allele.

    Most records have one allele and an INFO: their lines are put together at once. The others follow one by one.
    """
    edges = np.searchsorted(found.row, np.arange(len(block) + 1)).astype(np.int32)
    special = (np.diff(edges) != 1) | strings_equal(block.info, ".")
    if special.mean() > SPECIAL_SHARE:
        return concatenated(_lines(block, edges, columns, fields))
    first = pa.array(np.minimum(edges[:-1], max(len(found) - 1, 0)))
    simple = not special.any()
    pieces = [_piece(field, columns[field.column] if simple else columns[field.column].take(first)) for field in fields]
    # The head is never null: pyarrow 26 loses rows that are null in all inputs of a join.
    texts = (block.head(), block.info, *(piece for piece in pieces if piece is not None), block.tail())
    lines = pc.binary_join_element_wise(*texts, "", null_handling="skip")
    if not simple:
        rows = np.flatnonzero(special)
        alleles = np.flatnonzero(special[found.row])
        some = {field.column: columns[field.column].take(pa.array(alleles)) for field in fields}
        part = Block(block.data, block.bounds[rows], block.line_numbers[rows])
        count = np.concatenate(([0], np.cumsum(np.diff(edges)[rows]))).astype(np.int32)
        lines = pc.replace_with_mask(lines, pa.array(special), _lines(part, count, some, fields))
    return concatenated(lines)


def _piece(field: OwnField, values: pa.Array) -> pa.StringArray | None:
    """`;KEY=value` of records with one allele; null where it has no value, None where none has one."""
    if values.null_count == len(values):
        return None
    if isinstance(values, pa.DictionaryArray):
        texts = pc.binary_join_element_wise(f";{field.key}=", escaped(values.dictionary), "")
        return texts.take(values.indices)
    return pc.binary_join_element_wise(f";{field.key}=", values if field.column == "raw" else _escaped_once(values), "")


def _lines(block: Block, edges: np.ndarray, columns: dict[str, pa.Array], fields: list[OwnField]) -> pa.StringArray:
    """Lines of records with any number of alleles; those of record `i` are `edges[i]` to `edges[i + 1]`."""
    pieces = [_field_text(field, columns[field.column], edges) for field in fields]
    # Empty strings, not nulls, where a record has nothing: pyarrow 26 loses rows that are null in all inputs of a join.
    added = join(*pieces)
    info = block.info
    alone = pc.and_(pc.equal(info, "."), pc.not_equal(added, ""))
    merged = pc.if_else(alone, pc.utf8_slice_codeunits(added, 1), join(info, added))
    return join(block.head(), merged, block.tail())


def _field_text(field: OwnField, values: pa.Array, edges: np.ndarray) -> pa.StringArray:
    """`;KEY=a,b` for each record; empty where no allele has a value."""
    if values.null_count == len(values):
        return pa.array([""]).take(pa.array(np.zeros(len(edges) - 1, np.int64)))
    texts = values if field.column == "raw" else _escaped_once(values)
    if len(texts) == len(edges) - 1 and (np.diff(edges) == 1).all():  # one allele in each record
        return pc.fill_null(pc.binary_join_element_wise(f";{field.key}=", texts, ""), "")
    total = np.concatenate(([0], np.cumsum(mask(values.is_valid())))).astype(np.int32)
    if field.number == "A":
        joined = pc.binary_join(pa.ListArray.from_arrays(edges, pc.fill_null(texts, ".")), ",")
    else:
        joined = pc.binary_join(pa.ListArray.from_arrays(total[edges], texts.drop_null()), ",")
    some = total[edges[1:]] > total[edges[:-1]]
    return pc.if_else(pa.array(some), join(f";{field.key}=", joined), "")


def _escaped_once(values: pa.Array) -> pa.StringArray:
    """Escaped values; each distinct text is looked at once, where texts are repeated at all."""
    if isinstance(values, pa.DictionaryArray):
        return escaped(values.dictionary).take(values.indices)
    first = values[:LOOKED_AT]
    if not pa.types.is_string(values.type) or pc.count_distinct(first).as_py() > len(first) // 2:
        return escaped(values)
    encoded = values.dictionary_encode()
    return escaped(encoded.dictionary).take(encoded.indices)
