"""Variants that a result lists more than once: for what it says of them its first row counts, the one that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.results import connection

AT_ONCE = 10_000  # rows of one question


def settled(batch: pa.RecordBatch, parts: Sequence[tuple[str, str]], names: Sequence[str]) -> pa.RecordBatch:
    """The batch without its column `repeated`, and with `differs` put right where that says that a result repeats the
    variant. `parts` are path and SQL of what is told, in the order of `names` (bit n of `differs` is the n-th)."""
    doubtful = pc.and_(batch["repeated"], pc.not_equal(batch["differs"], 0))
    if pc.any(doubtful).as_py():
        places = [place for place, is_doubtful in enumerate(doubtful.to_pylist()) if is_doubtful]
        differs = batch["differs"].to_pylist()
        for start in range(0, len(places), AT_ONCE):
            some = places[start : start + AT_ONCE]
            told = [_told(part, batch[f"r{number}"].take(some).to_pylist()) for number, part in enumerate(parts)]
            for place, rows in zip(some, zip(*told, strict=True), strict=True):
                differs[place] = _differences([row for row in rows if row is not None], len(names))
        at = batch.schema.get_field_index("differs")
        batch = batch.set_column(at, "differs", pa.array(differs, batch["differs"].type))
    return batch.drop_columns(["repeated"])


def _told(part: tuple[str, str], rids: Sequence[int | None]) -> list[tuple[Any, ...] | None]:
    """What a result says in each of these rows (0-based row numbers), None where it has none."""
    path, told = part
    wanted = [rid for rid in rids if rid is not None]
    if not wanted:
        return [None] * len(rids)
    asked = (
        f"SELECT v.rid, {told} FROM read_parquet($path) v WHERE v.rid >= $first AND v.rid <= $last "
        "AND v.rid IN (SELECT unnest($rids))"
    )
    bounds = {"path": path, "first": min(wanted), "last": max(wanted), "rids": wanted}
    found = {row[0]: tuple(row[1:]) for row in connection.rows(asked, bounds)}
    return [None if rid is None else found[rid] for rid in rids]


def _differences(rows: Sequence[tuple[Any, ...]], count: int) -> int:
    """The set of bits of what these rows disagree about; what a result has no column for is no disagreement."""
    sets = [{row[bit] for row in rows if row[bit] is not None} for bit in range(count)]
    return sum(1 << bit for bit, values in enumerate(sets) if len(values) > 1)
