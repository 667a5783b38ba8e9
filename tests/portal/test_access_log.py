"""One line a request, and nothing personal in it (C10)."""

from __future__ import annotations

import structlog
from flask.testing import FlaskClient

from pipeline.accounts.store import User
from tests.portal.signing_in import PASSWORD, sign_in


def test_a_request_is_one_line_with_route_status_time_and_user_id(signed_in: FlaskClient, user: User) -> None:
    with structlog.testing.capture_logs() as lines:
        signed_in.get("/jobs/0123?q=BRCA1&token=abc")
    (line,) = [line for line in lines if line["event"] == "request"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/<path:path>", 200)
    assert line["user_id"] == user.user_id
    assert line["ms"] > 0
    assert "BRCA1" not in str(lines) and "0123" not in str(lines)


def test_a_sign_in_leaves_no_address_password_or_token_in_the_log_C10(client: FlaskClient, user: User) -> None:
    with structlog.testing.capture_logs() as lines:
        sign_in(client, user.email, "not the password")
        sign_in(client, user.email)
        client.get("/login?next=/jobs/secret-path")
    text = str(lines)
    assert user.user_id in text
    for secret in (user.email, "ada", PASSWORD, "not the password", "csrf", "secret-path"):
        assert secret not in text.casefold()


def test_probes_that_succeed_fill_no_log(client: FlaskClient) -> None:
    with structlog.testing.capture_logs() as lines:
        client.get("/livez")
        client.get("/healthz")
    assert lines == []
