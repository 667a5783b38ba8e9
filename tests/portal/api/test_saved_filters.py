"""Saved filters: kept under a name, used on any job, renamed, deleted; each user's own."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from pipeline.accounts import saved_filters
from pipeline.accounts.store import User
from tests.builders import make_user, write_job
from tests.conftest import forget_settings
from tests.pipeline.results.finished import finished_job
from tests.portal.explore.results import family_job
from tests.portal.signing_in import csrf_headers

FILTER = {
    "kind": "group",
    "parts": [
        {"kind": "range", "column": "qual", "least": 5.0},
        {"kind": "carries", "sample": "child", "calls": ["het"]},
    ],
}


def save(client: FlaskClient, name: str = "Mine", document: dict[str, Any] = FILTER) -> Any:
    return client.post("/api/filters", json={"name": name, "filter": document}, headers=csrf_headers(client))


def test_a_filter_is_saved_listed_renamed_and_deleted(signed_in: FlaskClient) -> None:
    assert signed_in.get("/api/filters").json == {"filters": []}
    saved = save(signed_in, "  Good   ones ")
    assert saved.status_code == 201 and saved.json["name"] == "Good ones"
    assert save(signed_in, "another").status_code == 201
    assert [each["name"] for each in signed_in.get("/api/filters").json["filters"]] == ["another", "Good ones"]
    path = f"/api/filters/{saved.json['filter_id']}"
    renamed = signed_in.patch(path, json={"name": "Best"}, headers=csrf_headers(signed_in))
    assert renamed.json["name"] == "Best" and renamed.json["words"] == saved.json["words"]
    assert signed_in.delete(path, headers=csrf_headers(signed_in)).status_code == 204
    assert [each["name"] for each in signed_in.get("/api/filters").json["filters"]] == ["another"]
    gone = signed_in.patch(path, json={"name": "Best"}, headers=csrf_headers(signed_in))
    assert gone.status_code == 404 and "deleted in another window" in gone.json["error"]["message"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\u0000b"])
def test_a_name_that_is_none_is_refused(signed_in: FlaskClient, name: str) -> None:
    assert save(signed_in, name).status_code == 422


def test_only_a_filter_is_saved(signed_in: FlaskClient) -> None:
    assert save(signed_in, "x", {"kind": "group", "parts": [{"kind": "evil"}]}).status_code == 422


def test_number_and_size_are_bounded(signed_in: FlaskClient, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_MAX_SAVED_FILTERS", "2")
    monkeypatch.setenv("GAS_SAVED_FILTER_BYTES", "2048")
    forget_settings()
    assert [save(signed_in, str(n)).status_code for n in range(3)] == [201, 201, 413]
    assert len(saved_filters.saved_by(user.user_id)) == 2
    long = {"kind": "group", "parts": [{"kind": "one_of", "column": "gene", "values": ["x" * 100] * 30}]}
    assert "cannot be saved" in save(signed_in, "long", long).json["error"]["message"]


def test_what_another_job_lacks_is_left_out_and_said(signed_in: FlaskClient, user: User) -> None:
    filter_id = save(signed_in).json["filter_id"]
    whole = signed_in.get(f"/api/filters/{filter_id}/for/{family_job(user.user_id).job_id}").json
    assert whole == {"name": "Mine", "filter": FILTER, "left_out": []}
    alone = write_job(finished_job(user.user_id))
    told = signed_in.get(f"/api/filters/{filter_id}/for/{alone.job_id}").json
    assert told["filter"]["parts"] == FILTER["parts"][:1]
    assert told["left_out"] == ["Sample child is heterozygous: This result has no samples: it knows no genotypes."]


def test_filters_and_jobs_of_others_are_out_of_reach_C03(signed_in: FlaskClient, user: User) -> None:
    eve = make_user("eve@example.org")
    theirs = saved_filters.save(eve.user_id, "Secret", FILTER)
    mine = family_job(user.user_id)
    assert signed_in.get("/api/filters").json == {"filters": []}
    assert signed_in.get(f"/api/filters/{theirs.filter_id}/for/{mine.job_id}").status_code == 404
    path = f"/api/filters/{theirs.filter_id}"
    assert signed_in.patch(path, json={"name": "x"}, headers=csrf_headers(signed_in)).status_code == 404
    assert signed_in.delete(path, headers=csrf_headers(signed_in)).status_code == 204  # of one's own there is none
    assert saved_filters.get(eve.user_id, theirs.filter_id) == theirs
    own = save(signed_in).json["filter_id"]
    assert signed_in.get(f"/api/filters/{own}/for/{family_job(eve.user_id).job_id}").status_code == 404


def test_every_filter_is_found_over_all_pages_and_goes_with_the_account_C36(user: User) -> None:
    for n in range(6):
        saved_filters.save(user.user_id, f"{n}", FILTER | {"parts": [{"kind": "contains", "text": "x" * 200}] * 60})
    assert len(saved_filters.saved_by(user.user_id)) == 6
    assert saved_filters.delete_all(user.user_id) == 6
    assert saved_filters.saved_by(user.user_id) == []
