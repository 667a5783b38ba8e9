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
    with_rs_number: int = 0
    in_any: int = 0

    def document(self, annotated: int) -> dict[str, Any]:
        """As `summary.json` has it; known and novel add up to the `annotated` alleles."""
        return {
            "known": dict(self.by_source),
            "novel": {source: annotated - count for source, count in self.by_source.items()},
            "with_rs_number": self.with_rs_number,
            "known_in_any": self.in_any,
            "novel_in_all": annotated - self.in_any,
        }


def add_known(
    known: Known,
    ids: pa.StringArray,
    annotated: npt.NDArray[np.bool_],
    columns: Mapping[str, pa.Array],
    sources: Mapping[str, Sequence[str]],
) -> None:
    """Add the alleles of a block: their record's ID, whether each is annotated, and the sources with their columns.

    A record's rs number counts for each of its alleles: VCF does not say to which of them it belongs.
    """
    named = mask(pc.not_equal(ids, "."))
    if named.any():
        named = mask(pc.match_substring_regex(ids, RS_NUMBER))
    anywhere = named & annotated
    known.with_rs_number += int(anywhere.sum())
    for source, names in sources.items():
        held = np.zeros(len(ids), bool)
        for name in names:
            held |= mask(pc.is_valid(columns[name]))
        held &= annotated
        known.by_source[source] += int(held.sum())
        anywhere = anywhere | held
    known.in_any += int(anywhere.sum())
