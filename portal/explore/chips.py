"""The active filters as chips: each can be opened to edit, and taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from pipeline.results.filters import words
from pipeline.results.filters.model import Group, OneOf, Part, Region
from portal.explore import ids
from portal.genes.address import gene_address

NOTHING_YET = "No filter: click a bar, drag over an axis, or add one."


def chips(job_id: str, group: Group, titles: Mapping[str, str], zoom: Region | None = None) -> list[Component]:
    """A chip for each condition at the top of the filter; a group within it is one chip. Then the zoom's."""
    parts = group.parts if group.join == "all" else (group,)
    shown: list[Component] = [
        _chip(words.chip(part, titles), place, _gene_page(job_id, part))
        for part, place in zip(parts, _places(group), strict=True)
    ]
    if not shown:
        shown.append(html.Span(NOTHING_YET, className="gas-muted gas-chips-none"))
    if len(parts) > 1:
        shown.append(html.Button("Clear all", id=ids.CLEAR, type="button", className="gas-link-button"))
    if zoom:
        shown.append(_zoom(words.region_in_words(zoom)))
    return shown


def _places(group: Group) -> Sequence[str]:
    """Where each chip's part stands, as text of an id; the whole filter is at the empty place."""
    return [f"parts/{number}" for number in range(len(group.parts))] if group.join == "all" else [""]


def place_of(text: str) -> tuple[str | int, ...]:
    """The place that a chip's id tells."""
    return tuple(int(step) if step.isdigit() else step for step in text.split("/")) if text else ()


def _gene_page(job_id: str, part: Part) -> Component | None:
    """The way to the page of a gene that is filtered by alone."""
    if not isinstance(part, OneOf) or part.column != "gene" or part.negated or len(part.values) != 1:
        return None
    gene = part.values[0]
    if not gene:  # the variants without a gene
        return None
    words = ["Gene page", html.Span(f" of {gene}", className="visually-hidden")]
    return dcc.Link(words, href=gene_address(job_id, gene), className="gas-chip-word", title=gene)


def _chip(said: str, place: str, way: Component | None) -> Component:
    said = said[:1].upper() + said[1:]
    return html.Span(
        [
            html.Button(
                said,
                type="button",
                className="gas-chip-text",
                title=said,
                **{"data-builder-place": place, "aria-label": f"Edit the filter: {said}", "aria-haspopup": "dialog"},
            ),
            *([way] if way else []),
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


def _zoom(said: str) -> Component:
    """What the genome plot shows: it filters nothing, so it looks different."""
    return html.Span(
        [
            html.Span(f"Genome plot: {said}", className="gas-chip-text"),
            html.Button("Zoom out", id=ids.ZOOM_OUT, type="button", className="gas-chip-word"),
            html.Button("Whole genome", id=ids.ZOOM_ALL, type="button", className="gas-chip-word"),
        ],
        className="gas-chip gas-chip-quiet",
        role="group",
        **{"aria-label": "Zoom of the genome plot"},
    )
