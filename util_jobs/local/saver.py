"""Turns the state of the embedded AWS into the files of a snapshot."""

from __future__ import annotations

import itertools
import json
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from util_jobs.local.snapshots import Snapshots


class _NoCopies:
    """Stands in for the module `copy` while a state is turned into text at once, when copying it is waste.

    Copying took 80 % of the time of a save: with 10,000 jobs 0.3 s instead of 1.4 s.
    """

    @staticmethod
    def deepcopy(value: Any) -> Any:
        return value

    @staticmethod
    def copy(value: Any) -> Any:
        return value


@dataclass(frozen=True)
class State:
    """What every service held at one instant, as files; `number` orders the instants."""

    number: int
    files: dict[str, bytes]


class StateSaver:
    """Saves what ministack's services hold. `serialise` runs on the server's event loop, `write` anywhere."""

    def __init__(self, state_functions: Callable[[], Mapping[str, Any]], snapshots: Snapshots) -> None:
        self._state_functions = state_functions
        self._snapshots = snapshots
        self._numbers = itertools.count(1)
        self._written = 0
        self._one_writer = threading.Lock()

    def serialise(self) -> State:
        """The state of every loaded service at this instant."""
        files = {
            service: content
            for service, get_state in self._state_functions().items()
            if (content := _as_file(service, get_state)) is not None
        }
        return State(next(self._numbers), files)

    def write(self, state: State) -> None:
        """Put a snapshot on disk, unless a newer one is there already (the last save overtakes one under way)."""
        with self._one_writer:
            if state.number > self._written:
                self._snapshots.write(state.files)
                self._written = state.number

    def save(self) -> None:
        """Both at once, at a clean stop."""
        self.write(self.serialise())


def _as_file(service: str, get_state: Callable[[], Any]) -> bytes | None:
    from ministack.core import persistence

    module = sys.modules[get_state.__module__]
    with _without_copies(module):
        state = get_state()
        if state is None:
            return None
        wrapped = {"__ministack_format__": persistence._state_format_version(service), "payload": state}
        return json.dumps(wrapped, default=persistence._json_default).encode()


class _without_copies:  # noqa: N801 - used as a function
    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._copy = getattr(module, "copy", None)

    def __enter__(self) -> None:
        if isinstance(self._copy, ModuleType):
            self._module.copy = _NoCopies  # type: ignore[attr-defined]

    def __exit__(self, *_: object) -> None:
        if isinstance(self._copy, ModuleType):
            self._module.copy = self._copy  # type: ignore[attr-defined]
