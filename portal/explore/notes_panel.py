"""The note on a variant, in its drawer: a tag and a text, saved only over what its writer saw."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from pipeline.errors import GasError
from pipeline.jobs.store import get_owned
from pipeline.notes import store as notes
from pipeline.notes.model import NO_TAG, TAGS, Note
from pipeline.notes.places import Place, place_of
from pipeline.settings import get_settings
from portal.auth.current import current_user
from portal.components import states
from portal.components.words import time
from portal.explore import ids

TAG, TEXT, SAVE, RELOAD = "note-tag", "note-text", "note-save", "note-reload"
SEEN = "note-seen"  # Store: {"rid", "version"}: of which row, and what this window last saw of its note
SAID, WHEN = "note-said", "note-when"
CHANGED = "notes-changed"  # Store: the rows of the note that was just written, and their tag now
# The column of marks in the table; the rows have `note` from portal/explore/tagged.py.
COLUMN: dict[str, Any] = {
    "field": "note",
    "headerName": "Note",
    "headerTooltip": "Your tag on the variant; open the row to read or write its note.",
    "width": 76,
    "minWidth": 60,
    "sortable": False,
    "cellRenderer": "GasNote",
}


def place() -> Component:
    """The panel; it fills itself when a row is opened."""
    return html.Section(
        [
            html.H3("Your note", className="gas-minor-title", id="note-title"),
            html.Label("Tag", htmlFor=TAG, className="visually-hidden"),
            dcc.RadioItems(
                [{"label": name, "value": tag} for tag, name in TAGS.items()],
                NO_TAG,
                id=TAG,
                className="gas-note-tags",
                inline=True,
            ),
            html.Label("Note", htmlFor=TEXT, className="visually-hidden"),
            dcc.Textarea(
                id=TEXT,
                value="",
                maxLength=get_settings().max_note_letters,
                placeholder="What is known of it, what is to be done …",
                className="form-control gas-note-text",
            ),
            html.Div(
                [
                    html.Button("Save note", id=SAVE, type="button", className="btn btn-primary btn-sm"),
                    html.Button(
                        "Show the other one",
                        id=RELOAD,
                        type="button",
                        hidden=True,
                        className="btn btn-outline-secondary btn-sm",
                    ),
                    html.Span(id=WHEN, className="gas-muted"),
                ],
                className="gas-note-foot",
            ),
            html.Div(id=SAID, **{"aria-live": "polite"}),
            html.P(
                "Tags can be filtered by, and go into exports. Notes stay with this job; a rerun begins without them.",
                className="gas-muted gas-note-help",
            ),
            dcc.Store(id=SEEN),
            dcc.Store(id=CHANGED),
        ],
        id="note-panel",
        className="gas-note-panel",
        **{"aria-labelledby": "note-title"},
    )


def _read(job_id: object, rid: object) -> tuple[Place, Note | None]:
    job = get_owned(job_id, current_user().user_id)
    found = place_of(job, rid)
    return found, notes.get(job.job_id, found.key)


def _seen(rid: object, note: Note | None) -> dict[str, Any]:
    return {"rid": rid, "version": note.version if note else None}


def _when(note: Note | None) -> list[Any] | str:
    return ["Saved ", time(note.at)] if note else ""


@callback(
    Output(TAG, "value"),
    Output(TEXT, "value"),
    Output(SEEN, "data"),
    Output(WHEN, "children"),
    Output(SAID, "children"),
    Output(RELOAD, "hidden"),
    Input(ids.ROW, "data"),
    Input(RELOAD, "n_clicks"),
    State(ids.JOB, "data"),
)
def show(rid: Any, _clicks: int | None, job_id: str) -> tuple[Any, ...]:
    """The note on the variant that was opened, or as another window wrote it."""
    if rid is None:
        raise PreventUpdate
    try:
        _, note = _read(job_id, rid)
    except GasError as error:
        return NO_TAG, "", None, "", states.notice(error.message), True
    return note.tag if note else NO_TAG, note.text if note else "", _seen(rid, note), _when(note), [], True


@callback(
    Output(SEEN, "data", allow_duplicate=True),
    Output(WHEN, "children", allow_duplicate=True),
    Output(SAID, "children", allow_duplicate=True),
    Output(RELOAD, "hidden", allow_duplicate=True),
    Output(CHANGED, "data"),
    Input(SAVE, "n_clicks"),
    State(SEEN, "data"),
    State(TAG, "value"),
    State(TEXT, "value"),
    State(ids.JOB, "data"),
    prevent_initial_call=True,
)
def save(clicks: int | None, seen: Any, tag: Any, text: Any, job_id: str) -> tuple[Any, ...]:
    """Write the note; where another window was first, both are kept: this text here, that one in the store."""
    if not clicks or not isinstance(seen, dict):
        raise PreventUpdate
    user, rid, version = current_user(), seen.get("rid"), seen.get("version")
    try:
        job = get_owned(job_id, user.user_id)
        found = place_of(job, rid)
        note = notes.write(job, found.key, found.rids, tag, text or "", user.user_id, _text_or_none(version))
    except notes.NoteChangedError as error:
        return _seen(rid, error.current), _when(error.current), _conflict(error.current), False, no_update
    except GasError as error:
        return no_update, no_update, states.notice(error.message), True, no_update
    said = "Saved." if note else "Nothing is noted on this variant now."
    changed = {"rids": found.rids, "tag": note.tag if note else None, "clicks": clicks}
    return _seen(rid, note), _when(note), states.notice(said, tone="info"), True, changed


def _text_or_none(version: object) -> str | None:
    return version if isinstance(version, str) else None


def _conflict(current: Note | None) -> Component:
    if current is None:
        return states.notice(
            "This note was removed in another window. Your text is still here; save it to write it anew.",
            tone="warning",
        )
    says = f"{TAGS.get(current.tag, current.tag)}. {current.text}".strip()
    return states.notice(
        [
            "This note was changed in another window, and nothing was overwritten. There it says: ",
            html.Q(says, className="gas-note-other"),
            " Save once more to replace it with yours, or show the other one.",
        ],
        tone="warning",
    )


# The rows carry marks, and a filter by tag lets others through now.
clientside_callback(
    ClientsideFunction("gas", "markNote"),
    Output(ids.FILTER, "data", allow_duplicate=True),
    Input(CHANGED, "data"),
    State(ids.FILTER, "data"),
    State(ids.GRID, "id"),
    prevent_initial_call=True,
)
