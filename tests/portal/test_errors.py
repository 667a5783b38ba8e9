"""What an error looks like to scripts and to people."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from flask import Flask
from flask.testing import FlaskClient

from pipeline.errors import (
    ConfigurationError,
    ConflictError,
    GasError,
    InputError,
    LimitError,
    NotFoundError,
    RetryableError,
)
from portal.errors import answer, status_of

STATUSES = [
    (NotFoundError("gone"), 404),
    (ConflictError("busy"), 409),
    (LimitError("too many"), 413),
    (InputError("bad line", line=7), 422),
    (ConfigurationError("no bundle"), 422),
    (RetryableError("later"), 503),
    (GasError("unknown"), 500),
]


@pytest.mark.parametrize(("error", "status"), STATUSES, ids=lambda value: str(value))
def test_each_error_has_its_status(error: GasError, status: int) -> None:
    assert status_of(error) == status


@pytest.fixture
def raising(signed_in: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Exception]]:
    """What is put into this list is raised by the account page and by the API's fallback route."""
    errors: list[Exception] = []

    def fail(*_: object, **__: object) -> None:
        raise errors[0]

    app: Flask = signed_in.application
    monkeypatch.setitem(app.view_functions, "auth.account", fail)
    monkeypatch.setitem(app.view_functions, "unknown_api", fail)
    yield errors


def test_a_script_gets_code_sentence_and_line(signed_in: FlaskClient, raising: list[Exception]) -> None:
    raising.append(InputError("Line 7 has no ALT.", code="no_alt", line=7))
    answer = signed_in.get("/api/anything")
    assert answer.status_code == 422
    assert answer.json == {"error": {"code": "no_alt", "message": "Line 7 has no ALT.", "line": 7}}


def test_a_person_gets_a_page_with_the_sentence(signed_in: FlaskClient, raising: list[Exception]) -> None:
    raising.append(NotFoundError("This job does not exist."))
    answer = signed_in.get("/account")
    assert answer.status_code == 404
    assert "This job does not exist." in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="http://secret-host:4566"),
        ClientError({"Error": {"Code": "ThrottlingException", "Message": "secret detail"}}, "GetItem"),
    ],
)
def test_a_store_that_does_not_answer_is_a_503_without_details_C04(
    signed_in: FlaskClient, raising: list[Exception], error: Exception
) -> None:
    raising.append(error)
    for path in ("/api/anything", "/account"):
        answer = signed_in.get(path)
        assert answer.status_code == 503
        assert "secret" not in answer.get_data(as_text=True)
    assert signed_in.get("/api/anything").json["error"]["code"] == "temporarily_unavailable"


def test_a_bug_shows_a_reference_and_never_a_stack_trace_C04(signed_in: FlaskClient, raising: list[Exception]) -> None:
    raising.append(ZeroDivisionError("secret detail"))
    page = signed_in.get("/account").get_data(as_text=True)
    assert "secret detail" not in page
    assert "Traceback" not in page and "ZeroDivisionError" not in page
    assert "Reference for your operator" in page
    script = signed_in.get("/api/anything")
    assert script.status_code == 500
    assert script.json["error"]["code"] == "internal_error"


def test_an_unknown_api_route_is_a_404_in_json(signed_in: FlaskClient) -> None:
    found = signed_in.get("/api/nothing/here")
    assert found.status_code == 404
    assert found.json["error"]["code"] == "not_found"


def test_hostile_text_in_a_message_is_escaped_C09(portal_app: Flask) -> None:
    with portal_app.test_request_context("/account"):
        text = answer(404, "not_found", "<script>alert(1)</script>.vcf was not found.").get_data(as_text=True)
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


def test_the_sign_in_page_answers_while_the_store_is_down(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object, **__: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")

    monkeypatch.setattr("pipeline.dynamo.get", down)
    assert client.get("/login").status_code == 200
    assert client.get("/livez").status_code == 200
    assert client.get("/healthz").status_code == 503
