"""The note in the drawer: read, saved, and never overwritten in silence; the owner's alone (C03, C09)."""

from __future__ import annotations

import json
from typing import Any

from flask.testing import FlaskClient

from pipeline.accounts.store import User
from pipeline.jobs.model import Job
from pipeline.notes import store as notes
from pipeline.results import blocks
from pipeline.results.filters.reading import read_filter
from portal.explore import ids, notes_panel
from portal.explore.tagged import marked, tagged_of
from tests.builders import make_user, write_job
from tests.pipeline.results.finished import TEN_VARIANTS, finished_job, variant
from tests.portal.signing_in import csrf_headers

HOSTILE = "<img src=x onerror=alert(1)> =1+1"


def call(client: FlaskClient, trigger: tuple[str, str], values: dict[tuple[str, str], Any]) -> dict[str, Any]:
    """The answer of the one callback with this input first, by id and property without the marks of duplicates."""
    dependencies = client.get("/_dash-dependencies").json
    (spec,) = (
        d
        for d in dependencies
        if (d["inputs"][0]["id"], d["inputs"][0]["property"]) == trigger
        and "note-" in d["output"]
        and not d["clientside_function"]
    )
    outputs = [
        dict(zip(("id", "property"), out.rsplit(".", 1), strict=True)) for out in spec["output"][2:-2].split("...")
    ]
    filled = {
        kind: [part | {"value": values.get((part["id"], part["property"]))} for part in spec[kind]]
        for kind in ("inputs", "state")
    }
    body = {"output": spec["output"], "outputs": outputs, "changedPropIds": [".".join(trigger)], **filled}
    answer = client.post("/_dash-update-component", json=body, headers=csrf_headers(client))
    assert answer.status_code in (200, 204), answer.text
    return answer.json["response"] if answer.status_code == 200 else {}


def opened(client: FlaskClient, job: Job, rid: Any) -> dict[str, Any]:
    """What the panel shows when a row is opened."""
    return call(client, (ids.ROW, "data"), {(ids.ROW, "data"): rid, (ids.JOB, "data"): job.job_id})


def saved(client: FlaskClient, job: Job, seen: Any, tag: Any, text: Any) -> dict[str, Any]:
    """What the panel shows after a click on Save."""
    values = {
        (notes_panel.SAVE, "n_clicks"): 1,
        (notes_panel.SEEN, "data"): seen,
        (notes_panel.TAG, "value"): tag,
        (notes_panel.TEXT, "value"): text,
        (ids.JOB, "data"): job.job_id,
    }
    return call(client, (notes_panel.SAVE, "n_clicks"), values)


def said(answer: dict[str, Any]) -> str:
    return json.dumps(answer[notes_panel.SAID]["children"], ensure_ascii=False)


def test_a_note_is_saved_and_read_again(signed_in: FlaskClient, user: User) -> None:
    job = write_job(finished_job(user.user_id))
    empty = opened(signed_in, job, 3)
    assert (empty[notes_panel.TAG]["value"], empty[notes_panel.TEXT]["value"]) == ("none", "")
    answer = saved(signed_in, job, empty[notes_panel.SEEN]["data"], "likely_causal", HOSTILE)
    assert "Saved." in said(answer) and answer[notes_panel.CHANGED]["data"]["rids"] == [3]
    (note,) = notes.of_job(job.job_id)
    assert (note.variant, note.text, note.by) == ("chr10:5:AT:A", HOSTILE, user.user_id)
    shown = opened(signed_in, job, 3)
    assert (shown[notes_panel.TAG]["value"], shown[notes_panel.TEXT]["value"]) == ("likely_causal", HOSTILE)


def test_the_second_of_two_windows_is_told_and_may_replace_the_first_one_knowingly(
    signed_in: FlaskClient, user: User
) -> None:
    job = write_job(finished_job(user.user_id))
    seen = opened(signed_in, job, 0)[notes_panel.SEEN]["data"]
    saved(signed_in, job, seen, "artefact", "first window")
    answer = saved(signed_in, job, seen, "to_confirm", "second window")
    assert "nothing was overwritten" in said(answer) and "Artefact. first window" in said(answer)
    assert answer[notes_panel.RELOAD]["hidden"] is False and notes_panel.CHANGED not in answer
    assert notes.of_job(job.job_id)[0].text == "first window"
    saved(signed_in, job, answer[notes_panel.SEEN]["data"], "to_confirm", "second window")
    assert notes.of_job(job.job_id)[0].text == "second window"


def test_notes_of_others_are_neither_shown_nor_written_C03(signed_in: FlaskClient, user: User) -> None:
    other = make_user("eve@example.org")
    theirs = write_job(finished_job(other.user_id))
    notes.write(theirs, "chr2:10:A:G", [0], "artefact", "a secret", other.user_id, None)
    shown = opened(signed_in, theirs, 0)
    assert "no such job" in said(shown) and "secret" not in json.dumps(shown)
    answer = saved(signed_in, theirs, {"rid": 0, "version": None}, "artefact", "mine")
    assert "no such job" in said(answer)
    assert [note.text for note in notes.of_job(theirs.job_id)] == ["a secret"]


def test_rows_that_are_none_and_tags_that_are_none_get_a_sentence(signed_in: FlaskClient, user: User) -> None:
    job = write_job(finished_job(user.user_id))
    for rid in (99, -1, "0", [0], True, 2**70):
        assert "no such variant" in said(saved(signed_in, job, {"rid": rid, "version": None}, "artefact", ""))
    assert "one of the tags" in said(saved(signed_in, job, {"rid": 0, "version": None}, "'; DROP", ""))
    assert "2,001" in said(saved(signed_in, job, {"rid": 0, "version": {"a": 1}}, "none", "x" * 2001))
    assert notes.of_job(job.job_id) == []


def test_each_row_of_a_variant_that_the_file_repeats_is_marked(signed_in: FlaskClient, user: User) -> None:
    rows = [variant(rid, "1", 5 if rid != 2 else 6, "A", "C") for rid in range(4)]
    job = write_job(finished_job(user.user_id, rows))
    saved(signed_in, job, {"rid": 1, "version": None}, "artefact", "")
    assert [row["note"] for row in marked(job, rows)] == ["artefact", "artefact", None, "artefact"]


def test_the_filter_by_tag_lets_through_what_is_tagged_now(signed_in: FlaskClient, user: User) -> None:
    job = write_job(finished_job(user.user_id, TEN_VARIANTS))
    group = read_filter({"kind": "tagged", "tags": ["artefact"]})
    assert tagged_of(job, read_filter(None)) is None
    assert blocks.read(job, 0, 10, (), group, tagged_of(job, group)).total == 0
    saved(signed_in, job, {"rid": 4, "version": None}, "artefact", "")
    saved(signed_in, job, {"rid": 8, "version": None}, "artefact", "")
    saved(signed_in, job, {"rid": 1, "version": None}, "to_confirm", "")
    assert [row["rid"] for row in blocks.read(job, 0, 10, (), group, tagged_of(job, group)).rows] == [4, 8]
