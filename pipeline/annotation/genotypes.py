"""Genotypes of a block, read from its bytes at once: counts for each allele, and the calls that are not reference.

A sample counts as called when none of its alleles is missing. A call is heterozygous for an allele when it holds it
beside another one, homozygous when it holds nothing else (a haploid call counts as homozygous).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.alleles import Alleles
from pipeline.annotation.columnar import IntArray, list_element, slices, to_numpy
from pipeline.annotation.numbers import decimals, integers
from pipeline.annotation.prepare.blocks import Block
from pipeline.annotation.prepare.reserved_types import ORIGINAL_SUFFIX

FIRST_SAMPLE = 9
MISSING = -1
DIGITS = np.zeros(256, bool)
DIGITS[list(b"0123456789.")] = True
ENDS = np.zeros(256, bool)
ENDS[list(b":\t\n")] = True
SEPARATORS = np.zeros(256, bool)
SEPARATORS[list(b"/|")] = True
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
    texts, codes = _genotype_codes(block, np.array([place["GT"] == 0 for place in places])[layout])
    _read_displaced(block, places, layout, texts, codes)
    parsed = [parse_genotype(text) for text in texts]
    counts, tally = _counts(codes, parsed, found)
    calls = _calls(block, found, samples, codes, texts, parsed, places, layout)
    return Genotypes(counts, calls, *tally)


def _places(layout: str) -> dict[str, int]:
    """Index of each field of interest in a FORMAT text; -1 where it is absent."""
    names = layout.split(":")
    places = {}
    for key in ("GT", "DP", "GQ", "AD"):
        name = key + ORIGINAL_SUFFIX if key + ORIGINAL_SUFFIX in names else key
        places[key] = names.index(name) if name in names else -1
    return places


def parse_genotype(text: str) -> tuple[int, ...]:
    """Allele numbers of a GT text; -1 for a missing allele."""
    parts = [part for part in re.split(r"[/|]", text) if part]
    return tuple(int(part) if part.isdigit() else MISSING for part in parts) or (MISSING,)


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


def _read_displaced(block: Block, places: list[dict[str, int]], layout: IntArray, texts: list[str], codes: IntArray) -> None:
    """Records whose FORMAT has GT elsewhere than first (the specification forbids it; files do it)."""
    index = np.array([place["GT"] for place in places], np.int64)[layout]
    chosen = np.zeros(codes.shape, bool)
    chosen[index > 0] = True
    if chosen.any():
        _add_rare(block, chosen, texts, codes, index)


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


def _counts(
    codes: IntArray, parsed: list[tuple[int, ...]], found: Alleles
) -> tuple[GenotypeCounts, tuple[IntArray, IntArray, IntArray]]:
    kinds = len(parsed)
    records = len(codes)
    valid = codes >= 0
    where = np.nonzero(valid)[0] * kinds + codes[valid]
    table = np.bincount(where, minlength=records * kinds).reshape(records, kinds)
    missing = np.array([MISSING in alleles for alleles in parsed])
    copies = np.array([sum(allele != MISSING for allele in alleles) for alleles in parsed])
    het = np.zeros((kinds, int(found.allele.max(initial=0)) + 1), np.int64)
    hom, held = np.zeros_like(het), np.zeros_like(het)
    for kind, alleles in enumerate(parsed):
        for allele in {allele for allele in alleles if 0 < allele < het.shape[1]}:
            held[kind, allele] = alleles.count(allele)
            if not missing[kind]:
                (hom if set(alleles) == {allele} else het)[kind, allele] = 1
    row, allele = found.row, found.allele
    counts = GenotypeCounts(
        n_called=(table @ ~missing)[row],
        n_het=(table @ het)[row, allele],
        n_hom_alt=(table @ hom)[row, allele],
        n_missing=(table @ missing)[row],
        ac=(table @ held)[row, allele],
        an=(table @ copies)[row],
    )
    return counts, _by_sample(codes, parsed, missing)


def _by_sample(
    codes: IntArray, parsed: list[tuple[int, ...]], missing: npt.NDArray[np.bool_]
) -> tuple[IntArray, IntArray, IntArray]:
    """Heterozygous, homozygous-alternate and missing calls of each sample."""
    is_het = np.array([not gone and len(set(alleles)) > 1 for alleles, gone in zip(parsed, missing, strict=True)] + [False])
    is_hom = np.array(
        [not gone and len(set(alleles)) == 1 and alleles[0] > 0 for alleles, gone in zip(parsed, missing, strict=True)]
        + [False]
    )
    gone = np.append(missing, False)
    return is_het[codes].sum(axis=0), is_hom[codes].sum(axis=0), gone[codes].sum(axis=0)


def _calls(
    block: Block,
    found: Alleles,
    samples: pa.StringArray,
    codes: IntArray,
    texts: list[str],
    parsed: list[tuple[int, ...]],
    places: list[dict[str, int]],
    layout: IntArray,
) -> pa.Table:
    """One row for each allele and sample whose call holds the allele, or is missing."""
    interesting = np.array([any(allele != 0 for allele in alleles) for alleles in parsed] + [False])
    rows, columns = np.nonzero(interesting[codes])
    token, row, allele = _call_alleles(codes[rows, columns], rows, parsed, found)
    key_of = found.row * MAX_ALLELES + found.allele
    wanted = row * MAX_ALLELES + allele
    at = np.searchsorted(key_of, wanted)
    held = (at < len(key_of)) & (key_of[np.minimum(at, max(len(key_of) - 1, 0))] == wanted) if len(key_of) else at < 0
    token, allele, at = token[held], allele[held], at[held]
    order = np.lexsort((columns[token], at))
    token, allele, at = token[order], allele[order], at[order]
    starts = block.bounds[rows, columns + FIRST_SAMPLE] + 1
    ends = block.bounds[rows, columns + FIRST_SAMPLE + 1]
    lists = pc.split_pattern(slices(block.data, starts, ends), ":")
    fields = {
        name: list_element(lists, np.array([place[name] for place in places], np.int64)[layout[rows]]).take(pa.array(token))
        for name in ("DP", "GQ", "AD")
    }
    depths = pc.split_pattern(fields["AD"], ",")
    gt = pa.array(texts, pa.string()).take(pa.array(codes[rows, columns][token]))
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


def _call_alleles(
    codes: IntArray, rows: IntArray, parsed: list[tuple[int, ...]], found: Alleles
) -> tuple[IntArray, IntArray, IntArray]:
    """For each interesting call its alternate alleles; for one that is missing altogether every allele of its record."""
    alternates = np.bincount(found.row, minlength=int(rows.max(initial=-1)) + 1)
    parts: list[tuple[IntArray, IntArray]] = []
    for code in np.unique(codes).tolist():
        tokens = np.flatnonzero(codes == code)
        held = sorted({allele for allele in parsed[code] if allele > 0})
        for allele in held:
            parts.append((tokens, np.full(len(tokens), allele, np.int64)))
        if not held:
            repeats = alternates[rows[tokens]]
            first = np.repeat(np.cumsum(repeats) - repeats, repeats)
            parts.append((np.repeat(tokens, repeats), np.arange(int(repeats.sum())) - first + 1))
    if not parts:
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing
    token = np.concatenate([part[0] for part in parts])
    allele = np.concatenate([part[1] for part in parts])
    return token, rows[token], allele


def counts_as_arrays(counts: GenotypeCounts) -> dict[str, pa.Int64Array]:
    """The columns of variants.parquet that counts give."""
    return {name: pa.array(to_numpy(pa.array(getattr(counts, name)))) for name in ("n_called", "n_het", "n_hom_alt", "n_missing")}
