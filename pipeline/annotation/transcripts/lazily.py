"""Values of an object that are worked out when they are first asked for, and kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class lazy(Generic[T]):  # noqa: N801 - used as a decorator, like `property`
    """As `functools.cached_property`, without the lock that Python 3.11's takes at each first look: it cost a quarter
    of the time of a coding insertion or deletion. For objects that one thread uses."""

    def __init__(self, work: Callable[[Any], T]) -> None:
        self._work = work
        self._name = work.__name__
        self.__doc__ = work.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> lazy[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> lazy[T] | T:
        """The value; kept in the instance's own dictionary, where Python looks first from then on."""
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._work(instance)
        return value
