"""What to say where nothing passes: which of the conditions keeps how much away."""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from pipeline.jobs.model import Job
from pipeline.results.filters import words
from pipeline.results.filters.edit import as_all
from pipeline.results.filters.model import Group
from portal.components.words import counted
from portal.explore import ids
from portal.explore.matched import matched

MOST_TRIED = 8  # each costs a question


def hints(job: Job, group: Group, titles: Mapping[str, str]) -> list[Component]:
    """A sentence, and a button for each condition without which there would be something."""
    parts = as_all(group).parts
    tried = [(number, _without(job, parts, number)) for number in range(min(len(parts), MOST_TRIED))]
    useful = sorted(((number, count) for number, count in tried if count), key=lambda each: -each[1])
    buttons = [
        html.Button(
            [
                "Without ",
                html.Strong(words.chip(parts[number], titles)),
                f": {counted(count, 'variant')}",
            ],
            id={"type": ids.LOOSEN, "place": f"parts/{number}" if group.join == "all" else ""},
            type="button",
            className="btn btn-sm btn-outline-secondary gas-loosen",
        )
        for number, count in useful
    ]
    advice = "Take away what keeps the most out:" if useful else "No single condition is to blame: take several away."
    return [
        html.Div(
            [html.P([html.Strong("No variant passes the filter. "), advice]), html.Div(buttons)],
            className="gas-note gas-note-info gas-none-passes",
        )
    ]


def _without(job: Job, parts: tuple[object, ...], number: int) -> int:
    rest = Group(parts=parts[:number] + parts[number + 1 :])  # type: ignore[arg-type]
    with matched(job, rest) as source:
        return source.count
