"""Made-up variants on the made-up genome: the file to annotate, and the source that it is looked up in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from util_jobs.bench.annotation.genome import Genome, Sequence

IntArray = npt.NDArray[np.int64]
BLOCK_SITES = 200_000
INDEL_SHARE = 0.1
LONGEST_INDEL = 8
KNOWN_SHARE = 0.5  # of the file's sites that the source holds too, as far as the source is large enough
HEADER_END = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
# INFO keys of the source and the type of each.
SOURCE_FIELDS = {"SRC_AF": "Float", "SRC_AC": "Integer", "SRC_CLASS": "String"}
CLASSES = pa.array(["Benign", "Likely_benign", "Uncertain_significance", "Likely_pathogenic", "Pathogenic"])


@dataclass(frozen=True)
class Sites:
    """Sites of one contig in order; `pos` is 1-based, `ref` and `alt` are parsimonious."""

    contig: str
    pos: IntArray
    ref: pa.StringArray
    alt: pa.StringArray

    def __len__(self) -> int:
        return len(self.pos)


def sites_of(genome: Genome, count: int, seed: int) -> Iterator[Sites]:
    """`count` sites in all, spread evenly over the contigs, every tenth an insertion or deletion."""
    left = count
    for number, (contig, sequence) in enumerate(genome.sequences.items()):
        mine = left // (len(genome.sequences) - number)
        left -= mine
        random = np.random.default_rng((seed, number))
        places = np.sort(random.choice(len(sequence) - 200, mine, replace=False, shuffle=False)) + 100
        for start in range(0, mine, BLOCK_SITES):
            yield _alleles(contig, sequence, places[start : start + BLOCK_SITES])


def _alleles(contig: str, sequence: Sequence, places: IntArray) -> Sites:
    """The allele of each 0-based place follows from the place alone, so that two files can share alleles."""
    mixed = (places.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)
    kind = (mixed % np.uint64(1000)).astype(np.int64)
    indel = kind < int(INDEL_SHARE * 1000)
    inserted = indel & (kind % 2 == 0)
    extra = (mixed >> np.uint64(10)).astype(np.int64) % LONGEST_INDEL + 1
    ref_length = np.where(indel & ~inserted, extra + 1, 1)
    ref = _pieces(sequence, places, ref_length)
    shift = (mixed >> np.uint64(16)).astype(np.int64) % 3 + 1
    bases = np.frombuffer(b"ACGT", np.uint8)
    code = np.searchsorted(bases, sequence[places])
    other = pa.array(bases[(code + shift) % 4].view("S1").astype(str))
    anchor = _pieces(sequence, places, np.ones_like(places))
    tail = _pieces(sequence[::-1], len(sequence) - places - 60, np.where(inserted, extra, 0))
    longer = pc.binary_join_element_wise(anchor, tail, "")
    alt = pc.if_else(pa.array(indel), pc.if_else(pa.array(inserted), longer, anchor), other)
    return Sites(contig, places + 1, ref, alt)


def _pieces(sequence: Sequence, starts: IntArray, lengths: IntArray) -> pa.StringArray:
    """The stretches of the sequence from each 0-based start."""
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    index = np.repeat(starts - offsets[:-1], lengths) + np.arange(offsets[-1])
    return pa.StringArray.from_buffers(len(starts), pa.py_buffer(offsets), pa.py_buffer(sequence[index].tobytes()))


def write_variants(genome: Genome, count: int, samples: int, seed: int, out: IO[bytes], *, clean: bool = True) -> None:
    """The file to annotate, as callers write it. One that is not `clean` declares nothing in its header."""
    random = np.random.default_rng((seed, 99))
    names = "".join(f"\tS{number}" for number in range(1, samples + 1))
    layout = f"\tFORMAT{names}" if samples else ""
    lines = ["##fileformat=VCFv4.2", *(_declarations(genome) if clean else [])]
    out.write(("\n".join([*lines, HEADER_END + layout]) + "\n").encode())
    for sites in sites_of(genome, count, seed):
        size = len(sites)
        depth = random.integers(20, 60, size)
        parts: list[Any] = [
            f"{sites.contig}\t", _text(sites.pos), "\t.\t", sites.ref, "\t", sites.alt, "\t",
            _text(random.integers(100, 5000, size)), "\tPASS\tAC=", _text(random.integers(1, 3, size)), ";AN=2;DP=",
            _text(depth), ";MQ=", _text(random.integers(4000, 6001, size) / 100),
        ]  # fmt: skip
        if samples:
            parts.append("\tGT:AD:DP:GQ")
        for _ in range(samples):
            alternate = (depth * random.random(size)).astype(np.int64)
            genotype = pa.array(["0/0", "0/1", "1/1"]).take(pa.array(random.integers(0, 3, size)))
            parts += ["\t", genotype, ":", _text(depth - alternate), ",", _text(alternate), ":", _text(depth), ":"]
            parts.append(_text(random.integers(10, 100, size)))
        out.write(_joined([*parts, "\n"]))


def write_source(genome: Genome, count: int, shared_with: int, seed: int, out: IO[bytes]) -> None:
    """The source: `count` records, of which about half of the `shared_with` sites of the file are a part."""
    lines = ["##fileformat=VCFv4.2", *_contig_lines(genome)]
    lines += [
        f'##INFO=<ID={key},Number={"A" if type_ != "String" else "1"},Type={type_},Description="Made up">'
        for key, type_ in SOURCE_FIELDS.items()
    ]
    out.write(("\n".join([*lines, HEADER_END]) + "\n").encode())
    random = np.random.default_rng((seed, 98))
    shared = min(int(shared_with * KNOWN_SHARE), count // 2)
    for number, (contig, sequence) in enumerate(genome.sequences.items()):
        known = _known_places(genome, contig, shared_with, seed)
        known = random.choice(known, min(shared // len(genome.sequences), len(known)), replace=False)
        fresh = random.choice(len(sequence) - 200, count // len(genome.sequences), replace=False) + 100
        places = np.unique(np.concatenate((known, fresh)))
        del number
        for start in range(0, len(places), BLOCK_SITES):
            sites = _alleles(contig, sequence, places[start : start + BLOCK_SITES])
            size = len(sites)
            classes = CLASSES.take(pa.array(random.integers(0, len(CLASSES), size)))
            parts = [
                f"{contig}\t", _text(sites.pos), "\t.\t", sites.ref, "\t", sites.alt, "\t.\t.\tSRC_AF=",
                _text(random.integers(1, 10_000, size) / 10_000), ";SRC_AC=", _text(random.integers(1, 9999, size)),
                ";SRC_CLASS=", classes, "\n",
            ]  # fmt: skip
            out.write(_joined(parts))


def _known_places(genome: Genome, contig: str, count: int, seed: int) -> IntArray:
    parts = [sites.pos - 1 for sites in sites_of(genome, count, seed) if sites.contig == contig]
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _declarations(genome: Genome) -> list[str]:
    return [
        *_contig_lines(genome),
        '##FILTER=<ID=PASS,Description="All filters passed">',
        '##INFO=<ID=AC,Number=A,Type=Integer,Description="Allele count">',
        '##INFO=<ID=AN,Number=1,Type=Integer,Description="Called alleles">',
        '##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">',
        '##INFO=<ID=MQ,Number=1,Type=Float,Description="Mapping quality">',
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Depth of each allele">',
        '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">',
        '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
    ]


def _contig_lines(genome: Genome) -> list[str]:
    return [f"##contig=<ID={name},length={len(sequence)}>" for name, sequence in genome.sequences.items()]


def _text(numbers: npt.NDArray[Any]) -> pa.StringArray:
    return pa.array(numbers).cast(pa.string())


def _joined(parts: list[Any]) -> bytes:
    lines = pc.binary_join_element_wise(*parts, "")
    whole = pa.ListArray.from_arrays(pa.array([0, len(lines)], pa.int32()), lines)
    return pc.binary_join(whole, "")[0].as_py().encode()


def written(path: Path, write: Callable[[IO[bytes]], None]) -> Path:
    """Write a file through a function that takes its handle."""
    with path.open("wb") as handle:
        write(handle)
    return path
