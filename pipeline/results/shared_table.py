"""The table of the variants of several results: one row for each, with the results that hold it and what differs.

It is made a stretch of contigs at a time, so that memory does not grow with the results.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import LimitError
from pipeline.reference.contigs import MITOCHONDRIAL
from pipeline.results import connection
from pipeline.results.table_schema import identifier
from pipeline.settings import get_settings

LAYOUT = "shared-1"  # of the table; part of its name in the cache
DIFFERING = ("gene", "consequence", "clinvar")  # bit n of `differs` says that the results disagree about this
MOST_JOBS = 5


@dataclass(frozen=True)
class Part:
    """One result: the path of its table of variants, and the column for each of `DIFFERING` (None: it has none)."""

    path: str
    columns: tuple[str | None, ...]


def schema(count: int) -> pa.Schema:
    """`n` from 0 in the order of the table; `members` and `differs` are sets of bits; `r0`… row numbers by result."""
    fields = [
        ("n", pa.int64()),
        ("chrom", pa.string()),
        ("pos", pa.int64()),
        ("ref", pa.string()),
        ("alt", pa.string()),
    ]
    fields += [("members", pa.int16()), ("differs", pa.int16())]
    return pa.schema([*fields, *((f"r{number}", pa.int64()) for number in range(count))])


def plain_contig(name: str) -> str:
    """The contig's name without `chr`, MT for the mitochondrial genome: files name one contig in many ways (C40)."""
    return "MT" if name in MITOCHONDRIAL else name.removeprefix("chr")


def write_table(parts: Sequence[Part], target: Path) -> None:
    """Match the variants of the results by contig, position, REF and ALT after normalisation (C37)."""
    columns = schema(len(parts))
    rows = 0
    with pq.ParquetWriter(target, columns, compression="zstd") as writer:
        for names, places in _stretches(parts):
            sql, parameters = _question(parts, names, places)
            for batch in connection.batches(sql, parameters):
                numbers = pa.array(range(rows, rows + len(batch)), pa.int64())
                told = pa.Table.from_batches([batch]).add_column(0, "n", numbers)
                writer.write_table(told.cast(columns))
                rows += len(batch)


def _stretches(parts: Sequence[Part]) -> Iterator[tuple[list[str], list[int]]]:
    """Names of contigs as the files have them and the place of each in the order of the table, a stretch at a time."""
    rows: dict[str, int] = {}
    named: dict[str, set[str]] = {}
    for part in parts:
        asked = "SELECT chrom, count(*) FROM read_parquet($path) GROUP BY chrom ORDER BY min(rid)"
        for name, count in connection.rows(asked, {"path": part.path}):
            plain = plain_contig(name)
            rows[plain] = rows.get(plain, 0) + count
            named.setdefault(plain, set()).add(name)
    most = get_settings().max_shared_variants
    if sum(rows.values()) > most:
        raise LimitError(
            f"These results have {sum(rows.values()):,} variants in all; at most {most:,} are compared at once "
            "(max_shared_variants). Choose fewer results.",
            code="too_many_variants",
        )
    names: list[str] = []
    places: list[int] = []
    held = 0
    for place, (plain, count) in enumerate(rows.items()):
        if names and held + count > get_settings().shared_rows_at_once:
            yield names, places
            names, places, held = [], [], 0
        names += sorted(named[plain])
        places += [place] * len(named[plain])
        held += count
    if names:
        yield names, places


def _question(parts: Sequence[Part], names: list[str], places: list[int]) -> tuple[str, dict[str, Any]]:
    parameters: dict[str, Any] = {"names": names, "places": places, "plain": [plain_contig(name) for name in names]}
    parameters |= {f"path{number}": part.path for number, part in enumerate(parts)}
    told = ", ".join(DIFFERING)
    each = " UNION ALL ".join(
        f"SELECT {1 << number} AS bit, v.rid, c.place, c.plain, v.pos, upper(v.ref) AS ref, "
        f"upper(coalesce(v.alt, '.')) AS alt, {_told(part)} FROM read_parquet($path{number}) v "
        "JOIN contigs c ON v.chrom = c.name WHERE v.chrom IN (SELECT unnest($names))"
        for number, part in enumerate(parts)
    )
    differs = " + ".join(
        f"CASE WHEN min({name}) <> max({name}) AND bit_count(bit_or(bit)) > 1 THEN {1 << bit} ELSE 0 END"
        for bit, name in enumerate(DIFFERING)
    )
    rids = ", ".join(f"min(rid) FILTER (bit = {1 << number}) AS r{number}" for number in range(len(parts)))
    return (
        "WITH contigs AS (SELECT unnest($names) AS name, unnest($places) AS place, unnest($plain) AS plain), "
        f"found(bit, rid, place, plain, pos, ref, alt, {told}) AS ({each}) "
        f"SELECT plain AS chrom, pos, ref, alt, bit_or(bit)::SMALLINT AS members, ({differs})::SMALLINT AS differs, "
        f"{rids} FROM found GROUP BY place, plain, pos, ref, alt ORDER BY place, pos, ref, alt"
    ), parameters


def _told(part: Part) -> str:
    """What the result says of the variant: nothing is an answer too, but not where the result has no such column."""
    cells = (
        "NULL::VARCHAR" if column is None else f"coalesce(CAST(v.{identifier(column)} AS VARCHAR), '')"
        for column in part.columns
    )
    return ", ".join(f"{cell} AS {name}" for cell, name in zip(cells, DIFFERING, strict=True))
