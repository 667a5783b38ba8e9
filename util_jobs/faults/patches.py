"""Replaces attributes of modules and classes, and puts every one back."""

from __future__ import annotations

import os
from typing import Any

_ABSENT = object()


class Patches:
    """Keeps what it replaced. Used for the simulated surroundings, and for planting mutations."""

    def __init__(self) -> None:
        self._before: list[tuple[Any, str, Any]] = []
        self._variables: dict[str, str | None] = {}

    def set(self, owner: Any, name: str, value: Any) -> None:
        """Replace one attribute."""
        self._before.append((owner, name, vars(owner).get(name, _ABSENT)))
        setattr(owner, name, value)

    def variable(self, name: str, value: str | None) -> None:
        """Set or (None) remove an environment variable."""
        self._variables.setdefault(name, os.environ.get(name))
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value

    def undo(self) -> None:
        """Put everything back, the latest first."""
        while self._before:
            owner, name, value = self._before.pop()
            if value is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, value)
        for variable, before in self._variables.items():
            if before is None:
                os.environ.pop(variable, None)
            else:
                os.environ[variable] = before
        self._variables.clear()
