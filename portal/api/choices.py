"""The part of a request that says how a file is to be annotated, and what there is to choose from."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from pipeline.annotation.engines.registry import installed_engines
from pipeline.reference.bundle import Bundle
from pipeline.uploads.choices import MOST_SOURCES, Choices
from portal.api.bodies import Body


class ChoicesBody(Body):
    """Reference (null: the one that fits best), engine (null: the usual one), sources (null: all of the reference)."""

    bundle_id: str | None = Field(None, max_length=64)
    engine: str | None = Field(None, max_length=64)
    source_ids: list[Annotated[str, Field(max_length=200)]] | None = Field(None, max_length=MOST_SOURCES)

    @property
    def chooses(self) -> bool:
        """Whether the request says anything of it, be it null."""
        return bool({"bundle_id", "engine", "source_ids"} & self.model_fields_set)

    @property
    def choices(self) -> Choices:
        """What it says."""
        sources = None if self.source_ids is None else tuple(self.source_ids)
        return Choices(self.bundle_id or None, self.engine or None, sources)


def bundle_json(bundle: Bundle) -> dict[str, Any]:
    """A reference with its sources and the engines that can annotate with it, as somebody chooses among them."""
    return {
        "bundle_id": bundle.id,
        "title": bundle.title,
        "assembly": bundle.assembly,
        "version": bundle.version,
        "sources": [
            {"source_id": item.id, "title": item.title, "version": item.version, "licence": item.licence}
            for item in bundle.sources
        ],
        "engines": [{"name": engine.name, "title": engine.title} for engine in installed_engines(bundle)],
    }
