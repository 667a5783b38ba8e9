"""What changes do to codons, in VEP's words: terms, amino acids, codons and places. Here the columns they all fill."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipeline.annotation.columnar import IntArray


@dataclass(frozen=True)
class CodonEffects:
    """One row for each pair of a change and a translated transcript: sets of terms and VEP's columns."""

    terms: IntArray
    amino_acids: pa.StringArray
    codons: pa.StringArray
    protein_position: pa.Int64Array
    cds_position: pa.Int64Array
    hgvs_p: pa.StringArray

    @staticmethod
    def stacked(parts: list[CodonEffects]) -> CodonEffects:
        """Several as one."""
        names = ("amino_acids", "codons", "protein_position", "cds_position", "hgvs_p")
        arrays = {name: pa.concat_arrays([getattr(part, name) for part in parts]) for name in names}
        return CodonEffects(np.concatenate([part.terms for part in parts]), **arrays)
