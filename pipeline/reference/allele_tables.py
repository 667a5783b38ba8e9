"""Allele tables: the form in which a bundle keeps a source that is matched by contig, position, REF and ALT.

A Parquet file sorted by contig and position, with the columns contig, pos (1-based), ref, alt (normalised: left-aligned
and parsimonious against the bundle's FASTA) and one column for each INFO key. Row groups are small, so that a job reads
only the stretch of the genome where it has variants.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pysam

Row = tuple[str, int, str, str, dict[str, Any]]
ROW_GROUP_ROWS = 65_536


def normalised(rows: Iterable[Row], fasta: Path, counts: Counter[str]) -> Iterator[Row]:
    """Left-aligned, parsimonious rows (Tan, Abecasis and Kang, 2015); REF mismatches are left out and counted."""
    with pysam.FastaFile(str(fasta)) as reference:
        for contig, pos, ref, alt, values in rows:
            if reference.fetch(contig, pos - 1, pos - 1 + len(ref)).upper() != ref:
                counts["reference_mismatch"] += 1
                continue
            at, left, right = left_align(reference, contig, pos, ref, alt)
            counts["moved"] += at != pos
            yield contig, at, left, right, values


def left_align(reference: pysam.FastaFile, contig: str, pos: int, ref: str, alt: str) -> tuple[int, str, str]:
    """The normal form of one allele; `pos` is 1-based."""
    while True:
        if ref[-1] == alt[-1] and ((len(ref) > 1 and len(alt) > 1) or pos > 1):
            ref, alt = ref[:-1], alt[:-1]
        else:
            break
        if not ref or not alt:
            pos -= 1
            base = reference.fetch(contig, pos - 1, pos).upper()
            ref, alt = base + ref, base + alt
    while len(ref) > 1 and len(alt) > 1 and ref[0] == alt[0]:
        pos, ref, alt = pos + 1, ref[1:], alt[1:]
    return pos, ref, alt


def write_allele_table(rows: Iterable[Row], fields: dict[str, pa.DataType], out: Path, counts: Counter[str]) -> None:
    """Write the rows sorted; of two rows for one allele the first is kept."""
    kept: dict[tuple[str, int, str, str], dict[str, Any]] = {}
    for contig, pos, ref, alt, values in rows:
        if (contig, pos, ref, alt) in kept:
            counts["duplicate"] += 1
        else:
            kept[contig, pos, ref, alt] = values
    counts["kept"] = len(kept)
    ordered = sorted(kept)
    columns: dict[str, pa.Array] = {
        "contig": pa.array([key[0] for key in ordered], pa.string()),
        "pos": pa.array([key[1] for key in ordered], pa.int64()),
        "ref": pa.array([key[2] for key in ordered], pa.string()),
        "alt": pa.array([key[3] for key in ordered], pa.string()),
    }
    for name, type_ in fields.items():
        columns[name] = pa.array([kept[key][name] for key in ordered], type_)
    pq.write_table(pa.table(columns), out, compression="zstd", row_group_size=ROW_GROUP_ROWS)
