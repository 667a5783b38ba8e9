"""Every callback that is told of a job by the browser, asked by its owner and by somebody else (C03)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from pipeline.accounts.store import User
from pipeline.jobs.model import Job
from pipeline.notes import store as notes
from tests.builders import make_user
from tests.portal.explore.results import family_job
from tests.portal.signing_in import csrf_headers

SECRETS = ("BRCA1", "TP53", "heterozygous", "6 variants", "in this gene", "bdata", "secret.vcf", "a secret note")
WALL, MORE = "consequences", "rainfall"  # a plot of the wall, and one beside it that is asked for
NAMES_A_JOB = ("explore-job", "gene-which", "shared-which")
BLOCK = {"startRow": 0, "endRow": 50, "sortModel": [], "filterModel": {}}
# What the browser sends besides the job, by id; of every other part nothing.
SENT: dict[str, Any] = {
    "explore-filter": {"kind": "group", "parts": []},
    "explore-row": 0,
    "explore-calls-start": 0,
    "explore-calls-search": "",
    "explore-grid": BLOCK,
    "gene-grid": BLOCK,
    "shared-grid": BLOCK,
    "note-tag": "artefact",
    "note-text": "mine",
    "note-seen": {"rid": 0, "version": None},
    '{"name":["MATCH"],"type":"explore-open"}': 1,
}
# These say something of the result to its owner; without them the test would prove nothing.
TELLING = ("explore-count", "explore-grid", "explore-drawer-title", "explore-calls", "note-tag", "gene-parts",
           "gene-grid", "shared-result", "shared-grid")  # fmt: skip


def callbacks(client: FlaskClient) -> list[dict[str, Any]]:
    """Those of the server that are given a job."""
    parts = [spec for spec in client.get("/_dash-dependencies").json if not spec["clientside_function"]]
    return [spec for spec in parts if any(part["id"] in NAMES_A_JOB for part in spec["inputs"] + spec["state"])]


def filled(part: dict[str, Any], job: Job, twin: object, name: str) -> Any:
    """One input as the browser would send it; of parts that are many of a kind, none or the one called `name`."""
    if '["ALL"]' in part["id"]:
        return []
    told = {"explore-job": job.job_id, "gene-which": [job.job_id, "BRCA1"], "shared-which": [job.job_id, twin]}
    value = told.get(part["id"], SENT.get(part["id"]))
    return {"id": concrete(part["id"], name), "property": part["property"], "value": value}


def concrete(part_id: str, name: str) -> Any:
    """An id of one part, where the callback's may be that of many."""
    if not part_id.startswith("{"):
        return part_id
    return {key: name if value in (["MATCH"], ["ALL"]) else value for key, value in json.loads(part_id).items()}


def outputs_of(spec: dict[str, Any]) -> Any:
    """The parts that are written, as the browser names them."""
    several = spec["output"].startswith("..")
    named = []
    for output in spec["output"].removeprefix("..").removesuffix("..").split("..."):
        part_id, part_property = output.rsplit(".", 1)
        name = WALL if '["ALL"]' in part_id else MORE
        one = {"id": concrete(part_id, name), "property": part_property}
        named.append([one] if '["ALL"]' in part_id else one)
    return named if several else named[0]


def ask(client: FlaskClient, spec: dict[str, Any], job: Job, twin: object) -> str:
    """All that the answer says; `twin` is the id of the job that it is compared with."""
    sent = {kind: [filled(part, job, twin, MORE) for part in spec[kind]] for kind in ("inputs", "state")}
    first = spec["inputs"][0]
    changed = json.dumps(concrete(first["id"], MORE), separators=(",", ":")) if "{" in first["id"] else first["id"]
    body = {
        "output": spec["output"],
        "outputs": outputs_of(spec),
        "changedPropIds": [f"{changed}.{first['property']}"],
        **sent,
    }
    answer = client.post("/_dash-update-component", json=body, headers=csrf_headers(client))
    assert answer.status_code in (200, 204), (spec["output"][:80], answer.text[:300])
    return answer.text


def secrets_in(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def test_no_callback_tells_anything_of_the_job_of_another_C03(signed_in: FlaskClient, user: User) -> None:
    jobs = {}
    for owner in (user, make_user("eve@example.org")):
        job, twin = (family_job(owner.user_id, name="secret.vcf") for _ in range(2))
        notes.write(job, "chr1:10:A:G", [0], "artefact", "a secret note", owner.user_id, None)
        jobs[owner.email] = (job, twin.job_id)
    (mine, my_twin), (theirs, their_twin) = jobs.values()
    asked = callbacks(signed_in)
    told = {spec["output"] for spec in asked if secrets_in(ask(signed_in, spec, mine, my_twin))}
    assert [name for name in TELLING if not any(name in output for output in told)] == []
    for twin in (their_twin, my_twin):
        leaks = {spec["output"][:80]: secrets_in(ask(signed_in, spec, theirs, twin)) for spec in asked}
        assert {name: leaked for name, leaked in leaks.items() if leaked} == {}
    assert [note.text for note in notes.of_job(theirs.job_id)] == ["a secret note"]


@pytest.mark.parametrize("forged", [None, 7, [], ["x"], {"id": "x"}, "../" * 9, "0" * 32])
def test_what_no_browser_sends_as_a_job_is_answered_with_a_sentence_C03(signed_in: FlaskClient, forged: Any) -> None:
    class Forged:
        job_id = forged

    for spec in callbacks(signed_in):
        assert secrets_in(ask(signed_in, spec, Forged(), forged)) == []  # type: ignore[arg-type]
