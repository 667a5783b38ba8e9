"""Every source file says what it is for, and docs/tour.md repeats it."""

from __future__ import annotations

from util_jobs import tour


def test_every_source_file_says_in_its_first_line_what_it_is_for() -> None:
    assert tour.silent() == []


def test_the_tour_is_up_to_date() -> None:
    assert tour.DOCUMENT.read_text(encoding="utf-8") == tour.render(), "run `python -m util_jobs tour`"
