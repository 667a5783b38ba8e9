"""HGVS on the contig: `NC_000022.11:g.18079000A>G`, `NC_012920.1:m.3243A>G`."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import IntArray
from pipeline.annotation.hgvs.wording import Wording
from pipeline.annotation.transcripts.changes import DELETION, INSERTION, Changes
from pipeline.reference.bundle import Contig
from pipeline.reference.contigs import MITOCHONDRIAL

REFSEQ = re.compile(r"NC_\d+\.\d+\Z")


def genomic_prefix(contig: Contig) -> str:
    """The RefSeq accession where the bundle knows one, else the contig's name; `m.` for mitochondria, else `g.`."""
    accession = next((name for name in (contig.name, *contig.aliases) if REFSEQ.match(name)), contig.name)
    mitochondrial = contig.name in MITOCHONDRIAL or any(alias in MITOCHONDRIAL for alias in contig.aliases)
    return f"{accession}:{'m' if mitochondrial else 'g'}."


def genomic_descriptions(contig: Contig, changes: Changes, wording: Wording) -> pa.StringArray:
    """One description for each change."""
    first, last = described_range(changes, wording, np.ones(len(changes), bool))
    place = pa.array(first).cast(pa.string())
    several = np.flatnonzero(last > first)
    if len(several):
        ends = pa.array(last[several]).cast(pa.string())
        both = pc.binary_join_element_wise(place.take(pa.array(several)), ends, "_")
        source = np.arange(len(place))
        source[several] = len(place) + np.arange(len(several))
        place = pa.concat_arrays([place, both]).take(pa.array(source))
    return pc.binary_join_element_wise(genomic_prefix(contig), place, wording.forward, "")


def described_range(changes: Changes, wording: Wording, forward: np.ndarray) -> tuple[IntArray, IntArray]:
    """Leftmost and rightmost base that a description names, with the change moved to its 3′ end (`forward`: to the
    right). An insertion names the bases on both its sides, a duplication those that it repeats."""
    moved = np.where(forward & ((changes.kind == INSERTION) | (changes.kind == DELETION)), wording.shift, 0)
    first, last = changes.low + moved, changes.high + moved
    duplication = wording.repeated > 0
    if duplication.any():
        length = wording.repeated
        first, last = (
            np.where(duplication, np.where(forward, changes.end + moved - length + 1, changes.start), first),
            np.where(duplication, np.where(forward, changes.end + moved, changes.start + length - 1), last),
        )
    return first, last
