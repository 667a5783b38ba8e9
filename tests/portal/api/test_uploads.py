"""Uploads over JSON: what the browser's script does, and what a hand-made request must not be able to do (C08)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from pipeline import aws
from pipeline.settings import Settings
from pipeline.uploads import store
from tests.conftest import forget_settings
from tests.portal.api.conftest import Browser

SIZE = 12 * 1024 * 1024  # three parts


def start(browser: Browser, size: int = SIZE, name: str = "mine.vcf", **more: Any) -> dict[str, Any]:
    return browser.post("/api/uploads", {"file_name": name, "size": size, **more}, status=201)


def put_parts(browser: Browser, upload_id: str) -> None:
    """Stores every part as if a browser had used the presigned addresses."""
    upload = store.get_owned(browser.user.user_id, upload_id)
    for number in range(1, upload.part_count + 1):
        aws.client("s3").upload_part(
            Bucket=upload.bucket,
            Key=upload.key,
            UploadId=upload.multipart_id,
            PartNumber=number,
            Body=bytes(upload.part_length(number)),
        )


def uploaded(browser: Browser, size: int = 100) -> str:
    upload_id = start(browser, size)["upload_id"]
    put_parts(browser, upload_id)
    browser.post(f"/api/uploads/{upload_id}/complete")
    return str(upload_id)


# ---- the way of a file


def test_a_file_goes_from_start_to_job(ada: Browser) -> None:
    upload = start(ada)
    path = f"/api/uploads/{upload['upload_id']}"
    assert (upload["state"], upload["part_count"]) == ("OPEN", 3)
    signed = ada.post(f"{path}/parts", {"numbers": [1, 2, 3]})
    assert [part["length"] for part in signed["parts"]] == [5242880, 5242880, 2097152]
    put_parts(ada, upload["upload_id"])
    assert ada.post(f"{path}/resume")["parts_here"] == [1, 2, 3]
    assert ada.post(f"{path}/complete")["state"] == "UPLOADED"
    job = ada.post("/api/jobs", {"upload_id": upload["upload_id"]})
    assert (job["job_id"], job["job_status"], job["input_size"]) == (upload["upload_id"], "PENDING", SIZE)
    assert ada.get("/api/uploads") == {"uploads": []}


def test_unfinished_uploads_are_listed_with_what_has_arrived(ada: Browser) -> None:
    upload = start(ada, 100)
    put_parts(ada, upload["upload_id"])
    waiting = start(ada, 200)
    listed = ada.get("/api/uploads")["uploads"]
    assert {u["upload_id"]: u["arrived"] for u in listed} == {upload["upload_id"]: 100, waiting["upload_id"]: 0}


def test_an_upload_is_removed(ada: Browser) -> None:
    upload_id = start(ada)["upload_id"]
    assert ada.send("DELETE", f"/api/uploads/{upload_id}").status_code == 204
    assert ada.get("/api/uploads") == {"uploads": []}
    assert ada.error("DELETE", f"/api/uploads/{upload_id}")[0] == 404


def test_no_answer_names_bucket_or_key_C01(ada: Browser) -> None:
    text = str(start(ada)) + str(ada.get("/api/uploads"))
    assert "bucket" not in text
    assert "uploads/" not in text


def test_the_same_wish_twice_is_one_upload_C02(ada: Browser) -> None:
    token = "a" * 32
    assert start(ada, token=token) == start(ada, token=token)
    assert len(ada.get("/api/uploads")["uploads"]) == 1


def test_hostile_names_stay_text_C09(ada: Browser) -> None:
    for name in ["../../etc/passwd .vcf", "a.b~c:d=é.vcf.gz", "<script>alert(1)</script>", "=cmd|x.vcf"]:
        shown = start(ada, name=name)["file_name"]
        assert shown == name.rsplit("/", 1)[-1]
        assert "/" not in shown


# ---- hand-made requests


WRONG_STARTS: list[tuple[Any, int]] = [
    ({"file_name": "a.vcf", "size": 0}, 422),
    ({"file_name": "a.vcf", "size": 50 * 1024 * 1024 + 1}, 413),
    ({"file_name": "a.vcf", "size": 2**62}, 413),
    ({"file_name": "a.vcf", "size": 2**63}, 422),
    ({"file_name": "a.vcf", "size": 10**4000}, 422),
    ({"file_name": "a.vcf", "size": -1}, 422),
    ({"file_name": "a.vcf", "size": 1.5}, 422),
    ({"file_name": "a.vcf", "size": "100"}, 422),
    ({"file_name": "a.vcf", "size": True}, 422),
    ({"file_name": "a.vcf", "size": None}, 422),
    ({"file_name": "a.vcf"}, 422),
    ({"size": 5}, 422),
    ({"file_name": ["a"], "size": 5}, 422),
    ({"file_name": "x" * 5000, "size": 5}, 422),
    ({"file_name": "a.vcf", "size": 5, "key": "uploads/other/x/input"}, 422),
    ({"file_name": "a.vcf", "size": 5, "upload_id": "f" * 32}, 422),
    ({"file_name": "a.vcf", "size": 5, "token": "short"}, 422),
    ({"file_name": "a.vcf", "size": 5, "token": "../" * 10}, 422),
    ({"file_name": "a.vcf", "size": 5, "bundle_id": "../rcrs"}, 422),
    ({"file_name": "a.vcf", "size": 5, "bundle_id": "no-such"}, 422),
    ([], 422),
    ("text", 422),
    (5, 422),
]


def test_a_start_of_the_wrong_shape_is_refused_with_a_sentence_C08_C01(ada: Browser) -> None:
    for body, status in WRONG_STARTS:
        assert ada.error("POST", "/api/uploads", body)[0] == status, body
    assert ada.get("/api/uploads") == {"uploads": []}


WRONG_NUMBERS: list[Any] = [[], [0], [-1], [4], [1, 4], ["1"], [1.0], [True], "1", None, {"1": 1}, [1] * 101, [10**30]]


def test_parts_that_the_file_has_not_are_refused_C08(ada: Browser) -> None:
    upload_id = start(ada)["upload_id"]
    for numbers in WRONG_NUMBERS:
        assert ada.error("POST", f"/api/uploads/{upload_id}/parts", {"numbers": numbers})[0] == 422, numbers


NO_JSON: list[dict[str, Any]] = [
    {"data": b"{", "content_type": "application/json"},
    {"data": b"", "content_type": "application/json"},
    {"data": b"\xff\xfe\x00", "content_type": "application/json"},
    {"data": b"[" * 20000, "content_type": "application/json"},
    {"data": b'{"file_name":"a","size":5}', "content_type": "text/plain"},
    {"data": {"file_name": "a", "size": "5"}},
]


def test_a_body_that_is_no_json_is_refused_with_a_sentence_C08(ada: Browser) -> None:
    for sent in NO_JSON:
        assert ada.error("POST", "/api/uploads", **sent)[0] == 422, sent


def test_a_body_over_the_limit_is_refused_C08(ada: Browser) -> None:
    for size in (10_000_000, Settings.model_fields["api_max_body_bytes"].default + 1):
        assert ada.error("POST", "/api/uploads", data=b" " * size, content_type="application/json")[0] == 413


def test_without_the_token_nothing_is_changed_C06(ada: Browser) -> None:
    upload_id = start(ada)["upload_id"]
    for method, path, body in [
        ("POST", "/api/uploads", {"file_name": "a.vcf", "size": 5}),
        ("POST", f"/api/uploads/{upload_id}/parts", {"numbers": [1]}),
        ("POST", f"/api/uploads/{upload_id}/resume", None),
        ("POST", f"/api/uploads/{upload_id}/complete", None),
        ("DELETE", f"/api/uploads/{upload_id}", None),
        ("POST", "/api/paste", {"text": "MT 3243 A G"}),
    ]:
        assert ada.error(method, path, body, token=False)[:2] == (400, "csrf"), path
    assert [u["upload_id"] for u in ada.get("/api/uploads")["uploads"]] == [upload_id]


def test_without_a_sign_in_nothing_is_answered_C03(portal_app: Flask, ada: Browser) -> None:
    upload_id = start(ada)["upload_id"]
    stranger = portal_app.test_client()
    assert stranger.get("/api/uploads").status_code == 401
    answers = [
        stranger.post(path, json={}) for path in ("/api/uploads", f"/api/uploads/{upload_id}/parts", "/api/paste")
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert all(answer.is_json for answer in answers)


def test_another_users_upload_answers_like_none_C03(ada: Browser, bob: Browser) -> None:
    upload_id = start(ada)["upload_id"]
    for method, action, body in [
        ("POST", "/parts", {"numbers": [1]}),
        ("POST", "/resume", None),
        ("POST", "/complete", None),
        ("DELETE", "", None),
    ]:
        foreign = bob.error(method, f"/api/uploads/{upload_id}{action}", body)
        assert foreign == bob.error(method, f"/api/uploads/{'f' * 32}{action}", body)
        assert foreign[0] == 404
    assert bob.error("POST", "/api/jobs", {"upload_id": upload_id})[0] == 404
    assert bob.get("/api/uploads") == {"uploads": []}
    assert len(ada.get("/api/uploads")["uploads"]) == 1


def test_completing_before_all_parts_are_here_is_refused_C08(ada: Browser) -> None:
    upload_id = start(ada)["upload_id"]
    assert ada.error("POST", f"/api/uploads/{upload_id}/complete")[:2] == (409, "parts_missing")
    assert ada.error("POST", "/api/jobs", {"upload_id": upload_id})[:2] == (409, "upload_unfinished")


def test_a_job_is_not_removed_as_an_upload_C02(ada: Browser) -> None:
    upload_id = uploaded(ada)
    ada.post("/api/jobs", {"upload_id": upload_id})
    assert ada.error("DELETE", f"/api/uploads/{upload_id}")[:2] == (409, "upload_submitted")
    assert ada.get(f"/api/jobs/{upload_id}")["job_status"] == "PENDING"


def test_one_user_who_starts_too_many_a_minute_has_to_wait_C08(
    ada: Browser, bob: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAS_UPLOAD_RATE_LIMIT", "3 per minute")
    forget_settings()
    for _ in range(3):
        start(ada)
    status, code, _ = ada.error("POST", "/api/uploads", {"file_name": "a.vcf", "size": 5})
    assert (status, code) == (429, "too_many_requests")
    assert start(bob)["state"] == "OPEN"


# ---- pasting


def test_pasted_text_is_read(ada: Browser) -> None:
    answer = ada.post("/api/paste", {"text": "MT 3243 A G\nm.8344A>G"})
    assert answer["count"] == 2
    assert answer["vcf"].endswith("MT\t8344\t.\tA\tG\t.\t.\t.\n")


def test_a_bad_line_is_named(ada: Browser) -> None:
    answer = ada.post("/api/paste", {"text": "MT 3243 A G\n\nrs1 <script>"})
    assert [problem["line"] for problem in answer["problems"]] == [3]
    assert (answer["vcf"], answer["problem_count"]) == ("", 1)


def test_too_long_a_text_is_refused_C08(ada: Browser) -> None:
    assert ada.error("POST", "/api/paste", {"text": "MT 3243 A G\n" * 30_000})[:2] == (413, "paste_too_long")
