"""The look at a file's first bytes over JSON, and the choices that go with a file: also those of hand-made requests."""

from __future__ import annotations

import gzip
import random
from typing import Any

import pytest
from flask import Flask

from pipeline.jobs import store
from pipeline.settings import Settings
from tests.builders import TINY_VCF, make_upload
from tests.conftest import forget_settings
from tests.portal.api.conftest import Browser

BYTES = "application/octet-stream"
GRCH38 = b"##fileformat=VCFv4.2\n##reference=GRCh38\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n" + b"".join(
    b"1\t%d\t.\tA\tG\t.\t.\t.\n" % (1_000_000 + n) for n in range(50)
)


def inspect(browser: Browser, data: bytes, *, whole: bool = True) -> Any:
    path = "/api/uploads/inspect" + ("?whole=yes" if whole else "")
    answer = browser.send("POST", path, data=data, content_type=BYTES)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_a_mitochondrial_file_is_told_with_its_evidence_C39(ada: Browser) -> None:
    seen = inspect(ada, TINY_VCF)
    assert (seen["format"], seen["samples"], seen["records"]) == ("VCF 4.2", 0, 1)
    assert "All records looked at are mitochondrial." in seen["build"]["evidence"]
    assert seen["automatic"]["bundle_id"] == Settings.model_fields["default_bundle"].default
    assert (seen["problem"], seen["refusals"], seen["warning"]) == ("", {}, "")
    bundles = {bundle["bundle_id"]: bundle for bundle in seen["bundles"]}
    assert {"source_id", "title", "version", "licence"} == set(bundles["rcrs"]["sources"][0])
    assert bundles["rcrs"]["engines"][0]["name"] == "csq"


def test_a_file_that_nothing_fits_and_a_choice_that_would_be_wrong_C39(ada: Browser) -> None:
    seen = inspect(ada, GRCH38)
    assert seen["build"]["title"] == "GRCh38 (hg38)"
    assert "none of the installed references fits it" in seen["warning"]
    assert "you chose GRCh37 (hg19)" in seen["refusals"]["grch37-demo"]
    assert "rcrs" not in seen["refusals"], "it holds none of the contigs: nothing would be annotated wrongly"
    assert seen["verdicts"]["grch37-demo"] == "does_not_fit"


def test_a_gzip_that_is_cut_off_is_looked_at_as_far_as_it_goes(ada: Browser) -> None:
    noise = random.Random(1)
    body = b"".join(b"MT\t%d\t.\tA\tG\t.\t.\tX=%d\n" % (n, noise.getrandbits(60)) for n in range(1, 16_000))
    packed = gzip.compress(TINY_VCF + body)
    seen = inspect(ada, packed[: len(packed) // 2], whole=False)
    assert seen["format"] == "VCF 4.2, gzip"
    assert seen["records"] == Settings.model_fields["inspect_records"].default


NO_VCF = [b"", b"a,b\n1,2\n", b"PK\x03\x04", b"\x1f\x8b\x08\x00broken", b"\xff" * 1000, b"x" * 300_000]


def test_what_is_no_vcf_is_told_in_a_sentence(ada: Browser) -> None:
    for data in NO_VCF:
        status, code, _ = ada.error("POST", "/api/uploads/inspect?whole=yes", data=data, content_type=BYTES)
        assert status == 422, data[:20]
        assert code in {"empty_file", "not_vcf", "corrupt_gzip"}


def test_bytes_by_chance_never_break_it(ada: Browser) -> None:
    chance = random.Random(4)
    for start in (b"", b"##fileformat=VCFv4.2\n", b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0", b"BCF\x02\x02"):
        for _ in range(10):
            data = start + chance.randbytes(chance.randrange(5000))
            answer = ada.send("POST", "/api/uploads/inspect", data=data, content_type=BYTES)
            assert answer.status_code in {200, 422}


def test_a_bomb_and_a_body_over_the_limit_C08(ada: Browser) -> None:
    bomb = gzip.compress(b"##fileformat=VCFv4.2\n" + b"#" * (100 << 20))
    assert inspect(ada, bomb, whole=False)["records"] == 0
    for size in (Settings.model_fields["inspect_head_bytes"].default + 1, 10_000_000):
        assert ada.error("POST", "/api/uploads/inspect", data=b"#" * size, content_type=BYTES)[0] == 413


def test_other_bodies_and_other_people_are_refused_C03_C06_C08(ada: Browser, portal_app: Flask) -> None:
    assert ada.error("POST", "/api/uploads/inspect", {"text": "x"})[:2] == (422, "not_bytes")
    assert ada.error("POST", "/api/uploads/inspect", data=TINY_VCF, content_type=BYTES, token=False)[1] == "csrf"
    stranger = portal_app.test_client().post("/api/uploads/inspect", data=TINY_VCF, content_type=BYTES)
    assert stranger.status_code == 401


def test_it_is_limited_in_its_rate_C08(ada: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_INSPECT_RATE_LIMIT", "2 per minute")
    forget_settings()
    statuses = [
        ada.send("POST", "/api/uploads/inspect", data=TINY_VCF, content_type=BYTES).status_code for _ in range(4)
    ]
    assert statuses[-1] == 429


# ---- what goes with a file


def test_choices_go_from_the_upload_into_the_job(ada: Browser) -> None:
    wish = {"file_name": "a.vcf", "size": 5, "bundle_id": "rcrs", "engine": "csq", "source_ids": ["regions", "regions"]}
    upload = ada.post("/api/uploads", wish, 201)
    assert (upload["bundle_id"], upload["engine"], upload["source_ids"]) == ("rcrs", "csq", ["regions"])


def test_the_choices_of_the_submit_replace_those_of_the_upload(ada: Browser) -> None:
    job = ada.post(
        "/api/jobs", {"upload_id": make_upload(ada.user).upload_id, "bundle_id": "rcrs", "source_ids": ["regions"]}
    )
    assert (job["bundle_id"], job["engine"], job["source_ids"]) == ("rcrs", "csq", ["regions"])
    assert job["detected_build"] is None
    stored = store.get(job["job_id"])
    assert stored is not None
    assert stored.source_ids == ["regions"]


def test_without_a_choice_the_work_decides(ada: Browser) -> None:
    for more in ({}, {"bundle_id": None, "engine": None, "source_ids": None}, {"source_ids": []}):
        job = ada.post("/api/jobs", {"upload_id": make_upload(ada.user).upload_id, **more})
        assert (job["bundle_id"], job["engine"], job["source_ids"]) == (None, "csq", more.get("source_ids"))


WRONG_CHOICES: list[dict[str, Any]] = [
    {"bundle_id": "nope"},
    {"bundle_id": "../rcrs"},
    {"bundle_id": 5},
    {"engine": "nope"},
    {"engine": ["csq"]},
    {"bundle_id": "rcrs", "source_ids": ["nope"]},
    {"bundle_id": "rcrs", "source_ids": "regions"},
    {"bundle_id": "rcrs", "source_ids": [5]},
    {"bundle_id": "rcrs", "source_ids": ["regions"] * 201},
    {"source_ids": ["regions"]},
    {"any_build": True},
]


def test_choices_that_cannot_be_are_refused_and_leave_no_job_C08(ada: Browser) -> None:
    upload_id = make_upload(ada.user).upload_id
    for wrong in WRONG_CHOICES:
        assert ada.error("POST", "/api/jobs", {"upload_id": upload_id, **wrong})[0] == 422, wrong
        assert ada.error("POST", "/api/uploads", {"file_name": "a.vcf", "size": 5, **wrong})[0] == 422, wrong
    assert ada.get("/api/jobs") == {"jobs": []}
