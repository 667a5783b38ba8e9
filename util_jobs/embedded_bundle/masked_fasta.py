"""Writes the FASTA of the bundle: contigs of true length, real sequence in the known regions, N everywhere else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pysam

from pipeline.errors import InputError
from util_jobs.embedded_bundle.csq_cases import Case

# One line and its newline fill one block of bgzip (65,280 bytes): blocks of N are all alike, and less than half as
# large as with the usual 60 bases a line. The index knows the length of the lines, so that nobody reads a whole one.
LINE_BASES = 65_279


def write_masked_fasta(out: Path, lengths: dict[str, int], cases: Iterable[Case], whole: dict[str, str]) -> None:
    """Write `out` (bgzip) with its .fai and .gzi: the contigs of `lengths` in their order, then the `whole` ones.

    Raises InputError where two regions overlap, or one lies beyond the end of its contig.
    """
    regions = sorted(cases, key=lambda case: case.start)
    with pysam.BGZFile(str(out), "wb", None) as handle:
        for contig, length in lengths.items():
            handle.write(f">{contig}\n".encode())
            own = [case for case in regions if case.contig == contig]
            for line in _lines(_pieces(own, length)):
                handle.write(line)
        for contig, sequence in whole.items():
            handle.write(f">{contig}\n".encode())
            for line in _lines(iter([sequence.encode()])):
                handle.write(line)
    pysam.faidx(str(out))


def _pieces(cases: list[Case], length: int) -> Iterator[bytes]:
    """The sequence of a contig, piece by piece; a stretch of N comes in pieces of at most one line."""
    at = 1
    for case in cases:
        if case.start < at or case.end > length:
            raise InputError(f"{case.name} overlaps another region of contig {case.contig}, or lies beyond its end.")
        yield from _masked(case.start - at)
        yield case.sequence.encode()
        at = case.end + 1
    yield from _masked(length - at + 1)


def _masked(count: int) -> Iterator[bytes]:
    full = b"N" * LINE_BASES
    for _ in range(count // LINE_BASES):
        yield full
    yield b"N" * (count % LINE_BASES)


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces cut anew into lines of LINE_BASES."""
    rest = b""
    for piece in pieces:
        rest += piece
        while len(rest) >= LINE_BASES:
            yield rest[:LINE_BASES] + b"\n"
            rest = rest[LINE_BASES:]
    if rest:
        yield rest + b"\n"
