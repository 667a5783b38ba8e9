"""A few hundred random variants of a trio and one more, as Parquet files, and what DuckDB finds in them."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.results.filters.model import Group
from pipeline.results.filters.sql import where
from pipeline.results.filters.table import Table

Row = dict[str, Any]
SAMPLES = ("child", "mother", "father", 'other\'s "one" 100%')
HOSTILE = ("'; DROP TABLE v; --", '"', "50%_\\", "naïve ÄÖ ß İ", "a\x00b", "$path", "", "null")
CONTIGS = ("chr1", "2", "chrM")
CONSEQUENCES = ("missense_variant", "stop_gained&splice_region_variant", "intron_variant", "intron_variant&x", None)
CLASSES = ("Pathogenic/Likely pathogenic", "Pathogenic; drug response", "Benign", "pathogenic&benign", None, *HOSTILE)
CALLS = ("0/0", "0/1", "1/1", "1|0", "./.", "./1", "0/.", "1", "0", "1/2", ".", "|1|1", None)
NUMBERS = (None, float("nan"), float("inf"), float("-inf"), 0.0, -1.5, 0.01, 30.0, 1e308)
_TEXT, _WHOLE, _DECIMAL = pa.string(), pa.int64(), pa.float64()
SCHEMA = pa.schema(
    {"rid": _WHOLE, "chrom": _TEXT, "pos": _WHOLE, "ref": _TEXT, "gene": _TEXT, "consequence": _TEXT, "class": _TEXT}
    | {"qual": _DECIMAL, "dp": _WHOLE, "n_called": _WHOLE, "n_missing": _WHOLE}
)
CALL_SCHEMA = pa.schema(
    {"rid": _WHOLE, "sample": _TEXT, "gt": _TEXT, "dp": _WHOLE, "gq": _DECIMAL, "ad_ref": _WHOLE, "ad_alt": _WHOLE}
)


def rows_of(seed: int, count: int = 300) -> list[Row]:
    """Sorted variants; `calls` are those of the samples, None for a record without genotypes of anybody."""
    pick = random.Random(seed)
    rows = [_variant(pick) for _ in range(count)]
    rows.sort(key=lambda row: (CONTIGS.index(row["chrom"]), row["pos"]))
    return [row | {"rid": number} for number, row in enumerate(rows)]


def _variant(pick: random.Random) -> Row:
    calls = {sample: _call(pick) for sample in SAMPLES} if pick.random() < 0.9 else {}
    called = {sample: call for sample, call in calls.items() if call["gt"] is not None}
    whole = [call for call in called.values() if "." not in call["gt"]]
    return {
        "chrom": pick.choice(CONTIGS),
        "pos": pick.randint(1, 400),
        "ref": "A" * pick.choice((1, 1, 1, 2, 60)),
        "gene": pick.choice(("G1", "G2", "G3", None)),
        "consequence": pick.choice(CONSEQUENCES),
        "class": pick.choice(CLASSES),
        "qual": pick.choice((*NUMBERS, pick.uniform(0, 60))),
        "dp": pick.choice((None, 0, 7, 30, 2**62)),
        "n_called": len(whole),
        "n_missing": len(called) - len(whole),
        "calls": called if len(called) == len(SAMPLES) else {},
    }


def _call(pick: random.Random) -> Row:
    return {
        "gt": pick.choice(CALLS[:-1]),
        "dp": pick.choice((None, 3, 20)),
        "gq": pick.choice((None, 10.5, 99.0)),
        "ad_ref": pick.choice((None, 0, 10)),
        "ad_alt": pick.choice((None, 0, 10)),
    }


def is_stored(gt: str) -> bool:
    """The table of genotypes has a row for a call that holds the allele (number 1), or is not whole without it."""
    alleles = [allele for allele in gt.replace("|", "/").split("/") if allele]
    others = [allele for allele in alleles if allele not in ("0", ".", "1")]
    return "1" in alleles or ("." in alleles and not others)


class Cohort:
    """The rows, their files in `folder`, and the table that filters are written for."""

    def __init__(self, folder: Path, seed: int, tagged: dict[str, list[int]] | None = None) -> None:
        self.rows = rows_of(seed)
        self.tagged = tagged or {}
        for row in self.rows:  # a record without calls says so
            if not row["calls"]:
                row["n_called"] = row["n_missing"] = 0
        self._paths = {name: str(folder / f"{name}-{seed}.parquet") for name in ("path", "genotypes")}
        pq.write_table(pa.Table.from_pylist(self.rows, SCHEMA), self._paths["path"], row_group_size=64)
        calls = [
            {"rid": row["rid"], "sample": sample} | call
            for row in self.rows
            for sample, call in row["calls"].items()
            if is_stored(call["gt"])
        ]
        pq.write_table(pa.Table.from_pylist(calls, CALL_SCHEMA), self._paths["genotypes"])
        self._connection = duckdb.connect()
        described = self._connection.execute(
            "SELECT column_name, column_type FROM (DESCRIBE FROM read_parquet($path))", {"path": self._paths["path"]}
        )
        self.table = Table(dict(described.fetchall()), SAMPLES, self.tagged)

    def found(self, group: Group) -> list[int]:
        """Row numbers that DuckDB lets through."""
        asked = where(group, self.table)
        parameters = asked.parameters | {"path": self._paths["path"]}
        if asked.needs_calls:
            parameters["genotypes"] = self._paths["genotypes"]
        sql = f"SELECT v.rid FROM read_parquet($path) v WHERE {asked.sql} ORDER BY v.rid"
        return [rid for (rid,) in self._connection.execute(sql, parameters).fetchall()]
