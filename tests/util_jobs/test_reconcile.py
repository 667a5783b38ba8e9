"""`python -m util_jobs reconcile`, as an operator types it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline import aws, clock, dynamo
from pipeline.jobs import store
from pipeline.settings import Settings
from tests.builders import make_job, make_user
from tests.pipeline.archive.results_with_files import whole_result
from util_jobs import cli


@pytest.fixture(autouse=True)
def cloud(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS in memory stands for a cloud of its own, not for this machine's stack."""
    monkeypatch.setattr(moto_aws, "environment", "production")


def _drop_table() -> None:
    for record in list(dynamo.scan_all("jobs")):
        aws.client("dynamodb").delete_item(TableName=aws.table_name("jobs"), Key={"job_id": {"S": record["job_id"]}})


def _run(*options: str) -> str:
    done = CliRunner().invoke(cli.main, ["reconcile", *options])
    assert done.exit_code == 0, done.output
    return done.output


def _json(*options: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(_run("--json", *options).splitlines()[-1])
    return document


def test_a_lost_table_comes_back_C16() -> None:
    job = make_job(make_user())
    _drop_table()
    assert "Nothing was changed" in _run("--dry-run")
    assert store.get(job.job_id) is None
    assert "1 records made anew" in _run()
    assert store.get(job.job_id)
    document = _json()
    assert (document["status"], document["rebuilt"], document["present"]) == ("COMPLETED", 0, 1)


def test_orphans_are_named_in_json_and_removed_only_when_asked_for_C34(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "results/u9/j9/1/variants.parquet"
    aws.client("s3").put_object(Bucket=aws.bucket("results"), Key=key, Body=b"1234")
    tomorrow = clock.now() + 2 * 86400
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert "1 orphaned objects with 4 bytes" in _run()
    assert _json()["orphans"] == [{"bucket": aws.bucket("results"), "key": key, "size": 4}]
    assert "1 orphaned objects removed" in _run("--remove-orphans")
    assert _json()["orphans"] == []


def test_results_from_before_there_was_an_archive_get_a_date_only_when_asked_for() -> None:
    old = whole_result(make_user().user_id, archive_after=None, sweep_bucket=None, sweep_at=None)
    sentence = "1 old results of free users follow the free rule from now on"
    assert sentence not in _run()
    assert sentence in _run("--settle", "--dry-run")
    assert store.get(old.job_id).archive_after is None  # type: ignore[union-attr]
    assert sentence in _run("--settle")
    assert store.get(old.job_id).archive_after  # type: ignore[union-attr]
    assert _json("--settle")["settled"] == 0


def test_no_file_name_is_in_what_it_says_C10() -> None:
    make_job(make_user(), name="my patient.vcf")
    _drop_table()
    assert "patient" not in _run("--dry-run") + json.dumps(_json())


def test_a_cloud_that_refuses_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    aws.client("s3").delete_bucket(Bucket=aws.bucket("results"))
    done = CliRunner().invoke(cli.main, ["reconcile"])
    assert done.exit_code == 2
    assert "NoSuchBucket" in done.output and "the same command goes on" in done.output
