"""Texts of a figure: names of the file as plain text, in lines or shortened, terms and shares as people read them."""

from __future__ import annotations

import textwrap

from portal.explore.figures.look import NOT_ANNOTATED

LETTERS = 24  # of a line beside a plot


def plain(text: str) -> str:
    """Text of the file in a label: plotly reads a few tags in labels, so none may begin (C09)."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def folded(text: str, letters: int = LETTERS) -> str:
    """The same in lines that fit beside a plot on a phone."""
    return "<br>".join(plain(line) for line in textwrap.wrap(text, letters)) or "&nbsp;"


def term(text: str | None) -> str:
    """A term of an ontology as people read it."""
    return (text or NOT_ANNOTATED).replace("_", " ").replace("&", " & ")


def share(part: int, whole: int) -> str:
    """`12.3 %`; `< 0.1 %` where that is all there is to say."""
    percent = 100 * part / whole if whole else 0
    return "< 0.1 %" if 0 < percent < 0.05 else f"{percent:.1f} %"


def short(name: str, letters: int) -> str:
    """At most so many letters: the middle is left out, since names of contigs and samples differ at both ends."""
    if len(name) <= letters:
        return plain(name)
    tail = (letters - 1) // 2
    return plain(f"{name[: letters - 1 - tail]}…{name[-tail:]}")
