"""JSON routes under `/api/`, one file a subject; each exports `blueprint`."""

from __future__ import annotations

from flask import Blueprint

from portal.api import (
    comparisons,
    ended,
    explore,
    exports,
    genome_browser,
    inspect,
    jobs,
    reruns,
    saved_filters,
    uploads,
)

BLUEPRINTS: list[Blueprint] = [
    uploads.blueprint,
    inspect.blueprint,
    jobs.blueprint,
    ended.blueprint,
    reruns.blueprint,
    comparisons.blueprint,
    genome_browser.blueprint,
    exports.blueprint,
    explore.blueprint,
    saved_filters.blueprint,
]
