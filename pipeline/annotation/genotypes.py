"""Genotypes of a block, read from its bytes at once: counts for each allele, and the calls that are not reference.

A sample counts as called when none of its alleles is missing. A call is heterozygous for an allele when it holds it
beside another one, homozygous when it holds nothing else (a haploid call counts as homozygous).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.alleles import Alleles
from pipeline.annotation.columnar import IntArray, list_element, slices, to_numpy
from pipeline.annotation.genotype_codes import FIRST_SAMPLE, read_genotypes
from pipeline.annotation.genotype_kinds import Kinds, kinds_of
from pipeline.annotation.numbers import decimals, integers
from pipeline.annotation.prepare.blocks import Block
from pipeline.annotation.prepare.reserved_types import ORIGINAL_SUFFIX

MAX_ALLELES = 1 << 20

CALL_SCHEMA = pa.schema(
    [
        ("key", pa.int64()),
        ("sample", pa.string()),
        ("gt", pa.string()),
        ("phased", pa.bool_()),
        ("dp", pa.int64()),
        ("gq", pa.float64()),
        ("ad_ref", pa.int64()),
        ("ad_alt", pa.int64()),
    ]
)


@dataclass(frozen=True)
class GenotypeCounts:
    """For each allele of a block: numbers of samples, and copies of alleles."""

    n_called: IntArray
    n_het: IntArray
    n_hom_alt: IntArray
    n_missing: IntArray
    ac: IntArray
    an: IntArray


@dataclass(frozen=True)
class Genotypes:
    """Counts and the calls (CALL_SCHEMA, `key` is the running number of the allele)."""

    counts: GenotypeCounts
    calls: pa.Table
    het_by_sample: IntArray
    hom_by_sample: IntArray
    missing_by_sample: IntArray


def genotypes_of(block: Block, found: Alleles, samples: pa.StringArray) -> Genotypes:
    """Read the genotypes of all samples of a block."""
    layouts = block.column(8).dictionary_encode()
    places = [_places(text) for text in layouts.dictionary.to_pylist()]
    layout = layouts.indices.to_numpy()
    texts, codes = read_genotypes(block, np.array([place["GT"] for place in places], np.int64)[layout])
    kinds = kinds_of(texts)
    calls = _calls(block, found, samples, codes, kinds, places, layout)
    return Genotypes(_counts(codes, kinds, found), calls, *_by_sample(codes, kinds))


def _places(layout: str) -> dict[str, int]:
    """Index of each field of interest in a FORMAT text; -1 where it is absent."""
    names = layout.split(":")
    places = {}
    for key in ("GT", "DP", "GQ", "AD"):
        name = key + ORIGINAL_SUFFIX if key + ORIGINAL_SUFFIX in names else key
        places[key] = names.index(name) if name in names else -1
    return places


def _places_of(found: Alleles, row: IntArray, allele: IntArray) -> IntArray:
    """Index of the allele `allele` of record `row` among `found`; -1 where the record has no such allele."""
    known = np.append(found.row * MAX_ALLELES + found.allele, -1)  # nothing wanted is negative: the end never matches
    wanted = row * MAX_ALLELES + np.minimum(allele, MAX_ALLELES - 1)
    at = np.searchsorted(known[:-1], wanted)
    return np.where(known[at] == wanted, at, -1)


def _counts(codes: IntArray, kinds: Kinds, found: Alleles) -> GenotypeCounts:
    row, column = np.nonzero(codes >= 0)
    pairs, times = np.unique(row * len(kinds.texts) + codes[row, column], return_counts=True)
    row, kind = np.divmod(pairs, len(kinds.texts))
    which, index = kinds.expanded(kind)
    at = _places_of(found, row[which], kinds.alleles[index])
    called = ~kinds.missing[kind][which]
    pure = kinds.pure[index]

    def by_allele(weights: npt.NDArray[Any]) -> IntArray:
        counted = np.bincount(at[at >= 0], weights=weights[at >= 0], minlength=len(found))
        return counted.astype(np.int64)

    def by_record(weights: npt.NDArray[Any]) -> IntArray:
        return np.bincount(row, weights=weights, minlength=len(codes)).astype(np.int64)[found.row]

    return GenotypeCounts(
        n_called=by_record(times * ~kinds.missing[kind]),
        n_het=by_allele(times[which] * (called & ~pure)),
        n_hom_alt=by_allele(times[which] * (called & pure)),
        n_missing=by_record(times * kinds.missing[kind]),
        ac=by_allele(times[which] * kinds.held[index]),
        an=by_record(times * kinds.copies[kind]),
    )


def _by_sample(codes: IntArray, kinds: Kinds) -> tuple[IntArray, IntArray, IntArray]:
    """Heterozygous, homozygous-alternate and missing calls of each sample; code -1 (no genotype) counts nowhere."""
    het, hom, missing = (
        np.append(flag, False)[codes].sum(axis=0) for flag in (kinds.mixed, kinds.homozygous, kinds.missing)
    )
    return het, hom, missing


def _calls(
    block: Block,
    found: Alleles,
    samples: pa.StringArray,
    codes: IntArray,
    kinds: Kinds,
    places: list[dict[str, int]],
    layout: IntArray,
) -> pa.Table:
    """One row for each allele and sample whose call holds the allele, or is missing."""
    rows, columns = np.nonzero(np.append((kinds.sizes > 0) | kinds.missing, False)[codes])
    token, allele = _call_alleles(codes[rows, columns], rows, kinds, found)
    at = _places_of(found, rows[token], allele)
    token, allele, at = token[at >= 0], allele[at >= 0], at[at >= 0]
    order = np.lexsort((columns[token], at))
    token, allele, at = token[order], allele[order], at[order]
    fields = _token_fields(block, rows, columns, places, layout, token)
    depths = pc.split_pattern(fields["AD"], ",")
    gt = pa.array(kinds.texts, pa.string()).take(pa.array(codes[rows, columns][token]))
    return pa.table(
        {
            "key": pa.array(found.first_key + at),
            "sample": samples.take(pa.array(columns[token])),
            "gt": gt,
            "phased": pc.and_(pc.match_substring(gt, "|"), pc.invert(pc.match_substring(gt, "/"))),
            "dp": integers(fields["DP"]),
            "gq": decimals(fields["GQ"]),
            "ad_ref": integers(list_element(depths, np.zeros(len(token), np.int64))),
            "ad_alt": integers(list_element(depths, allele)),
        },
        schema=CALL_SCHEMA,
    )


def _token_fields(
    block: Block, rows: IntArray, columns: IntArray, places: list[dict[str, int]], layout: IntArray, token: IntArray
) -> dict[str, pa.StringArray]:
    """DP, GQ and AD of some samples' texts, each where its record's FORMAT says."""
    starts = block.bounds[rows, columns + FIRST_SAMPLE] + 1
    ends = block.bounds[rows, columns + FIRST_SAMPLE + 1]
    lists = pc.split_pattern(slices(block.data, starts, ends), ":")
    which = layout[rows]
    fields = {}
    for name in ("DP", "GQ", "AD"):
        index = np.array([place[name] for place in places], np.int64)[which]
        fields[name] = list_element(lists, index).take(pa.array(token))
    return fields


def _call_alleles(codes: IntArray, rows: IntArray, kinds: Kinds, found: Alleles) -> tuple[IntArray, IntArray]:
    """For each interesting call its alternate alleles; for one that is missing every allele of its record.

    Two arrays: index of the call, and number of the allele.
    """
    held, index = kinds.expanded(codes)
    alternates = np.bincount(found.row, minlength=int(rows.max(initial=-1)) + 1)
    gone = np.flatnonzero(kinds.sizes[codes] == 0)
    repeats = alternates[rows[gone]]
    first = np.repeat(np.cumsum(repeats) - repeats, repeats)
    every = np.arange(int(repeats.sum())) - first + 1
    return np.concatenate((held, np.repeat(gone, repeats))), np.concatenate((kinds.alleles[index], every))


def counts_as_arrays(counts: GenotypeCounts) -> dict[str, pa.Int64Array]:
    """The columns of variants.parquet that counts give."""
    return {
        name: pa.array(to_numpy(pa.array(getattr(counts, name))))
        for name in ("n_called", "n_het", "n_hom_alt", "n_missing")
    }
