"""The explorer's page and its answers to a filter, asked as Dash's own script asks them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from pipeline.accounts.store import User
from pipeline.jobs.model import Job
from pipeline.results.filters import address
from tests.builders import make_user
from tests.portal.explore.results import HOSTILE, family_job
from tests.portal.pages.conftest import open_page
from tests.portal.signing_in import csrf_headers

PLOTS = ("consequences", "quality")
WILD = ("gas-figure", "explore-said", "explore-numbers")


@pytest.fixture
def job(user: User) -> Job:
    """A result of `user` with three samples."""
    return family_job(user.user_id)


def wild(name: str) -> str:
    return json.dumps({"name": ["ALL"], "type": name}, separators=(",", ":"))


def answer(client: FlaskClient, job: Job, *parts: dict[str, Any]) -> Any:
    """What the page gets for a filter."""
    single = [("explore-count", "children"), ("explore-chips", "children"), ("explore-notice", "children")]
    single.append(("explore-answered", "data"))
    outputs: list[Any] = [{"id": name, "property": prop} for name, prop in single]
    prop_of = {"gas-figure": "data", "explore-said": "children", "explore-numbers": "data"}
    outputs += [[{"id": {"type": w, "name": n}, "property": prop_of[w]} for n in PLOTS] for w in WILD]
    named = [*(".".join(each) for each in single), *(f"{wild(w)}.{prop_of[w]}" for w in WILD)]
    inputs = {
        "explore-filter": {"kind": "group", "parts": list(parts)},
        "explore-zoom": None,
        "explore-frequency": None,
    }
    body = {
        "output": f"..{'...'.join(named)}..",
        "outputs": outputs,
        "inputs": [{"id": key, "property": "data", "value": value} for key, value in inputs.items()],
        "state": [
            {"id": "explore-job", "property": "data", "value": job.job_id},
            {"id": "explore-page-token", "property": "data", "value": "page"},
        ],
        "changedPropIds": ["explore-filter.data"],
    }
    told = client.post("/_dash-update-component", json=body, headers=csrf_headers(client))
    assert told.status_code == 200, told.text
    return told.json["response"]


def figure(told: Any, name: str) -> Any:
    return told[json.dumps({"name": name, "type": "gas-figure"}, separators=(",", ":"))]["data"]


def test_a_filter_changes_count_chips_and_plots_in_one_answer(signed_in: FlaskClient, job: Job) -> None:
    told = answer(signed_in, job)
    assert told["explore-count"]["children"] == "6 variants"
    told = answer(signed_in, job, {"kind": "one_of", "column": "impact", "values": ["HIGH"]})
    assert told["explore-count"]["children"] == "1 of 6 variants"
    assert "Impact is high" in json.dumps(told["explore-chips"], ensure_ascii=False)
    assert told["explore-notice"]["children"] == []
    bars = [bar for trace in figure(told, "consequences")["data"] for bar in trace["x"] if bar]
    assert sum(bars) == 6  # what the plot's own filter leaves out stays in sight


def test_an_empty_result_says_what_to_take_away(signed_in: FlaskClient, job: Job) -> None:
    known = {"kind": "known", "column": "gene"}
    far = {"kind": "range", "column": "qual", "least": 1000}
    told = answer(signed_in, job, known, far)
    assert told["explore-count"]["children"] == "0 of 6 variants"
    said = json.dumps(told["explore-notice"]["children"], ensure_ascii=False)
    assert "Quality at least 1,000" in said and ": 5 variants" in said and "parts/1" in said
    assert "parts/0" not in said  # without that one there would be nothing either


def test_a_filter_that_the_result_cannot_answer_is_said_C08(signed_in: FlaskClient, job: Job) -> None:
    told = answer(signed_in, job, {"kind": "known", "column": "nothing"})
    assert "This result has no column nothing." in json.dumps(told["explore-notice"])
    assert "explore-count" not in told


def test_names_of_the_file_are_text_C09(signed_in: FlaskClient, job: Job) -> None:
    told = answer(signed_in, job, {"kind": "one_of", "column": "gene", "values": [HOSTILE]})
    assert told["explore-count"]["children"] == "1 of 6 variants"
    chip = json.dumps(told["explore-chips"], ensure_ascii=False)
    assert HOSTILE in chip and "dangerously" not in chip.lower()


def test_a_link_opens_the_view_and_a_broken_one_says_so(signed_in: FlaskClient, job: Job) -> None:
    part = {"kind": "range", "column": "qual", "least": 20.0}
    view = address.encode({"filter": {"kind": "group", "parts": [part]}, "sort": [["qual", "desc"]]})
    page = open_page(signed_in, f"/jobs/{job.job_id}/explore")
    assert "Add a filter" in page and "cannot be read" not in page
    assert '"least": 20.0' in with_view(signed_in, job, view)
    assert "cannot be read" in with_view(signed_in, job, "nonsense!")


def with_view(client: FlaskClient, job: Job, view: str) -> str:
    body = {
        "output": ".._pages_content.children..._pages_store.data..",
        "outputs": [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}],
        "inputs": [
            {"id": "_pages_location", "property": "pathname", "value": f"/jobs/{job.job_id}/explore"},
            {"id": "_pages_location", "property": "search", "value": f"?view={view}"},
        ],
        "changedPropIds": ["_pages_location.pathname"],
    }
    told = client.post("/_dash-update-component", json=body, headers=csrf_headers(client))
    assert told.status_code == 200, told.text
    return json.dumps(told.json["response"]["_pages_content"]["children"], ensure_ascii=False)


def test_the_page_of_anothers_job_is_as_of_none_C03(signed_in: FlaskClient) -> None:
    theirs = family_job(make_user("eve@example.org").user_id, name="secret.vcf")
    shown = {open_page(signed_in, f"/jobs/{job_id}/explore") for job_id in (theirs.job_id, "0" * 32, "%00")}
    assert len(shown) == 1 and "There is no such job" in shown.pop()
    told = answer(signed_in, theirs)
    assert "There is no such job" in json.dumps(told) and "secret" not in json.dumps(told)
