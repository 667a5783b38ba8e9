"""How many of the variants that match are in each class, of classes told apart in SQL: what most plots are made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.results import class_codes, connection
from pipeline.results.class_codes import NO_CLASS, Classing
from pipeline.results.kept import kept
from pipeline.results.matches import Source


def counts(source: Source, *keys: str, condition: str = "true", **values: Any) -> list[tuple[Any, ...]]:
    """The keys of each class that has variants, and how many they are, in no order.

    The same as `SELECT keys, count(*) FROM … WHERE condition GROUP BY ALL` over the rows that match, and asked so
    until the class of each row of a large result is known (`class_codes`). `keys` and `condition` are our own text,
    `values` their parameters.
    """
    classing = Classing(keys, condition, values)
    known = class_codes.of(source.job, source.total, classing) if source.job else None
    if known is None or (source.rids is None and source.count < source.total):
        return connection.rows(classing.question(source.quick), source.parameters | values)
    rids = source.rids
    found = known.totals if rids is None else kept.get((source.key, classing.layout), lambda: known.counts(rids))
    filled = [number for number in np.flatnonzero(found).tolist() if number != NO_CLASS]
    return [(*known.values[number], n) for number, n in zip(filled, found[filled].tolist(), strict=True)]
