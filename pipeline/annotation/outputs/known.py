"""Known and novel alleles: what the sources hold, and what the file itself gives an rs number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import mask

RS_NUMBER = r"(?:^|;)rs[0-9]+(?:;|$)"


@dataclass
class Known:
    """Counts annotated alleles. `in_any`: held by a source that matches by allele, or with an rs number in ID."""

    by_source: Counter[str] = field(default_factory=Counter)
    not_covered: Counter[str] = field(default_factory=Counter)  # on contigs of which the source holds nothing
    not_covered_by_any: int = 0  # and without an rs number
    with_rs_number: int = 0
    in_any: int = 0

    def document(self, annotated: int) -> dict[str, Any]:
        """As `summary.json` has it; known, novel and not covered add up to the `annotated` alleles."""
        return {
            "known": dict(self.by_source),
            "novel": {source: annotated - count - self.not_covered[source] for source, count in self.by_source.items()},
            "not_covered": {source: self.not_covered[source] for source in self.by_source},
            "with_rs_number": self.with_rs_number,
            "known_in_any": self.in_any,
            "novel_in_all": annotated - self.in_any - self.not_covered_by_any,
            "not_covered_by_any": self.not_covered_by_any,
        }


def add_known(
    known: Known,
    ids: pa.StringArray,
    annotated: npt.NDArray[np.bool_],
    columns: Mapping[str, pa.Array],
    sources: Mapping[str, Sequence[str]],
    covered: Mapping[str, npt.NDArray[np.bool_]],
) -> None:
    """Add the alleles of a block: their record's ID, whether each is annotated, the sources with their columns,
    and for each source which alleles lie on a contig that it holds records of.

    A record's rs number counts for each of its alleles: VCF does not say to which of them it belongs.
    """
    named = mask(pc.not_equal(ids, "."))
    if named.any():
        named = mask(pc.match_substring_regex(ids, RS_NUMBER))
    anywhere = named & annotated
    known.with_rs_number += int(anywhere.sum())
    within = np.zeros(len(ids), bool)
    for source, names in sources.items():
        held = np.zeros(len(ids), bool)
        for name in names:
            held |= mask(pc.is_valid(columns[name]))
        held &= annotated
        known.by_source[source] += int(held.sum())
        known.not_covered[source] += int((annotated & ~covered[source]).sum())
        within |= covered[source]
        anywhere = anywhere | held
    known.in_any += int(anywhere.sum())
    known.not_covered_by_any += int((annotated & ~within & ~anywhere).sum())
