"""A snapshot is there as a whole or not at all, and an unreadable one never hides the one before it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from util_jobs.local import snapshots
from util_jobs.local.snapshots import Snapshots

FIRST = {"dynamodb": b'{"items": 1}', "sqs": b"{}"}
SECOND = {"dynamodb": b'{"items": 2}', "sqs": b"{}"}


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    Snapshots(tmp_path).write(FIRST)
    assert Snapshots(tmp_path).newest_readable() == (FIRST, [])


def test_an_empty_folder_is_an_empty_state(tmp_path: Path) -> None:
    assert Snapshots(tmp_path / "new").newest_readable() == ({}, [])


def test_only_the_two_newest_stay(tmp_path: Path) -> None:
    stored = Snapshots(tmp_path)
    for _ in range(4):
        stored.write(FIRST)
    stored.write(SECOND)
    assert [path.name for path in stored.numbered()] == ["state-000000000005", "state-000000000004"]
    assert stored.newest_readable()[0] == SECOND


@pytest.mark.parametrize("damage", [b"", b"0" * 64 + b"\nsqs\t{}\n", b"\x00" * 500])
def test_a_damaged_newest_gives_way_to_the_one_before(tmp_path: Path, damage: bytes) -> None:
    stored = Snapshots(tmp_path)
    stored.write(FIRST)
    newest = stored.write(SECOND)
    newest.write_bytes(damage)
    assert stored.newest_readable() == (FIRST, [newest])
    stored.set_aside([newest])
    assert stored.write(SECOND).name == "state-000000000002"
    assert stored.newest_readable() == (SECOND, [])


def test_one_flipped_byte_is_noticed(tmp_path: Path) -> None:
    path = Snapshots(tmp_path).write(FIRST)
    path.write_bytes(path.read_bytes().replace(b'"items": 1', b'"items": 7'))
    assert snapshots.read(path) is None


def test_nothing_readable_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    Snapshots(tmp_path).write(FIRST).write_bytes(b"half")
    with pytest.raises(ConfigurationError, match="make reset CONFIRM=yes"):
        Snapshots(tmp_path).newest_readable()


def test_a_write_that_was_killed_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = Snapshots(tmp_path)
    stored.write(FIRST)

    def killed(descriptor: int) -> None:
        raise OSError("killed here")

    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(OSError, match="killed here"):
        stored.write(SECOND)
    monkeypatch.undo()
    assert list(tmp_path.glob("*.part"))
    again = Snapshots(tmp_path)
    assert again.newest_readable() == (FIRST, [])
    assert not list(tmp_path.glob("*.part"))


def test_unpacked_state_replaces_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "loaded").mkdir()
    (tmp_path / "loaded" / "stale.json").write_text("{}")
    snapshots.unpack(FIRST, tmp_path / "loaded")
    assert {p.name: p.read_bytes() for p in (tmp_path / "loaded").iterdir()} == {
        "dynamodb.json": b'{"items": 1}',
        "sqs.json": b"{}",
    }
