"""Tracks: every interval that overlaps REF is named, whatever its length and nesting."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import numpy as np
import pytest

from pipeline.annotation.sources import intervals as stored
from pipeline.annotation.sources.track import Track
from pipeline.errors import InputError, LimitError
from pipeline.reference import track_tables
from pipeline.reference.bundle import Contig
from pipeline.reference.track_tables import write_track_table
from tests.pipeline.annotation.sources.declared import source

CONTIGS = {"1": Contig("1", 1000), "chr1": Contig("1", 1000), "2": Contig("2", 50)}


def made(folder: Path, *lines: str) -> Track:
    (folder / "t.bed").write_text("\n".join(lines) + "\n")
    write_track_table(folder / "t.bed", CONTIGS, "unnamed", folder / "t.parquet", lambda text: None)
    return Track(source("track", ("region", "string")), folder / "t.parquet")


def named(made_track: Track, contig: str, *places: tuple[int, int]) -> list[str | None]:
    pos, length = np.array([place[0] for place in places]), np.array([place[1] for place in places])
    return made_track.lookup(contig, pos, length)["region"].to_pylist()


@pytest.mark.parametrize("kept_as", ["table", "text"])
def test_a_track_names_what_overlaps(tmp_path: Path, kept_as: str) -> None:
    lines = ("# comment", "1\t10\t20\touter", "1\t14\t16\tinner", "1\t30\t31\tpoint")
    found = made(tmp_path, *lines)
    if kept_as == "text":
        found = Track(source("track", ("region", "string")), tmp_path / "t.bed")
    places = [(10, 1), (11, 1), (15, 1), (20, 1), (21, 1), (31, 1), (29, 2), (32, 1), (29, 3)]
    assert named(found, "1", *places) == [
        None, "outer", "outer; inner", "outer", None, "point", None, None, "point"
    ]  # fmt: skip
    assert named(found, "2", *places) == [None] * 9 and named(found, "1") == []


def test_what_lies_inside_a_long_deletion_is_named_too(tmp_path: Path) -> None:
    found = made(tmp_path, "1\t100\t101\ta", "1\t200\t210\tb", "1\t205\t300\ta", "1\t400\t401\tc")
    assert named(found, "1", (50, 300), (150, 10)) == ["a; b", None]


def test_overlaps_are_those_of_a_search_through_all_intervals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "MAX_PAIRS", 100)
    monkeypatch.setattr(stored, "MAX_NAMES", 10_000)
    chosen = random.Random(5)
    intervals = []
    for number in range(400):
        start = chosen.randrange(0, 990)
        intervals.append((start, min(1000, start + chosen.choice([1, 2, 3, 10, 64, 500, 1000])), f"n{number % 90}"))
    found = made(tmp_path, *(f"1\t{start}\t{end}\t{name}" for start, end, name in intervals))
    places = [(chosen.randrange(1, 1000), chosen.choice([1, 1, 1, 2, 50])) for _ in range(500)]
    for (pos, length), text in zip(places, named(found, "1", *places), strict=True):
        expected = {name for start, end, name in intervals if start < pos - 1 + length and end > pos - 1}
        assert (set(text.split("; ")) if text else set()) == expected
        assert not text or len(text.split("; ")) == len(expected), "each name once"


def test_more_names_than_are_told_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "MAX_NAMES", 2)
    found = made(tmp_path, *(f"1\t10\t20\tn{number}" for number in range(5)), "1\t30\t40\ta and 3 more")
    assert named(found, "1", (15, 1), (35, 1)) == ["n0; n1; and 3 more", "a and 3 more"]


def test_bed_as_found_in_the_wild_is_read_and_counted(tmp_path: Path) -> None:
    text = (
        "browser position chr1\ntrack name=x\n\nchr1\t5\t10\tband\t0\t+\r\nchr1 20 30 blanks\n1\t40\t50\n1\t60\t70\t.\n"
        "1\t990\t2000\tlast\nchr9\t1\t2\tother\n1\t8\t8\tempty\n1\tx\t9\tbad\n1\t5\n1\t2000\t2001\tbeyond\n"
    )
    (tmp_path / "t.bed.gz").write_bytes(gzip.compress(text.encode()))
    counts = write_track_table(tmp_path / "t.bed.gz", CONTIGS, "unnamed", tmp_path / "t.parquet", lambda text: None)
    assert counts == {
        "read": 10, "kept": 5, "cut_at_contig_end": 1, "contig_not_held": 1, "empty_or_beyond_contig": 2, "malformed": 2
    }  # fmt: skip
    found = Track(source("track", ("region", "string")), tmp_path / "t.parquet")
    places = [(6, 1), (25, 1), (45, 1), (65, 1), (1000, 1)]
    assert named(found, "1", *places) == ["band", "blanks", "unnamed", "unnamed", "last"]


def test_a_file_without_intervals_and_one_with_too_many_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="on other contigs: 1"):
        made(tmp_path, "chr7\t1\t2\tx")
    monkeypatch.setattr(track_tables, "MAX_INTERVALS", 2)
    with pytest.raises(LimitError, match="MAX_INTERVALS"):
        made(tmp_path, "1\t1\t2\tx", "1\t1\t2\tx", "1\t1\t2\tx")
