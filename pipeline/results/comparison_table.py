"""The table behind a comparison: one row for each allele and column whose values differ between two results.

It is made in stretches of rows, so that memory does not grow with the results, and kept like the tables it is made of.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import InputError, LimitError
from pipeline.results import connection
from pipeline.results.columns import KNOWN, ROW_NUMBER
from pipeline.results.table_schema import identifier, row_count, types_of
from pipeline.settings import get_settings

LAYOUT = "1"  # of the table; part of its name in the cache
NORMAL_FORM = "normal_form"
# What the uploaded file itself says, and what merely follows from it: no annotation.
OF_THE_INPUT = (
    *("rid", "record", "allele", "input_pos", "input_ref", "input_alt", "chrom", "pos", "ref", "alt", "id", "type"),
    *("qual", "filter", "af", "ac", "an", "dp", "n_called", "n_het", "n_hom_alt", "n_missing"),
)
FIRST = ("consequence", "impact", "gene", "amino_acids")  # then the sources, then the rest
SCHEMA = pa.schema(
    [
        ("n", pa.int64()),  # row of the table
        ("m", pa.int64()),  # row among those of the same column
        ("rid", pa.int64()),  # of the allele, in the second result
        ("chrom", pa.string()),
        ("pos", pa.int64()),
        ("ref", pa.string()),
        ("alt", pa.string()),
        ("gene", pa.string()),
        ("what", pa.int16()),  # number of the column
        ("before", pa.string()),
        ("after", pa.string()),
    ]
)


def compared_columns(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """The annotation columns of either table (name → type), in the order of the page."""
    names = [name for name in {**new, **old} if name not in OF_THE_INPUT]
    sources = [name for name in names if name not in KNOWN]
    first = [name for name in FIRST if name in names]
    rest = [name for name in KNOWN if name in names and name not in first]
    return [*first, *sources, *rest, NORMAL_FORM]


def write_table(old: Path, new: Path, target: Path) -> None:
    """Compare two variant tables. Raises InputError (`different_input`) where they are not of the same file,
    LimitError where too much differs or the comparison takes too long."""
    old_types, new_types = types_of(str(old)), types_of(str(new))
    total = row_count(str(new))
    if total != row_count(str(old)):
        raise different_input()
    names = compared_columns(old_types, new_types)
    schema = SCHEMA.with_metadata({"columns": json.dumps(names)})
    counted = np.zeros(len(names), np.int64)
    rows = 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for part in _stretches(str(old), str(new), total, _sql(names, old_types, new_types)):
            if part["what"].null_count:
                raise different_input()
            what = part["what"].to_numpy()
            numbered = part.append_column("n", pa.array(np.arange(rows, rows + len(part))))
            numbered = numbered.append_column("m", pa.array(_running(what, counted)))
            writer.write_table(numbered.select(SCHEMA.names).cast(schema))
            rows += len(part)
            if rows > get_settings().max_compared_changes:
                raise LimitError(
                    f"More than {get_settings().max_compared_changes:,} values differ (max_compared_changes), too many "
                    "to be listed. Download both tables of variants and compare them.",
                    code="too_many_changes",
                )


def different_input() -> InputError:
    """The refusal of two results that are not of the same file."""
    return InputError(
        "These two jobs are not of the same file, so their variants cannot be compared.", code="different_input"
    )


def _running(what: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Each row's number among those of its column; `counted` is what came before, and grows."""
    numbers = np.zeros(len(what), np.int64)
    for column in np.unique(what):
        here = what == column
        count = int(here.sum())
        numbers[here] = np.arange(counted[column], counted[column] + count)
        counted[column] += count
    return numbers


def _stretches(old: str, new: str, total: int, sql: str) -> Iterator[pa.Table]:
    settings = get_settings()
    stop_at = time.monotonic() + settings.compare_timeout_s
    for start in range(0, total, settings.compare_rows_at_once):
        if time.monotonic() > stop_at:
            raise LimitError(
                f"The comparison took longer than {settings.compare_timeout_s:g} seconds (compare_timeout_s). "
                "Download both tables of variants and compare them.",
                code="compare_timeout",
            )
        span: dict[str, Any] = {"new": new, "start": start, "stop": start + settings.compare_rows_at_once}
        low, high = connection.rows(
            "SELECT min(record), max(record) FROM read_parquet($new) WHERE rid >= $start AND rid < $stop", span
        )[0]
        part = connection.arrow_table(sql, span | {"old": old, "low": low, "high": high})
        yield part.set_column(part.schema.get_field_index("what"), "what", pc.cast(part["what"], pa.int16())).sort_by(
            [(ROW_NUMBER, "ascending"), ("what", "ascending")]
        )


def _value(table: str, name: str, types: dict[str, str]) -> str:
    """A cell as text; what a table does not have, and what is no number, is empty."""
    if name == NORMAL_FORM:
        return f"{table}.pos || ' ' || {table}.ref || '>' || {table}.alt"
    if name not in types:
        return "NULL::VARCHAR"
    cell = f"{table}.{identifier(name)}"
    if types[name] in ("DOUBLE", "FLOAT"):
        return f"CASE WHEN isfinite({cell}) THEN {cell}::VARCHAR END"
    return f"{cell}::VARCHAR"


def _raw(table: str, name: str, types: dict[str, str]) -> str:
    """The same for the comparison itself, which needs no text."""
    return f"{table}.{identifier(name)}" if name in types else "NULL"


def _sql(names: list[str], old: dict[str, str], new: dict[str, str]) -> str:
    """The question for one stretch. Column names come from the files' own schemas, quoted; values are parameters.

    An allele that the old result does not hold as it was uploaded has an empty `what`.
    """
    same_type = {name for name in names if old.get(name) == new.get(name)}
    differs = [
        f"{_raw('old', name, old)} IS DISTINCT FROM {_raw('new', name, new)}"
        if name in same_type
        else f"{_value('old', name, old)} IS DISTINCT FROM {_value('new', name, new)}"
        for name in names
        if name != NORMAL_FORM
    ]
    differs.append("old.pos <> new.pos OR old.ref <> new.ref OR old.alt <> new.alt")
    structs = ", ".join(
        f"{{'what': {number}, 'before': {_value('old', name, old)}, 'after': {_value('new', name, new)}}}"
        for number, name in enumerate(names)
    )
    gene = "coalesce(" + ", ".join(_value(t, "gene", types) for t, types in (("new", new), ("old", old))) + ")"
    foreign = (
        "old.record IS NULL OR old.input_pos <> new.input_pos "
        "OR old.input_ref <> new.input_ref OR old.input_alt <> new.input_alt"
    )
    return f"""
        WITH old AS (SELECT * FROM read_parquet($old) WHERE record BETWEEN $low AND $high),
             new AS (SELECT * FROM read_parquet($new) WHERE rid >= $start AND rid < $stop),
             changed AS (
                SELECT new.rid, new.chrom, new.pos, new.ref, new.alt, {gene} AS gene, CASE
                    WHEN {foreign} THEN [{{'what': NULL, 'before': NULL, 'after': NULL}}]
                    ELSE list_filter([{structs}], lambda c: c.before IS DISTINCT FROM c.after) END AS changes
                FROM new LEFT JOIN old ON old.record = new.record AND old.allele = new.allele
                WHERE {foreign} OR {" OR ".join(differs)}
             )
        SELECT rid, chrom, pos, ref, alt, gene, change.what, change.before, change.after
        FROM (SELECT * EXCLUDE (changes), unnest(changes) AS change FROM changed)
    """
