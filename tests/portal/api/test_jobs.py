"""Jobs over JSON: submit, list, look, cancel, start again, delete, download."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from flask import Flask

from pipeline import aws, storage
from pipeline.jobs import store
from pipeline.jobs.card import is_card_key
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from tests.builders import make_job, make_upload, write_job
from tests.portal.api.conftest import Browser
from tests.queues import received

RESULT_NAMES = {
    "vcf": "tiny.annot.vcf.gz",
    "index": "tiny.annot.vcf.gz.tbi",
    "variants": "variants.parquet",
    "consequences": "consequences.parquet",
    "genotypes": "genotypes.parquet",
    "log": "tiny.vcf.count.log",
    "manifest": "manifest.json",
}


def completed(job: Job) -> Job:
    """The job as a worker leaves it, with its files in the store."""
    outputs: dict[str, Any] = {}
    for role, name in RESULT_NAMES.items():
        key = storage.result_key(job.user_id, job.job_id, 1, role)
        aws.client("s3").put_object(Bucket=aws.bucket("results"), Key=key, Body=role.encode())
        outputs[role] = {"key": key, "name": name, "size": len(role), "sha256": "0" * 64}
    return write_job(
        replace(
            job,
            job_status=JobStatus.COMPLETED,
            result_storage=StorageState.HOT,
            attempt=1,
            outputs=outputs,
            s3_results_bucket=aws.bucket("results"),
            sweep_bucket=None,
            sweep_at=None,
        )
    )


def failed(job: Job) -> Job:
    error = {"code": "bad_input", "message": "The line has no columns.", "line": 7}
    return write_job(replace(job, job_status=JobStatus.FAILED, error=error, failures=1))


# ---- submit


def test_an_upload_becomes_one_job_however_often_it_is_submitted_C02(ada: Browser) -> None:
    upload = make_upload(ada.user)
    jobs = [ada.post("/api/jobs", {"upload_id": upload.upload_id}) for _ in range(3)]
    assert {job["job_id"] for job in jobs} == {upload.upload_id}
    assert len(ada.get("/api/jobs")["jobs"]) == 1
    assert len(received("annotate")) == 1


def test_a_submit_sent_again_does_not_touch_a_completed_job_C02(ada: Browser) -> None:
    job = completed(make_job(ada.user))
    assert ada.post("/api/jobs", {"upload_id": job.job_id})["job_status"] == "COMPLETED"
    assert store.get(job.job_id) == job


def test_a_submit_sent_again_does_not_bring_a_deleted_job_back_C02_C34(ada: Browser) -> None:
    job = make_job(ada.user)
    assert ada.send("DELETE", f"/api/jobs/{job.job_id}").status_code == 204
    assert ada.error("POST", "/api/jobs", {"upload_id": job.job_id})[0] == 404
    assert ada.get("/api/jobs") == {"jobs": []}


WRONG_SUBMITS: list[Any] = [
    {},
    {"upload_id": None},
    {"upload_id": 5},
    {"upload_id": "x" * 65},
    {"upload_id": "f" * 32, "key": "uploads/other/x/input"},
    {"upload_id": "f" * 32, "user_id": "other"},
    {"upload_id": "f" * 32, "job_id": "other"},
    {"bucket": "b", "key": "k"},
    [],
]


def test_a_submit_that_names_anything_of_its_own_is_refused_C01_C08(ada: Browser) -> None:
    for body in WRONG_SUBMITS:
        assert ada.error("POST", "/api/jobs", body)[0] == 422, body


def test_a_guessed_id_makes_no_job_C01(ada: Browser) -> None:
    for guess in ("f" * 32, "../../x", "", "é"):
        assert ada.error("POST", "/api/jobs", {"upload_id": guess})[0] == 404
    assert ada.get("/api/jobs") == {"jobs": []}


def test_the_bundle_chosen_at_the_start_is_the_jobs(ada: Browser) -> None:
    upload_id = ada.post("/api/uploads", {"file_name": "a.vcf", "size": 5, "bundle_id": "rcrs"}, 201)["upload_id"]
    assert ada.get("/api/uploads")["uploads"][0]["bundle_id"] == "rcrs"
    ada.send("DELETE", f"/api/uploads/{upload_id}")
    job = ada.post("/api/jobs", {"upload_id": make_upload(ada.user).upload_id, "bundle_id": "rcrs"})
    assert job["bundle_id"] == "rcrs"


def test_an_unknown_bundle_is_refused_with_what_to_do(ada: Browser) -> None:
    upload = make_upload(ada.user)
    status, code, _ = ada.error("POST", "/api/jobs", {"upload_id": upload.upload_id, "bundle_id": "nope"})
    assert (status, code) == (422, "bundle_not_installed")


# ---- look


def test_the_list_is_newest_first_and_only_mine_C36_C03(ada: Browser, bob: Browser) -> None:
    old = write_job(replace(make_job(ada.user), submit_time=1_000))
    new = make_job(ada.user)
    make_job(bob.user)
    assert [job["job_id"] for job in ada.get("/api/jobs")["jobs"]] == [new.job_id, old.job_id]


def test_no_answer_names_bucket_key_or_worker_C01_C04(ada: Browser) -> None:
    job = completed(replace(make_job(ada.user), lease_owner="worker-1"))
    text = str(ada.get(f"/api/jobs/{job.job_id}")) + str(ada.get("/api/jobs"))
    assert all(secret not in text for secret in ("bucket", "results/", "uploads/", "worker-1"))
    assert set(ada.get(f"/api/jobs/{job.job_id}")["files"]) == set(RESULT_NAMES)


ROUTES: list[tuple[str, str]] = [
    ("GET", ""),
    ("POST", "/cancel"),
    ("POST", "/retry"),
    ("DELETE", ""),
    ("GET", "/files/vcf"),
    ("GET", "/files/input"),
]


@pytest.mark.parametrize("state", [write_job, completed, failed], ids=["pending", "completed", "failed"])
def test_another_users_job_answers_like_none_C03(ada: Browser, bob: Browser, state: Callable[[Job], Job]) -> None:
    job = state(make_job(ada.user))
    for method, action in ROUTES:
        foreign = bob.error(method, f"/api/jobs/{job.job_id}{action}")
        assert foreign == bob.error(method, f"/api/jobs/{'f' * 32}{action}")
        assert foreign[0] == 404
    assert store.get(job.job_id) == job


def test_without_a_sign_in_nothing_is_answered_C03(portal_app: Flask, ada: Browser) -> None:
    job = completed(make_job(ada.user))
    for method, action in ROUTES:
        answer = portal_app.test_client().open(f"/api/jobs/{job.job_id}{action}", method=method)
        assert (answer.status_code, answer.is_json) == (401, True)
    assert store.get(job.job_id) == job


def test_without_the_token_nothing_is_changed_C06(ada: Browser) -> None:
    job = make_job(ada.user)
    upload = make_upload(ada.user)
    for method, path, body in [
        ("POST", "/api/jobs", {"upload_id": upload.upload_id}),
        ("POST", f"/api/jobs/{job.job_id}/cancel", None),
        ("POST", f"/api/jobs/{job.job_id}/retry", None),
        ("DELETE", f"/api/jobs/{job.job_id}", None),
    ]:
        assert ada.error(method, path, body, token=False)[:2] == (400, "csrf"), path
    assert store.get(job.job_id) == store.get_owned(job.job_id, ada.user.user_id)
    assert len(ada.get("/api/jobs")["jobs"]) == 1


def test_no_state_is_changed_by_a_get_C06(ada: Browser) -> None:
    job = failed(make_job(ada.user))
    for action in ("/cancel", "/retry"):
        assert ada.error("GET", f"/api/jobs/{job.job_id}{action}")[0] in {404, 405}
    assert store.get(job.job_id) == job


# ---- change


def test_a_job_is_cancelled_once(ada: Browser) -> None:
    job = make_job(ada.user)
    for _ in range(2):
        assert ada.post(f"/api/jobs/{job.job_id}/cancel")["job_status"] == "CANCELLED"


@pytest.mark.parametrize("state", [completed, failed])
def test_what_has_ended_cannot_be_cancelled(ada: Browser, state: Callable[[Job], Job]) -> None:
    job = state(make_job(ada.user))
    status, code, sentence = ada.error("POST", f"/api/jobs/{job.job_id}/cancel")
    assert (status, code) == (409, "not_active")
    assert "ended already" in sentence
    assert store.get(job.job_id) == job


def test_a_failed_job_is_started_again_once_C02(ada: Browser) -> None:
    job = failed(make_job(ada.user))
    received("annotate")
    first = ada.post(f"/api/jobs/{job.job_id}/retry")
    second = ada.post(f"/api/jobs/{job.job_id}/retry")
    assert (first["job_status"], first["error"]) == ("PENDING", None)
    assert second["job_status"] == "PENDING"
    assert len(received("annotate")) == 1


def test_a_completed_job_is_not_started_again_C02(ada: Browser) -> None:
    job = completed(make_job(ada.user))
    assert ada.error("POST", f"/api/jobs/{job.job_id}/retry")[1] == "not_failed"
    assert store.get(job.job_id) == job


def test_deleting_takes_every_object_C34(ada: Browser) -> None:
    job = completed(make_job(ada.user))
    assert ada.send("DELETE", f"/api/jobs/{job.job_id}").status_code == 204
    assert storage.size_of(job.s3_inputs_bucket, job.s3_key_input_file) is None
    left = storage.keys_under(aws.bucket("results"), "results/")
    assert [key for key in left if not is_card_key(key)] == []  # the card has the tombstone
    assert ada.error("GET", f"/api/jobs/{job.job_id}")[0] == 404
    assert ada.error("DELETE", f"/api/jobs/{job.job_id}")[0] == 404


# ---- download


def test_a_download_leads_to_the_file_under_its_name(ada: Browser) -> None:
    job = completed(make_job(ada.user))
    for role, name in [*RESULT_NAMES.items(), ("input", "tiny.vcf")]:
        answer = ada.client.get(f"/api/jobs/{job.job_id}/files/{role}")
        assert answer.status_code == 303
        assert answer.headers["Cache-Control"] == "no-store"
        target = urlsplit(answer.headers["Location"])
        disposition = parse_qs(target.query)["response-content-disposition"][0]
        assert f'filename="{name}"' in disposition
        assert "X-Amz-Signature" in target.query
        key = job.s3_key_input_file if role == "input" else job.outputs[role]["key"]
        assert target.path.endswith(f"/{key}")


def test_a_script_gets_the_address_as_json(ada: Browser) -> None:
    job = completed(make_job(ada.user))
    answer = ada.get(f"/api/jobs/{job.job_id}/files/vcf?format=json")
    assert answer["file_name"] == "tiny.annot.vcf.gz"
    assert "X-Amz-Signature" in answer["url"]


def test_a_hostile_name_stays_one_quoted_name_C09(ada: Browser) -> None:
    for name in ('a".b~c:d=é.vcf.gz', "<script>.vcf", "a\r\nSet-Cookie: x=1.vcf"):
        job = make_job(ada.user, name=name)
        answer = ada.client.get(f"/api/jobs/{job.job_id}/files/input")
        disposition = parse_qs(urlsplit(answer.headers["Location"]).query)["response-content-disposition"][0]
        plain, encoded = disposition.split("; ")[1:]
        assert plain.count('"') == 2
        assert unquote(encoded.removeprefix("filename*=UTF-8''")) == job.input_file_name
        assert "\n" not in disposition


def test_a_file_that_no_job_has_is_not_found_C01(ada: Browser) -> None:
    job = completed(make_job(ada.user))
    for role in ("nothing", "..", "outputs", "__class__", "s3_key_input_file"):
        assert ada.error("GET", f"/api/jobs/{job.job_id}/files/{role}")[0] in {404, 405}


def test_before_the_result_there_is_only_the_input(ada: Browser) -> None:
    job = make_job(ada.user)
    assert ada.error("GET", f"/api/jobs/{job.job_id}/files/vcf")[:2] == (409, "no_result")
    assert ada.error("GET", f"/api/jobs/{job.job_id}/files/nothing")[:2] == (404, "not_found")
    assert ada.client.get(f"/api/jobs/{job.job_id}/files/input").status_code == 303
    assert ada.get(f"/api/jobs/{job.job_id}")["files"] == {}
