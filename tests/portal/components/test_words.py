"""How numbers, sizes and times are written."""

from __future__ import annotations

import pytest

from portal.components import words


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 bytes"), (1, "1 byte"), (1023, "1,023 bytes"), (1024, "1.0 KiB"), (50 * 2**20, "50.0 MiB"), (None, "")],
)
def test_sizes(value: int | None, text: str) -> None:
    assert words.size(value) == text


def test_a_size_never_shows_1024_of_a_unit() -> None:
    assert words.size(2**20 - 1) == "1.0 MiB"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "< 0.1 s"),
        (0.04, "< 0.1 s"),
        (0.42, "0.4 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (200, "3 min 20 s"),
        (7500, "2 h 5 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


@pytest.mark.parametrize(("value", "text"), [(1, "1 base"), (50, "50 bases"), (10_000, "10 kb"), (2_500_000, "2.5 Mb")])
def test_lengths_on_the_genome(value: int, text: str) -> None:
    assert words.bases(value) == text


def test_a_time_carries_its_zone_C43() -> None:
    shown = words.time(1_790_000_000)
    assert shown.children == "2026-09-21 14:13 UTC"
    assert shown.dateTime == "2026-09-21T14:13:20Z"


def test_commands_in_a_sentence_are_set_as_code_and_nothing_else_is_markup() -> None:
    first, command, last = words.with_code("Ask for `install <b>` now.")
    assert (first, command.children, last) == ("Ask for ", "install <b>", " now.")
