"""Exports over JSON: the owner's only, whatever is sent (C03, C06, C08)."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from pipeline import aws
from pipeline.exports import store
from pipeline.jobs.model import Job
from pipeline.workers.export import ExportHandler
from pipeline.workers.runner import Runner
from pipeline.workers.workspace import Workspace
from tests.builders import write_job
from tests.pipeline.results.finished import finished_job
from tests.pipeline.workers.fake_work import run_one
from tests.portal.api.conftest import Browser

UNKNOWN = ("0" * 32, "..%2F..%2Fx", "%00", "%3Cscript%3E")


def job_of(browser: Browser) -> Job:
    return write_job(finished_job(browser.user.user_id))


def wish(job: Job, **more: Any) -> dict[str, Any]:
    return {"job_id": job.job_id, "format": "tsv", **more}


def work() -> None:
    """An export worker takes what waits."""
    runner = Runner(ExportHandler(Workspace("export"), "w"), threading.Event())
    while run_one(runner):
        pass


def test_an_export_is_asked_for_made_and_downloaded_under_a_clean_name(ada: Browser) -> None:
    job = job_of(ada)
    impact = {"kind": "one_of", "column": "impact", "values": ["HIGH"]}
    made = ada.post("/api/exports", wish(job, filter=impact, columns=["pos", "gene"]))
    assert (made["state"], made["total"], made["files"]) == ("PENDING", 2, {})
    work()
    ready = ada.get(f"/api/exports/{made['export_id']}")
    assert (ready["state"], ready["rows"], ready["percent"]) == ("READY", 2, 100)
    answer = ada.get(f"/api/exports/{made['export_id']}/files/file?format=json")
    assert answer["file_name"] == "a.2-variants.tsv.gz" and "a.2-variants.tsv.gz" in answer["url"]
    redirect = ada.client.get(f"/api/exports/{made['export_id']}/files/file")
    assert redirect.status_code == 303 and aws.bucket("results") in redirect.location
    assert ada.get(f"/api/exports?job_id={job.job_id}")["exports"] == [ready]
    assert ada.get("/api/exports?job_id=other")["exports"] == []


def test_no_bucket_key_worker_or_filter_is_told_C10(ada: Browser) -> None:
    made = ada.post("/api/exports", wish(job_of(ada)))
    work()
    told = str(ada.get(f"/api/exports/{made['export_id']}"))
    assert aws.bucket("results") not in told and "lease" not in told and "exports/" not in told


def test_exports_of_others_are_as_unknown_as_none_C03(ada: Browser, bob: Browser) -> None:
    made = bob.post("/api/exports", wish(job_of(bob)))
    work()
    requests = [("GET", ""), ("GET", "/files/file"), ("POST", "/cancel"), ("DELETE", "")]
    for method, path in requests:
        foreign = ada.error(method, f"/api/exports/{made['export_id']}{path}")
        assert foreign[0] == 404
        assert all(ada.error(method, f"/api/exports/{name}{path}")[0] == 404 for name in UNKNOWN)
        assert ada.error(method, f"/api/exports/{UNKNOWN[0]}{path}") == foreign
    assert ada.get("/api/exports")["exports"] == []
    assert len(bob.get("/api/exports")["exports"]) == 1


def test_nobody_exports_the_job_of_somebody_else_C03(ada: Browser, bob: Browser) -> None:
    foreign = job_of(bob)
    refused = ada.error("POST", "/api/exports", wish(foreign))
    assert refused == ada.error("POST", "/api/exports", {"job_id": "0" * 32, "format": "tsv"})
    assert refused[0] == 404 and store.of_user(bob.user.user_id) == store.of_user(ada.user.user_id) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": "exe"}, "bad_format"),
        ({"columns": []}, "bad_request"),
        ({"columns": ["nope"]}, "bad_columns"),
        ({"columns": ['pos" FROM x; --']}, "bad_columns"),
        ({"filter": {"kind": "nonsense"}}, "bad_filter"),
        ({"filter": "impact"}, "bad_request"),
        ({"key": "../../etc/passwd"}, "bad_request"),
    ],
)
def test_a_request_that_does_not_fit_is_refused_C08(ada: Browser, change: dict[str, Any], code: str) -> None:
    assert ada.error("POST", "/api/exports", wish(job_of(ada)) | change)[:2] == (422, code)


def test_asking_cancelling_and_deleting_need_the_token_C06(ada: Browser) -> None:
    made = ada.post("/api/exports", wish(job_of(ada)))
    for method, path in (("POST", ""), ("POST", f"/{made['export_id']}/cancel"), ("DELETE", f"/{made['export_id']}")):
        assert ada.error(method, f"/api/exports{path}", token=False)[0] == 400
    assert ada.get(f"/api/exports/{made['export_id']}")["state"] == "PENDING"


def test_cancel_twice_is_one_cancel_and_an_ended_one_cannot_be_cancelled(ada: Browser) -> None:
    job = job_of(ada)
    made = ada.post("/api/exports", wish(job))
    path = f"/api/exports/{made['export_id']}"
    assert ada.post(f"{path}/cancel")["state"] == ada.post(f"{path}/cancel")["state"] == "CANCELLED"
    other = ada.post("/api/exports", wish(job, format="csv"))
    work()
    assert ada.error("POST", f"/api/exports/{other['export_id']}/cancel")[:2] == (409, "not_active")


def test_what_is_not_ready_cannot_be_downloaded(ada: Browser) -> None:
    made = ada.post("/api/exports", wish(job_of(ada)))
    assert ada.error("GET", f"/api/exports/{made['export_id']}/files/file")[:2] == (409, "not_ready")
    work()
    assert ada.error("GET", f"/api/exports/{made['export_id']}/files/index")[0] == 404


def test_a_deleted_export_is_gone(ada: Browser) -> None:
    made = ada.post("/api/exports", wish(job_of(ada)))
    work()
    assert ada.send("DELETE", f"/api/exports/{made['export_id']}").status_code == 204
    assert ada.error("GET", f"/api/exports/{made['export_id']}")[0] == 404


def test_pages_elsewhere_hear_of_exports_that_are_ready(ada: Browser, bob: Browser) -> None:
    bob.post("/api/exports", wish(job_of(bob)))
    made = ada.post("/api/exports", wish(job_of(ada)))
    assert ada.get("/api/jobs/ended?ago=60")["active"] is True
    work()
    told = ada.get("/api/jobs/ended?ago=60")
    assert [export["export_id"] for export in told["exports"]] == [made["export_id"]] and told["active"] is False
