"""Lines of tab-separated files that spreadsheets may open: no cell is taken for a formula (C09)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_STARTS = ("=", "+", "-", "@")


def cell(value: Any) -> str:
    """A value without tab or line end; text that a spreadsheet would take for a formula gets an apostrophe in front."""
    if value is None:
        return ""
    text = " ".join(str(value).split())
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA_STARTS) else text


def line(values: Iterable[Any]) -> str:
    """One line with its end."""
    return "\t".join(cell(value) for value in values) + "\n"


def comment(text: str) -> str:
    """A line that readers of tables pass over."""
    return f"# {' '.join(text.split())}\n"
