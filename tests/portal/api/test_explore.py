"""What the filter builder asks: columns, values, whether a filter can be used, lists."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from pipeline.accounts.store import User
from pipeline.jobs.model import Job
from tests.builders import make_user
from tests.portal.explore.results import FAMILY, HOSTILE, family_job
from tests.portal.signing_in import csrf_headers


@pytest.fixture
def job(user: User) -> Job:
    """A result of `user` with three samples."""
    return family_job(user.user_id)


def post(client: FlaskClient, job: Job, what: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/jobs/{job.job_id}/explore/{what}", json=body, headers=csrf_headers(client))


def check(client: FlaskClient, job: Job, *parts: dict[str, Any], **group: Any) -> Any:
    return post(client, job, "check", {"filter": {"kind": "group", "parts": list(parts), **group}})


def test_every_column_is_offered_with_its_subject_and_every_sample(signed_in: FlaskClient, job: Job) -> None:
    told = signed_in.get(f"/api/jobs/{job.job_id}/explore/fields").json
    assert told["samples"] == list(FAMILY)
    columns = {column["name"]: column for column in told["columns"]}
    assert set(columns) == {
        *("chrom", "pos", "ref", "alt", "id", "qual", "gene", "consequence", "impact", "record", "allele")
    }
    assert columns["gene"]["group"] == "Consequence" and columns["qual"]["kind"] == "decimal"
    assert all(column["description"] for column in columns.values())
    subjects = [column["group"] for column in told["columns"]]
    assert subjects == sorted(subjects, key=subjects.index)  # each subject in one piece


def test_values_of_a_column_come_with_counts_and_can_be_searched_C09(signed_in: FlaskClient, job: Job) -> None:
    path = f"/api/jobs/{job.job_id}/explore/values"
    told = signed_in.get(path, query_string={"column": "gene"}).json
    assert {(each["value"], each["count"]) for each in told["values"]} == {
        ("BRCA1", 2),
        ("TP53", 2),
        (HOSTILE, 1),
        (None, 1),
    }
    assert not told["more"]
    found = signed_in.get(path, query_string={"column": "gene", "search": "brca"}).json["values"]
    assert [each["value"] for each in found] == ["BRCA1"]
    assert signed_in.get(path, query_string={"column": "x'; DROP TABLE v; --"}).status_code == 422


def test_extremes_of_numbers_are_told(signed_in: FlaskClient, job: Job) -> None:
    path = f"/api/jobs/{job.job_id}/explore/extent"
    assert signed_in.get(path, query_string={"column": "qual"}).json == {"least": 10.0, "greatest": 60.0, "unknown": 1}
    assert signed_in.get(path, query_string={"column": "gene"}).status_code == 422


def test_a_usable_filter_comes_back_clean_in_words_and_counted(signed_in: FlaskClient, job: Job) -> None:
    told = check(signed_in, job, {"kind": "range", "column": "qual", "least": "20", "most": None, "or_unknown": True})
    assert told.json == {
        "filter": {
            "kind": "group",
            "parts": [{"kind": "range", "column": "qual", "least": 20.0, "or_unknown": True}],
        },
        "words": "Quality at least 20 or unknown.",
        "count": 5,
        "total": 6,
    }


@pytest.mark.parametrize(
    ("part", "place", "said"),
    [
        ({"kind": "range", "column": "qual", "least": "abc"}, ["least"], "Write a number."),
        ({"kind": "range", "column": "qual", "least": 3, "most": 2}, [], "The least value, 3, is greater"),
        ({"kind": "range", "column": "qual"}, [], "Write a least or a greatest value."),
        ({"kind": "range", "column": "gene", "least": 1}, [], "holds text: it has no range"),
        ({"kind": "one_of", "column": "gene", "values": []}, ["values"], "Choose at least one value."),
        ({"kind": "contains", "text": ""}, ["text"], "Write something here."),
        ({"kind": "carries", "sample": "child", "calls": []}, ["calls"], "Choose at least one value."),
        ({"kind": "carries", "sample": "nobody", "calls": ["het"]}, [], "The file has no sample nobody."),
        (
            {"kind": "carries", "sample": "child", "calls": ["het"], "least_balance": 2},
            ["least_balance"],
            "Write 1 or less.",
        ),
        (
            {"kind": "inherited", "pattern": "de_novo", "child": "child", "mother": "child", "father": "father"},
            [],
            "Choose three different samples",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    signed_in: FlaskClient, job: Job, part: dict[str, Any], place: list[str], said: str
) -> None:
    inner = {"kind": "group", "join": "any", "parts": [{"kind": "known", "column": "gene"}, part]}
    answer = check(signed_in, job, {"kind": "known", "column": "qual"}, inner)
    assert answer.status_code == 422
    assert said in answer.json["error"]["message"]
    assert answer.json["error"]["place"] == ["parts", 1, "parts", 1, *place]


@pytest.mark.parametrize(
    ("part", "count"),
    [
        ({"kind": "inherited", "pattern": "de_novo"}, 1),
        ({"kind": "inherited", "pattern": "recessive"}, 1),
        ({"kind": "carries", "sample": "mother", "calls": ["het"]}, 3),
        ({"kind": "carries", "sample": "mother", "calls": ["het"], "least_depth": 22}, 2),
        ({"kind": "private", "samples": ["mother"]}, 1),
    ],
)
def test_conditions_on_a_family_are_counted(signed_in: FlaskClient, job: Job, part: dict[str, Any], count: int) -> None:
    trio = dict(zip(FAMILY, FAMILY, strict=True)) if part["kind"] == "inherited" else {}
    assert check(signed_in, job, part | trio).json["count"] == count


def test_pasted_lists_are_read_and_the_line_at_fault_is_named(signed_in: FlaskClient, job: Job) -> None:
    genes = post(signed_in, job, "lists", {"kind": "genes", "text": "BRCA1, TP53\n# mine\nBRCA1"})
    assert genes.json == {"genes": ["BRCA1", "TP53"], "absent": []}
    regions = post(signed_in, job, "lists", {"kind": "regions", "text": "chr1:1-5\nchr2\t9\t20\textra\nMT"})
    assert regions.json["regions"] == [
        {"contig": "chr1", "end": 5},
        {"contig": "chr2", "start": 10, "end": 20},
        {"contig": "MT"},
    ]
    assert regions.json["absent"] == ["MT"]  # no variant of the family lies there
    wrong = post(signed_in, job, "lists", {"kind": "regions", "text": "chr1:1-5\nchr1:9-3"})
    assert wrong.status_code == 422 and "Line 2" in wrong.json["error"]["message"]


def test_nothing_is_told_of_the_job_of_another_C03(signed_in: FlaskClient) -> None:
    theirs = family_job(make_user("eve@example.org").user_id)
    base = f"/api/jobs/{theirs.job_id}/explore"
    for path in ("fields", "values?column=gene", "extent?column=qual"):
        assert signed_in.get(f"{base}/{path}").status_code == 404
    assert check(signed_in, theirs).status_code == 404
    assert post(signed_in, theirs, "lists", {"kind": "genes", "text": "A"}).status_code == 404


def test_nobody_asks_without_being_signed_in_or_without_the_token(client: FlaskClient, job: Job) -> None:
    assert client.get(f"/api/jobs/{job.job_id}/explore/fields").status_code == 401
    assert client.post(f"/api/jobs/{job.job_id}/explore/check", json={"filter": {}}).status_code in (400, 401)
