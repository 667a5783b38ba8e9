"""Conditional writes inside a map, and all pages of a scan."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from pipeline import aws, dynamo
from pipeline.errors import ConflictError
from pipeline.settings import Settings

KEY = {"job_id": "a" * 16}


def put(**attributes: Any) -> None:
    dynamo.put_new("jobs", KEY | attributes, "job_id")


def update() -> dynamo.Update:
    return dynamo.Update("jobs", KEY)


def test_a_value_inside_a_map_is_set_and_removed_beside_its_neighbours(moto_aws: Settings) -> None:
    put(notified={"completed": {"sent_at": 7}})
    record = update().set_at("notified.failed", {"round": 2}).write()
    assert record["notified"] == {"completed": {"sent_at": 7}, "failed": {"round": 2}}
    record = update().set_at("notified.failed.sent_at", 9).when_equal_at("notified.failed.round", 2).write()
    assert record["notified"]["failed"] == {"round": 2, "sent_at": 9}
    assert update().remove_at("notified.failed").write()["notified"] == {"completed": {"sent_at": 7}}


def test_a_value_without_its_map_is_refused_as_on_aws(moto_aws: Settings) -> None:
    put()
    with pytest.raises(ClientError, match="ValidationException"):
        update().set_at("notified.failed", {"round": 1}).write()


def test_a_condition_inside_a_map_holds_a_write_back(moto_aws: Settings) -> None:
    put(notified={"failed": {"round": 2}})
    with pytest.raises(ConflictError):
        update().set_at("notified.failed.sent_at", 9).when_equal_at("notified.failed.round", 3).write()
    with pytest.raises(ConflictError):
        update().set_at("notified.failed.x", 1).when_absent_or_less_at("notified.failed.round", 2).write()
    update().set_at("notified.failed.x", 1).when_absent_or_less_at("notified.failed.round", 3).write()
    update().set_at("notified.completed", {}).when_absent_or_less_at("notified.completed.round", 1).write()


def test_a_scan_reads_every_page_C36(moto_aws: Settings) -> None:
    large = "x" * 300_000
    for number in range(8):  # a page ends at 1 MB
        dynamo.put_new("jobs", {"job_id": f"{number:016}", "notes": [large]}, "job_id")
    assert "LastEvaluatedKey" in aws.client("dynamodb").scan(TableName=aws.table_name("jobs"))
    found = [record["job_id"] for record in dynamo.scan_all("jobs", ProjectionExpression="job_id")]
    assert sorted(found) == [f"{number:016}" for number in range(8)]
