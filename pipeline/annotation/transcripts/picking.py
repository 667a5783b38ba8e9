"""The row that speaks for an allele: one transcript for each gene, then one gene.

Of each gene a transcript speaks that the allele touches, before those that it only comes near; among them the one that
experts agreed on: MANE Select, then MANE Plus Clinical, then Ensembl's canonical one, as in the order of VEP's
`--pick`; where the bundle knows none that the allele touches, the most severe. Among genes the most severe consequence
decides. So a canonical transcript of one gene never hides a hit in another gene.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.annotation.columnar import IntArray
from pipeline.reference.gene_model_tables import CANONICAL, MANE_PLUS_CLINICAL, MANE_SELECT

TAG_NAMES = ("MANE Select", "MANE Plus Clinical", "canonical", None)


@dataclass(frozen=True)
class Candidates:
    """Rows by what decides among them; `allele` need not be sorted."""

    allele: IntArray
    gene: IntArray
    outside: npt.NDArray[np.bool_]  # upstream and downstream rows: the allele lies beside the transcript
    tag: IntArray  # place in TAG_NAMES
    severity: IntArray  # rank of the most severe term, 0 first
    protein_coding: npt.NDArray[np.bool_]
    name: IntArray  # rank of the transcript's id, for what is equal otherwise


def tag_places(flags: npt.NDArray[np.int8]) -> IntArray:
    """Place in TAG_NAMES by the flags of a gene model."""
    flags = flags.astype(np.int64)
    return np.select([flags & MANE_SELECT > 0, flags & MANE_PLUS_CLINICAL > 0, flags & CANONICAL > 0], [0, 1, 2], 3)


def picked(rows: Candidates, alleles: int) -> IntArray:
    """Index of the row that speaks for each allele; -1 where there is none."""
    best = np.full(alleles, -1, np.int64)
    if not len(rows.allele):
        return best
    coding = ~rows.protein_coding
    names = int(rows.name.max()) + 1
    genes = rows.allele * (int(rows.gene.max()) + 1) + rows.gene
    tag = rows.outside.astype(np.int64) << 2 | rows.tag
    in_gene = ((tag << 8 | rows.severity) << 1 | coding) * names + rows.name
    order = np.lexsort((in_gene, genes))
    speakers = order[_firsts(genes[order])]
    among = ((rows.severity << 1 | coding) << 2 | rows.tag)[speakers] * names + rows.name[speakers]
    order = speakers[np.lexsort((among, rows.allele[speakers]))]
    first = order[_firsts(rows.allele[order])]
    best[rows.allele[first]] = first
    return best


def _firsts(values: IntArray) -> npt.NDArray[np.bool_]:
    """Where a value of a sorted array stands for the first time."""
    return np.concatenate(([True], values[1:] != values[:-1]))
