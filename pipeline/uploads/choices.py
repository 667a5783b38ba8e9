"""How a file is to be annotated, as its owner chose: reference, engine, sources; checked before a job is made."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.annotation.engines.registry import ENGINES, engine_named
from pipeline.errors import InputError
from pipeline.reference.bundle import load_bundle
from pipeline.settings import DEFAULT_ENGINE

MOST_SOURCES = 200


@dataclass(frozen=True)
class Choices:
    """`bundle_id` None: the bundle that fits the file best; `engine` None: the usual one; `source_ids` None: all."""

    bundle_id: str | None = None
    engine: str | None = None
    source_ids: tuple[str, ...] | None = None

    @property
    def engine_name(self) -> str:
        """The engine that does the work."""
        return self.engine or DEFAULT_ENGINE


AUTOMATIC = Choices()


def check_choices(choices: Choices) -> Choices:
    """The same choices, each once. Raises InputError or ConfigurationError, with a sentence, for what is not there."""
    if choices.engine_name not in ENGINES:
        raise InputError(
            f"There is no annotation engine of that name. Choose one of: {', '.join(ENGINES)}.", code="engine_unknown"
        )
    sources = choices.source_ids
    if sources is not None:
        sources = tuple(dict.fromkeys(sources))
        if len(sources) > MOST_SOURCES:
            raise InputError(f"More than {MOST_SOURCES} sources were chosen.", code="too_many_sources")
    if choices.bundle_id:
        bundle = load_bundle(choices.bundle_id)
        bundle.with_sources(sources or ())
        engine_named(choices.engine_name, bundle)
    elif sources:
        raise InputError(
            "Choose a reference to choose among its sources: each reference has its own.", code="sources_without_bundle"
        )
    return Choices(choices.bundle_id or None, choices.engine, sources)
