"""The annotation engines by name, and which of them can annotate with a reference bundle on this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.annotation.engines.base import Engine
from pipeline.annotation.engines.csq import CsqEngine
from pipeline.annotation.engines.vep import VepEngine
from pipeline.annotation.engines.vep_command import require_vep_command, vep_command
from pipeline.errors import ConfigurationError
from pipeline.logs import get_logger
from pipeline.reference.bundle import Bundle
from pipeline.reference.vep_cache import cache_for, require_cache

ENGINES: dict[str, Callable[[], Engine]] = {"csq": CsqEngine, "vep": VepEngine}
TITLES = {CsqEngine.name: "bcftools csq", VepEngine.name: "Ensembl VEP (vepyr)"}  # what users read


@dataclass(frozen=True)
class EngineChoice:
    """An engine that users can choose: its `name` in a job, and what they read."""

    name: str
    title: str


def engine_named(name: str, bundle: Bundle | None = None) -> Engine:
    """The engine with this name. Raises ConfigurationError where there is none of that name, or where it is not
    installed for the bundle, if one is given."""
    if name not in ENGINES:
        raise ConfigurationError(
            f"There is no annotation engine {name!r}. Choose one of {', '.join(ENGINES)}.", code="engine_unknown"
        )
    if name == VepEngine.name and bundle is not None:
        require_vep_command()
        require_cache(bundle)
    return ENGINES[name]()


def installed_engines(bundle: Bundle) -> list[EngineChoice]:
    """The engines that can annotate with this bundle, the usual one first. Looks at the file system only."""
    choices = [EngineChoice(CsqEngine.name, TITLES[CsqEngine.name])]
    try:
        cache = cache_for(bundle) if vep_command() is not None else None
    except ConfigurationError as error:  # a cache that cannot be used must not take csq away
        get_logger().warning("engine_not_offered", engine=VepEngine.name, code=error.code)
        return choices
    if cache is not None:
        choices.append(EngineChoice(VepEngine.name, f"Ensembl VEP {cache.manifest.release} (vepyr)"))
    return choices
