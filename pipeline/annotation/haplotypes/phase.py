"""Whether a file's genotypes say which alleles lie on the same chromosome copy, from its first records."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import IntArray, mask
from pipeline.annotation.contig_plan import ContigPlan
from pipeline.annotation.genotype_codes import FIRST_SAMPLE, read_genotypes
from pipeline.annotation.haplotypes.carriers import placed, places_of, tells_phase
from pipeline.annotation.prepare.blocks import Block
from pipeline.reference.contigs import MITOCHONDRIAL

Blocks = Iterator[tuple[Block, IntArray, int]]


def is_phased(blocks: Blocks, records: int, plan: ContigPlan) -> bool:
    """Whether one of the first `records` records has a genotype that is phased or haploid, or a homozygous one of the
    mitochondrion, whose every copy is the same."""
    left = records
    for block, _, _ in blocks:
        part = some_records(block, np.arange(min(left, len(block))))
        layouts = part.column(FIRST_SAMPLE - 1).dictionary_encode()
        names = [text.split(":") for text in layouts.dictionary.to_pylist()]
        texts, codes = read_genotypes(part, places_of(names, "GT")[layouts.indices.to_numpy()])
        homoplasmic = np.unique(codes[_mitochondrial(part, plan)])
        if any(map(tells_phase, texts)) or any(placed(texts[code]).first > 0 for code in homoplasmic if code >= 0):
            return True
        left -= len(part)
        if left <= 0:
            break
    return False


def _mitochondrial(part: Block, plan: ContigPlan) -> IntArray:
    targets = {name: plan.contig(name).target for name in pc.unique(part.chrom).to_pylist()}
    mine = [name for name, target in targets.items() if target is not None and target.name in MITOCHONDRIAL]
    return np.flatnonzero(mask(pc.is_in(part.chrom, value_set=pa.array(mine, pa.string()))))


def some_records(block: Block, rows: IntArray) -> Block:
    """Some records of a block."""
    return Block(block.data, block.bounds[rows], block.line_numbers[rows])
