"""The probes."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from flask.testing import FlaskClient

from pipeline import aws


def test_healthy_means_that_the_accounts_table_answers(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_a_missing_table_is_not_healthy_but_alive(client: FlaskClient) -> None:
    aws.client("dynamodb").delete_table(TableName=aws.table_name("users"))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json["status"] == "unavailable"
    assert client.get("/livez").status_code == 200


def test_the_probe_of_life_asks_nobody(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "x"}}, "GetItem")

    monkeypatch.setattr("pipeline.dynamo.get", down)
    assert client.get("/livez").status_code == 200
