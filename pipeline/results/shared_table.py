"""The table of the variants of several results: one row for each, with the results that hold it and what differs.

It is made a stretch of the genome at a time, so that memory does not grow with the results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.results import connection
from pipeline.results.shared_repeats import settled
from pipeline.results.shared_stretches import Stretch, plain_contig, stretches
from pipeline.results.table_schema import identifier

LAYOUT = "shared-2"  # of the table; part of its name in the cache
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


def write_table(parts: Sequence[Part], target: Path) -> None:
    """Match the variants of the results by contig, position, REF and ALT after normalisation (C37)."""
    columns = schema(len(parts))
    told = [(part.path, _told(part)) for part in parts]
    rows = 0
    with pq.ParquetWriter(target, columns, compression="zstd") as writer:
        for stretch in stretches([part.path for part in parts]):
            sql, parameters = _question(parts, stretch)
            for batch in connection.batches(sql, parameters):
                numbers = pa.array(range(rows, rows + len(batch)), pa.int64())
                whole = pa.Table.from_batches([settled(batch, told, DIFFERING)]).add_column(0, "n", numbers)
                writer.write_table(whole.cast(columns))
                rows += len(batch)


def _question(parts: Sequence[Part], stretch: Stretch) -> tuple[str, dict[str, Any]]:
    plain = [plain_contig(name) for name in stretch.names]
    parameters: dict[str, Any] = {"names": stretch.names, "places": stretch.places, "plain": plain}
    parameters |= {"first": stretch.first, "end": stretch.end}
    parameters |= {f"path{number}": part.path for number, part in enumerate(parts)}
    told = ", ".join(DIFFERING)
    each = " UNION ALL ".join(
        f"SELECT {1 << number} AS bit, v.rid, c.place, c.plain, v.pos, upper(v.ref) AS ref, "
        f"upper(coalesce(v.alt, '.')) AS alt, {_told(part)} FROM read_parquet($path{number}) v "
        "JOIN contigs c ON v.chrom = c.name WHERE v.chrom IN (SELECT unnest($names)) "
        "AND v.pos >= $first AND v.pos < $end"
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
        f"{rids}, count(*) > bit_count(bit_or(bit)) AS repeated "
        "FROM found GROUP BY place, plain, pos, ref, alt ORDER BY place, pos, ref, alt"
    ), parameters


def _told(part: Part) -> str:
    """What the result says of the variant: nothing is an answer too, but not where the result has no such column."""
    cells = (
        "NULL::VARCHAR" if column is None else f"coalesce(CAST(v.{identifier(column)} AS VARCHAR), '')"
        for column in part.columns
    )
    return ", ".join(f"{cell} AS {name}" for cell, name in zip(cells, DIFFERING, strict=True))
