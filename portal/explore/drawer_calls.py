"""The genotypes in the drawer: a table of some samples, searched and paged where a file has thousands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import ctx, dcc, html
from dash.development.base_component import Component

from pipeline.results.variant_calls import Call
from pipeline.settings import get_settings
from portal.components.words import counted, number

TABLE, START = "explore-calls", "explore-calls-start"
SEARCH, EARLIER, LATER = "explore-calls-search", "explore-calls-earlier", "explore-calls-later"
HEADS = ("Sample", "Genotype", "Call", "Depth", "Ref reads", "Alt reads", "Alt share", "Quality")
MOST_LETTERS = 200  # of a text that is searched for


def section(calls: Sequence[Call], all_samples: bool) -> list[Component]:
    """The first page with its search box; only a long list has one."""
    table, start = page(calls, "", 0)
    long = len(calls) > get_settings().calls_at_once
    said = f"{counted(len(calls), 'sample')}; who carries the allele comes first."
    if not all_samples:
        said = f"{counted(len(calls), 'sample')} whose call holds the allele or is incomplete."
    controls = html.Div(
        [
            dcc.Input(
                id=SEARCH, type="search", placeholder="Find a sample", debounce=0.3, maxLength=MOST_LETTERS,
                className="form-control form-control-sm",
            ),
            html.Button("Earlier", id=EARLIER, type="button", className="btn btn-sm btn-outline-secondary"),
            html.Button("Later", id=LATER, type="button", className="btn btn-sm btn-outline-secondary"),
        ],
        className="gas-calls-tools",
        hidden=not long,
    )  # fmt: skip
    shown = html.Div(
        table, id=TABLE, className="gas-drawer-scroll", tabIndex=0, role="region", **{"aria-label": "Genotypes"}
    )
    return [html.P(said, className="gas-muted"), controls, shown, dcc.Store(id=START, data=start)]


def moved(start: Any) -> int:
    """Where the page begins after what was pressed; a new search begins at the start."""
    now, step = start if isinstance(start, int) else 0, get_settings().calls_at_once
    return {EARLIER: max(0, now - step), LATER: now + step}.get(str(ctx.triggered_id), 0)


def page(calls: Sequence[Call], text: str, start: int) -> tuple[list[Component], int]:
    """A page of the calls of samples whose names hold the text, and where it begins."""
    wanted = text.strip().casefold()[:MOST_LETTERS]
    found = [call for call in calls if wanted in call.sample.casefold()]
    step = get_settings().calls_at_once
    start = min(start, max(0, (len(found) - 1) // step * step))
    shown = found[start : start + step]
    if not shown:
        return [html.P("No sample has this in its name.", className="gas-muted")], 0
    head = html.Thead(html.Tr([html.Th(name, scope="col") for name in HEADS]))
    table = html.Table([head, html.Tbody([_row(call) for call in shown])], className="gas-drawer-table")
    span = f"{number(start + 1)} to {number(start + len(shown))} of {number(len(found))}"
    return [table, *([html.P(span, className="gas-muted", role="status")] if len(found) > step else [])], start


def _row(call: Call) -> Component:
    balance = call.balance
    share: Any = "" if balance is None else [
        html.Span(f"{balance:.0%}", className="gas-share-text"),
        html.Span(
            html.Span(style={"width": f"{balance:.0%}"}), className="gas-share", **{"aria-hidden": "true"}
        ),
    ]  # fmt: skip
    numbers = [call.dp, call.ad_ref, call.ad_alt]
    quality = "" if call.gq is None else f"{call.gq:g}"
    return html.Tr(
        [
            html.Th(call.sample, scope="row"),
            html.Td(call.gt, className="gas-mono"),
            html.Td(call.kind),
            *(html.Td("" if value is None else number(value), className="gas-number") for value in numbers),
            html.Td(share, className="gas-number"),
            html.Td(quality, className="gas-number"),
        ],
        className=f"gas-call-{call.kind.replace(' ', '-')}",
    )
