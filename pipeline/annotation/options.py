"""What the owner of a job chooses beside the reference bundle: the engine, and which sources are applied."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.settings import DEFAULT_ENGINE


@dataclass(frozen=True)
class AnnotationOptions:
    """`sources` are ids of the bundle's sources; None applies all of them.

    `among`: ids of the bundles that the choice by itself is limited to; None for all that are installed.
    `any_build` annotates also with a bundle of another genome build, which is refused otherwise.
    """

    engine: str = DEFAULT_ENGINE
    sources: tuple[str, ...] | None = None
    any_build: bool = False
    among: tuple[str, ...] | None = None


USUAL = AnnotationOptions()
