"""The explorer's bar: ways to filter, and what is filtered; and the dialogs that it opens.

`assets/explore_builder*.js` fill the filter builder, `assets/explore_saved.js` the saved filters.
"""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from pipeline.accounts.saved_filters import MOST_NAME
from pipeline.results.filters.presets import Preset
from portal.components import states
from portal.explore import ids

WAYS = {"Plots": ids.WALL, "Table": ids.ROWS}  # word → id of what it leads to


def bar(presets: Sequence[Preset], *others: Component) -> Component:
    """It stays in sight while the page scrolls, and with it how many variants pass; `others` are the last tools."""
    return html.Section(
        [
            html.Div(
                [
                    html.Button(
                        "Add a filter",
                        type="button",
                        className="btn btn-sm btn-primary",
                        **{"data-builder": "add", "aria-haspopup": "dialog"},
                    ),
                    _menu(presets),
                    html.Button(
                        "Copy link",
                        type="button",
                        className="btn btn-sm btn-outline-secondary",
                        title="Copy a link to this view: it opens the same filters, order and zoom",
                        **{"data-copy-link": "", "aria-label": "Copy link to this view"},
                    ),
                    *others,
                ],
                className="gas-explore-tools",
            ),
            html.Div(
                [
                    html.Div(states.loading("the variants"), id=ids.COUNT, className="gas-count", role="status"),
                    *[_way(word, place) for word, place in WAYS.items()],
                ],
                className="gas-explore-where",
            ),
            html.Div(id=ids.CHIPS, className="gas-chips", role="group", **{"aria-label": "Active filters"}),
            html.P("", id=ids.SAID, className="gas-explore-said", role="status"),
        ],
        className="gas-explore-bar",
        **{"aria-label": "Filters"},
    )


def _way(word: str, place: str) -> Component:
    """Leads to a part of the page, which is long. `assets/explore_ways.js` goes there and takes the focus along."""
    said = {"data-way-to": place, "aria-label": f"Go to the {word.lower()}"}
    return html.Button(word, type="button", className="gas-link-button", **said)


def _menu(presets: Sequence[Preset]) -> Component:
    """Filters of the user, which a script lists, and those that come with the product."""
    return html.Details(
        [
            html.Summary("Saved and presets", className="btn btn-sm btn-outline-secondary"),
            html.Div(
                [
                    html.H2("Your filters", className="gas-menu-head"),
                    html.Div(id="explore-saved"),
                    html.Button(
                        "Save this filter …", type="button", className="gas-menu-item", **{"data-save-filter": ""}
                    ),
                    html.Hr(),
                    html.H2("Presets", className="gas-menu-head"),
                    *map(_preset, presets),
                ],
                className="gas-menu-panel",
            ),
        ],
        className="gas-menu gas-preset-menu",
    )


def _preset(preset: Preset) -> Component:
    return html.Button(
        [html.Strong(preset.title), html.Span(preset.sentence, className="gas-muted")],
        id={"type": ids.PRESET, "name": preset.id},
        type="button",
        className="gas-menu-item gas-preset",
    )


def dialogs() -> list[Component]:
    """The filter builder, and the one that asks for a name; closed."""
    return [_builder(), _name()]


def _builder() -> Component:
    return html.Dialog(
        [
            html.H2("Filter", id="builder-title", className="gas-dialog-title"),
            html.Div(id="builder-root"),
            html.P("", id="builder-error", className="gas-note gas-note-danger", hidden=True, role="alert"),
            html.Div(
                [
                    html.Span("", id="builder-count", className="gas-muted", role="status"),
                    html.Button("Cancel", id="builder-cancel", type="button", className="btn gas-btn-quiet"),
                    html.Button("Apply", id="builder-apply", type="button", className="btn btn-primary"),
                ],
                className="gas-dialog-actions gas-builder-actions",
            ),
        ],
        id="builder",
        className="gas-dialog gas-builder",
        **{"aria-labelledby": "builder-title"},
    )


def _name() -> Component:
    field, error = "filter-name", "filter-name-error"
    return html.Dialog(
        [
            html.H2("Save this filter", id="filter-name-title", className="gas-dialog-title"),
            html.P("", id="filter-name-words", className="gas-muted"),
            html.Label("Name", htmlFor=field, className="form-label"),
            html.Div(id="filter-name-place", **{"data-most": MOST_NAME}),
            html.P("", id=error, className="gas-field-error", hidden=True, role="alert"),
            html.Div(
                [
                    html.Button("Cancel", id="filter-name-no", type="button", className="btn gas-btn-quiet"),
                    html.Button("Save", id="filter-name-yes", type="button", className="btn btn-primary"),
                ],
                className="gas-dialog-actions",
            ),
        ],
        id="filter-name-dialog",
        className="gas-dialog",
        **{"aria-labelledby": "filter-name-title"},
    )
