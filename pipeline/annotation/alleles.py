"""The alternate alleles of a block of records: one row each, with the reason where one cannot be annotated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import IntArray, concatenated, join, mask, strings_equal, to_numpy
from pipeline.annotation.contig_plan import ContigPlan
from pipeline.annotation.engines.base import ALLELE_TAG
from pipeline.annotation.prepare.blocks import Block

Codes = npt.NDArray[np.int8]
ANNOTATED = 0
# Why an allele or a record is carried through without annotation; the index is the code.
SKIP_REASONS = (
    "",
    "unknown_contig",
    "beyond_contig_end",
    "reference_mismatch",
    "reference_unknown",
    "no_alternate_allele",
    "symbolic_allele",
    "breakend",
    "spanning_deletion",
    "ambiguous_base",
    "invalid_allele",
    "same_as_reference",
    "missing_allele",
)
CODE = {reason: code for code, reason in enumerate(SKIP_REASONS)}
SKIP_SENTENCES = {
    "unknown_contig": "the contig is not in the reference bundle, or is another sequence there",
    "beyond_contig_end": "the position lies beyond the end of the contig",
    "reference_mismatch": "REF differs from the reference sequence",
    "reference_unknown": "the reference sequence is masked or unknown (N) there",
    "no_alternate_allele": "the record has no alternate allele",
    "symbolic_allele": "the allele is symbolic, such as <DEL>",
    "breakend": "the allele is a breakend",
    "spanning_deletion": "the allele is a deletion that starts further left (*)",
    "ambiguous_base": "the allele holds an ambiguous base (IUPAC code)",
    "invalid_allele": "the allele is not a sequence of bases",
    "same_as_reference": "the allele equals REF",
    "missing_allele": "the allele is missing (.) in a list of alleles",
}
# The first pattern that an allele matches decides.
ALT_PATTERNS = (
    (CODE["spanning_deletion"], r"^\*$"),
    (CODE["missing_allele"], r"^\.$"),
    (CODE["symbolic_allele"], r"^<.*>$"),
    (CODE["breakend"], r"[\[\]]|^\.[A-Za-z]+$|^[A-Za-z]+\.$"),
    (CODE["ambiguous_base"], r"(?i)^[ACGTNRYSWKMBDHVU]+$"),
)


@dataclass
class Alleles:
    """Rows are alternate alleles in the order of the file; `row` is the index of the record in its block."""

    first_key: int  # running number of the first allele; the others follow
    row: IntArray
    record: IntArray  # 0-based number of the record in the input
    allele: IntArray  # 1-based ALT
    chrom: pa.StringArray
    pos: IntArray  # 1-based, as uploaded
    ref: pa.StringArray  # as uploaded
    alt: pa.StringArray  # as uploaded
    skip: Codes
    contig_order: IntArray
    record_skip: Codes  # for each record of the block: the code that it has without any allele
    plain: npt.NDArray[np.bool_]  # needs no engine: in its normal form as it stands, and outside of exons
    same_as: IntArray  # index of the first allele of the block that is the same change; engines see each change once
    worded_as: IntArray  # index of the allele whose engine text holds for this one too; mostly its own

    def __len__(self) -> int:
        return len(self.row)

    @property
    def sent(self) -> npt.NDArray[np.bool_]:
        """Alleles that an engine is asked about."""
        return (self.skip == ANNOTATED) & ~self.plain & (self.same_as == np.arange(len(self)))

    @property
    def keys(self) -> IntArray:
        """Running numbers of the alleles."""
        return np.arange(self.first_key, self.first_key + len(self), dtype=np.int64)


def alleles_of(block: Block, records: IntArray, first_key: int, plan: ContigPlan) -> Alleles:
    """Split the records of a block into alleles. `records` are the 0-based numbers of its records in the input.

    An ALT that is `.` has no allele. A `.` inside a list is an allele without annotation, so that the values that are
    written for each allele (Number=A, VCF 4.3 section 1.4.2) stay as many as ALT has.
    """
    lists = pc.split_pattern(block.alt, ",")
    row = to_numpy(pc.list_parent_indices(lists)).astype(np.int64)
    alt = pc.list_flatten(lists)
    starts = lists.offsets.to_numpy()[:-1].astype(np.int64)
    allele = np.arange(len(row)) - starts[row] + 1
    real = ~strings_equal(block.alt, ".")[row]
    row, allele, alt = row[real], allele[real], alt.filter(pa.array(real))
    record_skip = np.full(len(block), CODE["no_alternate_allele"], np.int8)
    rows = pa.array(row)
    found = Alleles(
        first_key=first_key,
        row=row,
        record=records[row],
        allele=allele,
        chrom=block.chrom.take(rows),
        pos=block.pos[row],
        ref=block.ref.take(rows),
        alt=alt,
        skip=np.zeros(len(row), np.int8),
        contig_order=np.zeros(len(row), np.int64),
        record_skip=record_skip,
        plain=np.zeros(len(row), bool),
        same_as=np.arange(len(row)),
        worded_as=np.arange(len(row)),
    )
    _mark_alleles(found)
    _mark_places(found, plan)
    _mark_duplicates(found)
    return found


def _mark_alleles(found: Alleles) -> None:
    plain_alt = mask(pc.match_substring_regex(found.alt, r"(?i)^[ACGTN]+$"))
    found.skip[~plain_alt] = CODE["invalid_allele"]
    undecided = ~plain_alt
    for code, pattern in ALT_PATTERNS:
        if not undecided.any():
            break
        hit = undecided & mask(pc.match_substring_regex(found.alt, pattern))
        found.skip[hit] = code
        undecided &= ~hit
    plain_ref = mask(pc.match_substring_regex(found.ref, r"(?i)^[ACGTN]+$"))
    if not plain_ref.all():
        iupac = mask(pc.match_substring_regex(found.ref, ALT_PATTERNS[-1][1]))
        bad = ~plain_ref & (found.skip == ANNOTATED)
        found.skip[bad] = np.where(iupac, CODE["ambiguous_base"], CODE["invalid_allele"])[bad]
    same = mask(pc.equal(pc.utf8_upper(found.ref), pc.utf8_upper(found.alt)))
    found.skip[same & (found.skip == ANNOTATED)] = CODE["same_as_reference"]


def _mark_places(found: Alleles, plan: ContigPlan) -> None:
    """The contig's place in the output; a contig that is not held, or a position off its end, outweighs the rest."""
    if not len(found):
        return
    encoded = pc.dictionary_encode(found.chrom)
    names = encoded.dictionary.to_pylist()
    codes = encoded.indices.to_numpy()
    planned = [plan.contig(name) for name in names]
    found.contig_order = np.array([contig.order for contig in planned], np.int64)[codes]
    lengths = np.array([contig.target.length if contig.target else -1 for contig in planned], np.int64)[codes]
    last = found.pos + to_numpy(pc.binary_length(found.ref)) - 1
    found.skip[(lengths >= 0) & ((last > lengths) | (found.pos < 1))] = CODE["beyond_contig_end"]
    found.skip[lengths < 0] = CODE["unknown_contig"]


def _mark_duplicates(found: Alleles) -> None:
    """Repeated changes are annotated once: bcftools norm takes quadratic time for many records at one place."""
    beside = (np.diff(found.pos) == 0) & (np.diff(found.contig_order) == 0)  # the records are sorted
    shared = np.flatnonzero(np.append(beside, False) | np.insert(beside, 0, False)) if len(found) else found.row
    if not len(shared):
        return
    rows = pa.array(shared)
    place = pc.add(pc.multiply(pa.array(found.contig_order[shared]), 1 << 32), pa.array(found.pos[shared]))
    ref, alt = pc.utf8_upper(found.ref.take(rows)), pc.utf8_upper(found.alt.take(rows))
    codes = join(place.cast(pa.string()), ">", ref, ">", alt).dictionary_encode().indices.to_numpy()
    first = np.full(int(codes.max()) + 1, len(found))
    np.minimum.at(first, codes, shared)
    found.same_as[shared] = first[codes]


def engine_lines(found: Alleles, chosen: npt.NDArray[np.bool_], contig: str) -> bytes:
    """The chosen alleles as VCF lines for an engine, with the bundle's contig name and nothing of the input's INFO."""
    which = pa.array(np.flatnonzero(chosen))
    keys = pa.array(found.keys[chosen]).cast(pa.string())
    pos = pa.array(found.pos[chosen]).cast(pa.string())
    ref = pc.utf8_upper(found.ref.take(which))
    alt = pc.utf8_upper(found.alt.take(which))
    return concatenated(join(contig + "\t", pos, "\t.\t", ref, "\t", alt, f"\t.\t.\t{ALLELE_TAG}=", keys, "\n"))
