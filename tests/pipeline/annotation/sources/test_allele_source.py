"""Looking alleles up: by contig, position, REF and ALT, all four equal, wherever they stand in the table (C37)."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.annotation.sources.allele_source import AlleleSource
from pipeline.reference import allele_codes, allele_tables
from pipeline.reference.allele_tables import AlleleTableWriter, write_allele_table
from tests.pipeline.annotation.sources.declared import source


def looked_up(table: AlleleSource, contig: str, *alleles: tuple[int, str, str]) -> list[object]:
    pos = np.array([allele[0] for allele in alleles], np.int64)
    ref, alt = pa.array([allele[1] for allele in alleles]), pa.array([allele[2] for allele in alleles])
    column = table.source.columns[0].name
    return table.lookup(contig, pos, ref, alt)[column].to_pylist()


def made(path: Path, *rows: tuple[str, int, str, str, int]) -> AlleleSource:
    listed = [(contig, pos, ref, alt, {"N": value}) for contig, pos, ref, alt, value in rows]
    write_allele_table(listed, {"N": pa.int64()}, path, Counter())
    return AlleleSource(source("alleles", ("n", "integer")), path)


def test_an_allele_matches_by_contig_position_ref_and_alt_only_C37(tmp_path: Path) -> None:
    table = made(
        tmp_path / "t.parquet",
        ("1", 10, "A", "G", 1), ("1", 10, "A", "T", 2), ("1", 20, "AC", "A", 3), ("2", 10, "A", "G", 4),
    )  # fmt: skip
    asked = [(10, "A", "G"), (10, "A", "T"), (10, "A", "C"), (20, "AC", "A"), (20, "A", "G"), (30, "A", "G")]
    assert looked_up(table, "1", *asked) == [1, 2, None, 3, None, None]
    assert looked_up(table, "2", *asked) == [4, None, None, None, None, None]
    assert looked_up(table, "3", *asked) == [None] * 6
    assert looked_up(table, "1") == []
    assert looked_up(table, "1", (30, "A", "G"), (10, "A", "T"), (10, "A", "T")) == [None, 2, 2], "any order"


def test_long_alleles_are_compared_letter_by_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two long alleles of one position may share a code: here all of them do."""
    monkeypatch.setattr(allele_codes.zlib, "crc32", lambda data: 5)
    first, second, third = "A" + "C" * 20, "A" + "G" * 20, "A" + "T" * 20
    counts: Counter[str] = Counter()
    listed = [("1", 10, "A", alt, {"N": value}) for value, alt in enumerate((first, second, first, third))]
    write_allele_table(listed, {"N": pa.int64()}, tmp_path / "t.parquet", counts)
    assert counts == {"kept": 3, "duplicate": 1}
    table = AlleleSource(source("alleles", ("n", "integer")), tmp_path / "t.parquet")
    asked = [(10, "A", third), (10, "A", first), (10, "A", second), (10, "A", "A" + "C" * 21), (11, "A", first)]
    assert looked_up(table, "1", *asked) == [3, 0, 1, None, None]


def test_codes_of_short_alleles_are_exact() -> None:
    bases = "ACGT"
    words = [word for length in (1, 2, 3) for word in _words(bases, length)]
    pairs = [(ref, alt) for ref in words for alt in words]
    codes = allele_codes.allele_codes(pa.array([pair[0] for pair in pairs]), pa.array([pair[1] for pair in pairs]))
    assert len(set(codes.tolist())) == len(pairs) and not (codes & allele_codes.HASHED).any()
    longest = allele_codes.allele_codes(
        pa.array(["A" * 12, "A", "A" * 7, "N"]), pa.array(["T", "T" * 12, "A" * 7, "A"])
    )
    assert [bool(code & allele_codes.HASHED) for code in longest.tolist()] == [False, False, True, True]


def _words(letters: str, length: int) -> list[str]:
    return [""] if not length else [word + letter for word in _words(letters, length - 1) for letter in letters]


def test_every_row_of_many_row_groups_is_found_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allele_tables, "ROW_GROUP_ROWS", 50)
    chosen = random.Random(1)
    truth: dict[tuple[str, int, str, str], int] = {}
    for value in range(3000):
        ref, alt = chosen.choice("ACGT"), chosen.choice(["A", "CC", "GTACGTACGTACGTACGT", "T"])
        truth.setdefault((chosen.choice("12"), chosen.randrange(1, 400), ref, alt), value)
    counts: Counter[str] = Counter()
    with AlleleTableWriter(tmp_path / "t.parquet", {"N": pa.int64(), "TEXT": pa.string()}, counts) as writer:
        for contig in "12":
            rows = sorted((key[1], key[2], key[3], value) for key, value in truth.items() if key[0] == contig)
            for start in range(0, len(rows), 70):
                part = rows[start : start + 70]
                columns = dict(zip(("pos", "ref", "alt", "N"), map(list, zip(*part, strict=True)), strict=True))
                text = [f"v{value % 3}" for value in columns["N"]]
                writer.add(contig, pa.table({**columns, "pos": pa.array(columns["pos"], pa.int32()), "TEXT": text}))
    metadata = pq.read_metadata(tmp_path / "t.parquet")
    assert counts["kept"] == len(truth) == metadata.num_rows and metadata.num_row_groups > 30
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    ends = [(group.column(0).statistics.max, group.column(1).statistics.max) for group in groups]
    starts = [(group.column(0).statistics.min, group.column(1).statistics.min) for group in groups]
    assert all(end < start for end, start in zip(ends, starts[1:], strict=False)), "no position is in two row groups"
    table = AlleleSource(source("alleles", ("n", "integer"), ("text", "string")), tmp_path / "t.parquet")
    for contig in "12":
        asked = [
            (pos, ref, alt) for pos in range(420) for ref in "ACGT" for alt in ("A", "CC", "GTACGTACGTACGTACGT", "T")
        ]
        expected = [truth.get((contig, *allele)) for allele in asked]
        for start in range(0, len(asked), 997):
            assert looked_up(table, contig, *asked[start : start + 997]) == expected[start : start + 997]
    found = table.lookup(
        "1",
        np.array([key[1] for key in truth]),
        pa.array([key[2] for key in truth]),
        pa.array([key[3] for key in truth]),
    )
    assert [text for text, key in zip(found["text"].to_pylist(), truth, strict=True) if key[0] == "1"] == [
        f"v{value % 3}" for key, value in truth.items() if key[0] == "1"
    ]
    assert found["text"].type == pa.string() and found["n"].type == pa.int64()


def test_fields_are_read_only_where_something_matches(tmp_path: Path) -> None:
    table = made(tmp_path / "t.parquet", ("1", 10, "A", "G", 1))
    looked_up(table, "1", (10, "A", "C"))
    assert table._group(0)._values is None


def test_an_empty_source_holds_nothing(tmp_path: Path) -> None:
    table = made(tmp_path / "t.parquet")
    assert looked_up(table, "1", (10, "A", "C")) == [None]


def test_rows_out_of_order_are_refused(tmp_path: Path) -> None:
    def rows(*pos: int) -> pa.Table:
        count = len(pos)
        return pa.table({"pos": pa.array(pos, pa.int32()), "ref": ["A"] * count, "alt": ["C"] * count})

    for steps in (
        [("1", rows(5, 4))],
        [("1", rows(5)), ("1", rows(4))],
        [("1", rows(5)), ("2", rows(5)), ("1", rows(9))],
    ):
        with (
            pytest.raises(allele_tables.UnsortedError),
            AlleleTableWriter(tmp_path / "t.parquet", {}, Counter()) as writer,
        ):
            for contig, table in steps:
                writer.add(contig, table)
