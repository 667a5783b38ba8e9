"""What was found a moment ago and may be asked for again: kept in this process, as much of it as a setting allows."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Protocol, TypeVar, cast

from pipeline.settings import get_settings


class Sized(Protocol):
    """What knows how many bytes it holds."""

    @property
    def nbytes(self) -> int:
        """Bytes."""
        ...


MOST_THINGS = 2_000
T = TypeVar("T", bound=Sized)


class Kept:
    """Recent things by key, as many as fit into `query_selection_bytes` of a process."""

    def __init__(self) -> None:
        self._things: OrderedDict[Hashable, Sized] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The thing of this key, made if it is not there. What was not asked for longest goes first."""
        with self._lock:
            found = self._things.get(key)
            if found is not None:
                self._things.move_to_end(key)
                return cast("T", found)
        made = make()
        with self._lock:
            self._things[key] = made
            excess = sum(thing.nbytes for thing in self._things.values()) - get_settings().query_selection_bytes
            while self._things and (excess > 0 or len(self._things) > MOST_THINGS):
                excess -= self._things.popitem(last=False)[1].nbytes
        return made


kept = Kept()
