"""Keeps pandas out of a process that annotates: pyarrow imports it at its first array, which takes a tenth of a second
and 40 MB, and nothing here uses it."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec

import pyarrow as pa


class _Hidden:
    """Says for a moment that pandas is not there (importlib.abc.MetaPathFinder)."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """No answer for any other name."""
        if name == "pandas":
            raise ModuleNotFoundError(name)
        return None


def leave_pandas_out() -> None:
    """Let pyarrow look for pandas once, in vain. What needs pandas later imports it as ever, pyarrow's `to_pandas`
    included. Nothing happens where pandas was imported before."""
    if "pandas" in sys.modules:
        return
    hidden = _Hidden()
    sys.meta_path.insert(0, hidden)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(hidden)
