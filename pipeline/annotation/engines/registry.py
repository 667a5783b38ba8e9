"""The annotation engines by name, and which of them can run on this machine."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.annotation.engines.base import Engine
from pipeline.annotation.engines.csq import CsqEngine
from pipeline.errors import ConfigurationError

ENGINES: dict[str, Callable[[], Engine]] = {"csq": CsqEngine}


def engine_named(name: str) -> Engine:
    """The engine with this name. Raises ConfigurationError where there is none of that name."""
    if name not in ENGINES:
        raise ConfigurationError(
            f"There is no annotation engine {name!r}. Choose one of {', '.join(ENGINES)}.", code="engine_unknown"
        )
    return ENGINES[name]()
