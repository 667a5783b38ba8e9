"""The active filters as chips, each of which can be taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from pipeline.results.filters import words
from pipeline.results.filters.model import Group
from portal.explore import ids


def chips(group: Group, titles: Mapping[str, str]) -> list[Component]:
    """A chip for each condition at the top of the filter; a group within it is one chip."""
    parts = group.parts if group.join == "all" else (group,)
    shown: list[Component] = [
        _chip(words.chip(part, titles), place) for part, place in zip(parts, _places(group), strict=True)
    ]
    if len(shown) > 1:
        shown.append(html.Button("Clear all", id=ids.CLEAR, type="button", className="gas-link-button"))
    return shown


def _places(group: Group) -> Sequence[str]:
    """Where each chip's part stands, as text of an id; the whole filter is at the empty place."""
    return [f"parts/{number}" for number in range(len(group.parts))] if group.join == "all" else [""]


def place_of(text: str) -> tuple[str | int, ...]:
    """The place that a chip's id tells."""
    return tuple(int(step) if step.isdigit() else step for step in text.split("/")) if text else ()


def _chip(said: str, place: str) -> Component:
    said = said[:1].upper() + said[1:]
    return html.Span(
        [
            html.Span(said, className="gas-chip-text", title=said),
            html.Button(
                "×",
                id={"type": ids.CHIP, "place": place},
                type="button",
                className="gas-chip-remove",
                title="Remove this filter",
                **{"aria-label": f"Remove the filter: {said}"},
            ),
        ],
        className="gas-chip",
    )
