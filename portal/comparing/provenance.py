"""What the compared jobs were made from and with, side by side: a difference may come from another version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from dash import html
from dash.development.base_component import Component

from pipeline.results.versions import Version, versions_in
from portal.comparing.upset import LETTERS
from portal.components.words import number

MOST_SAMPLES = 6  # that are named
NOT_TOLD = {"tables"}  # the layout of the files tells nothing of a variant


def differing(manifests: Sequence[Mapping[str, Any]]) -> list[str]:
    """Titles of what not all of these results were made with in the same version."""
    return [title for title, _, differs in _versions(manifests) if differs]


def section(
    variants: Sequence[int], samples: Sequence[Sequence[str]], manifests: Sequence[Mapping[str, Any]]
) -> html.Section:
    """Variants, samples and versions of each job; what differs is marked with a word, not by colour alone."""
    rows = [
        _row("Variants", [number(count) for count in variants], ""),
        _row("Samples", [_named(names) for names in samples], ""),
        *(_row(title, told, "differs" if differs else "same") for title, told, differs in _versions(manifests)),
    ]
    heads = [_unseen("What"), *LETTERS[: len(variants)], _unseen("Same or not")]
    table = html.Table(
        [html.Thead(html.Tr([html.Th(text, scope="col") for text in heads])), html.Tbody(rows)],
        className="gas-plain-table gas-versions",
    )
    return html.Section(
        [
            html.H2("What the jobs were made from and with", className="gas-subtitle"),
            html.Div(
                table, className="gas-scroll", tabIndex=0, role="region", **{"aria-label": "Versions of the jobs"}
            ),
        ],
        className="gas-card",
        id="shared-provenance",
    )


def _versions(manifests: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[str], bool]]:
    """Title, version by job, and whether any two differ, of whatever is stated for at least one job."""
    found = [versions_in(manifest) for manifest in manifests]
    keys = dict.fromkeys(key for versions in found for key in versions if key not in NOT_TOLD)
    rows = []
    for key in keys:
        each = [versions.get(key) for versions in found]
        title = next(version.title for version in each if version)
        if any(version and (version.version or version.sha256) for version in each):
            rows.append((title, [_text(version) for version in each], _differ(each)))
    return rows


def _differ(each: Sequence[Version | None]) -> bool:
    pairs = combinations(each, 2)
    return any((one is None) != (other is None) or (one and one.differs_from(other)) for one, other in pairs)


def _text(version: Version | None) -> str:
    if version is None:
        return "not applied"
    return version.version or "not stated"


def _unseen(text: str) -> Component:
    """The head of a column that explains itself to those who see it."""
    return html.Span(text, className="visually-hidden")


def _named(samples: Sequence[str]) -> str:
    if not samples:
        return "none"
    more = len(samples) - MOST_SAMPLES
    return ", ".join(samples[:MOST_SAMPLES]) + (f" and {number(more)} more" if more > 0 else "")


def _row(title: str, cells: Sequence[str], said: str) -> Component:
    told = html.Td(said, className="gas-differs" if said == "differs" else "gas-muted")
    return html.Tr([html.Th(title, scope="row"), *(html.Td(cell) for cell in cells), told])
