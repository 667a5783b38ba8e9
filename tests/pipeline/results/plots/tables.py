"""Tables of variants and calls for tests of plots: random rows, and a `Source` over them without any job."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.annotation.consequence_terms import IMPACT
from pipeline.annotation.outputs.tables import GENOTYPES, LEADING, TRAILING
from pipeline.results import cache_room, connection
from pipeline.results.filters.reading import read_filter
from pipeline.results.filters.sql import where
from pipeline.results.filters.table import Table
from pipeline.results.matches import Source
from pipeline.results.table_schema import types_of

Row = dict[str, Any]
OWN = [("gnomad_af", pa.float64()), ("clinvar_significance", pa.string())]
SCHEMA = pa.schema(LEADING + OWN + TRAILING)
HOSTILE = "<b>'; DROP TABLE x; --</b>"
CONTIGS = {"chr2": 5_000, "chr10": 900, "MT": 16_569, HOSTILE: 40}


def row(rid: int, chrom: str, pos: int, ref: str, alt: str, **others: Any) -> Row:
    """A row of variants.parquet; whatever is not named is empty."""
    return dict.fromkeys(SCHEMA.names) | {"rid": rid, "chrom": chrom, "pos": pos, "ref": ref, "alt": alt} | others


def random_rows(count: int, seed: int = 7) -> list[Row]:
    """Sorted as the annotator sorts them, with gaps and odd values everywhere."""
    chance = random.Random(seed)
    places = sorted(
        (number, chance.randint(1, length))
        for number, length in enumerate(CONTIGS.values())
        for _ in range(count // len(CONTIGS))
    )
    return [_random_row(chance, rid, list(CONTIGS)[number], pos) for rid, (number, pos) in enumerate(places)]


def _random_row(chance: random.Random, rid: int, chrom: str, pos: int) -> Row:
    ref, alt, kind = chance.choice(
        [
            (*chance.sample("ACGT", 2), "SNV"),
            ("A", "A" + "CGT" * chance.randint(1, 12), "insertion"),
            ("ACG" * chance.randint(1, 12), "A", "deletion"),
            ("AC", "GT", "MNV"),
            ("A", "<DEL>", "symbolic"),
            ("N", "R", "SNV"),
        ]
    )
    term = chance.choice([*IMPACT, None])
    return row(
        rid,
        chrom,
        pos,
        ref,
        alt,
        type=kind,
        consequence=term,
        impact=IMPACT[term] if term else None,
        gene=chance.choice(["A", "B", HOSTILE, *(f"G{n}" for n in range(40)), None]),
        transcript="T1",
        protein_position=chance.choice([None, chance.randint(1, 60)]),
        hgvs_p=chance.choice([None, "p.Ala1Val", HOSTILE]),
        qual=chance.choice([None, float("nan"), float("inf"), chance.gauss(300, 200)]),
        dp=chance.choice([None, chance.randint(0, 90)]),
        af=chance.choice([None, chance.random(), 1.0, 0.5]),
        gnomad_af=chance.choice([None, 0.0, 1.0, 1.5, 10 ** -chance.uniform(0, 9), 1e-12, 0.1, float("nan")]),
        clinvar_significance=chance.choice([None, "Pathogenic", "Benign", "Uncertain_significance", HOSTILE]),
    )


def source_of(rows: list[Row], document: Any = None, samples: tuple[str, ...] = ()) -> Source:
    """What `matching` gives for a filter's document. A table is written once for the same rows."""
    path = stored("variants", pa.Table.from_pylist(rows, SCHEMA), rows)
    table = Table(types_of(str(path)), samples)
    found = where(read_filter(document), table)
    sql = (
        "read_parquet($path) v" if found.is_everything else f"(SELECT * FROM read_parquet($path) v WHERE {found.sql}) v"
    )
    parameters = {"path": str(path)} | found.parameters
    count = connection.rows(f"SELECT count(*) FROM {sql}", parameters)[0][0]
    return Source(sql, parameters, table, len(rows), count, key=str(path))


def calls_of(calls: list[tuple[int, str, str, float | None]]) -> str:
    """The path of a table of calls: row number, sample, GT, GQ."""
    found = [{"rid": rid, "sample": sample, "gt": gt, "gq": gq} for rid, sample, gt, gq in calls]
    return str(stored("genotypes", pa.Table.from_pylist(found, GENOTYPES), found))


def stored(role: str, table: pa.Table, content: object) -> Path:
    """A table in the result cache, where alone it can be read."""
    folder = cache_room.cache_dir() / "plots"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{role}-{abs(hash(repr(content)))}.parquet"
    if not path.exists():
        pq.write_table(table, path)
    return path
