"""A child process of the engine `vep`: writes what bcftools csq says of contigs that vepyr must not have in CSQ's form.

Those are contigs with another than the standard genetic code, which vepyr does not know, and contigs without a cache.
The entries say so in their field FLAGS.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.consequence_terms import impact_of
from pipeline.annotation.engines.base import OUTPUT_COLUMNS
from pipeline.annotation.engines.csq import CsqEngine
from pipeline.annotation.engines.vep_fields import BY_CSQ, FIELDS

LINES = 20_000  # read at once


def main() -> None:
    """From standard input to standard output."""
    for lines in _batches(sys.stdin.buffer):
        sys.stdout.buffer.write(converted(lines))
    sys.stdout.buffer.flush()


def _batches(stream: IO[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for line in stream:
        batch.append(line)
        if len(batch) == LINES:
            yield batch
            batch = []
    if batch:
        yield batch


def converted(lines: list[bytes]) -> bytes:
    """The same lines with CSQ instead of BCSQ in their last column."""
    parts = [line.rstrip(b"\n").split(b"\t", OUTPUT_COLUMNS - 1) for line in lines]
    raw = pa.array([None if part[-1] == b"." else part[-1].decode() for part in parts], pa.string())
    texts: list[list[str]] = [[] for _ in parts]
    rows = CsqEngine().parse(raw)
    alts = [allele(part[2].decode(), part[3].decode()) for part in parts]
    for row, entry in zip(rows["row"].to_pylist(), _entries(rows, alts), strict=True):
        texts[row].append(entry)
    out = bytearray()
    for part, entries in zip(parts, texts, strict=True):
        out += b"\t".join([*part[:-1], ",".join(entries).encode() or b"."]) + b"\n"
    return bytes(out)


def allele(ref: str, alt: str) -> str:
    """ALT as VEP writes it: without the base that stands before an insertion or deletion, `-` for nothing."""
    if len(ref) != len(alt) and ref[0] == alt[0]:
        return alt[1:] or "-"
    return alt


def _entries(rows: pa.Table, alts: list[str]) -> list[str]:
    """One CSQ entry for each consequence row."""
    columns = {
        "Allele": [alts[row] for row in rows["row"].to_pylist()],
        "Consequence": rows["consequence"].to_pylist(),
        "IMPACT": impact_of(rows["consequence"].combine_chunks()).to_pylist(),
        "SYMBOL": rows["gene"].to_pylist(),
        "Gene": rows["gene_id"].to_pylist(),
        "Feature_type": pc.if_else(pc.is_valid(rows["transcript"]), "Transcript", None).to_pylist(),
        "Feature": rows["transcript"].to_pylist(),
        "BIOTYPE": rows["biotype"].to_pylist(),
        "Protein_position": rows["protein_position"].cast(pa.string()).to_pylist(),
        "Amino_acids": rows["amino_acids"].to_pylist(),
        "STRAND": [{"+": "1", "-": "-1"}.get(strand) for strand in rows["strand"].to_pylist()],
        "FLAGS": [BY_CSQ] * len(rows),
    }
    nothing = [None] * len(rows)
    return [
        "|".join(value or "" for value in entry)
        for entry in zip(*(columns.get(name, nothing) for name in FIELDS), strict=True)
    ]


if __name__ == "__main__":
    main()
