"""Headers, cookies, content security policy, and cross-site requests (C04, C06)."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pipeline.accounts.store import User
from pipeline.settings import Settings
from portal import security
from portal.app import create_app
from tests.conftest import forget_settings
from tests.portal.conftest import TEST_KEY
from tests.portal.signing_in import PASSWORD, csrf_headers, form_token, sign_in

INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>(.*?)</script>", re.DOTALL)


def test_every_answer_carries_the_headers(client: FlaskClient) -> None:
    for path in ("/", "/login", "/jobs", "/_dash-layout", "/assets/portal.css", "/healthz"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_the_policy_allows_no_foreign_host_and_no_inline_script(client: FlaskClient) -> None:
    directives = dict(part.split(" ", 1) for part in client.get("/").headers["Content-Security-Policy"].split("; "))
    assert directives["default-src"] == "'none'"
    assert "unsafe" not in directives["script-src"]
    assert "http" not in directives["script-src"] + directives["style-src"] + directives["img-src"]
    assert directives["form-action"] == directives["base-uri"] == "'self'"


def test_every_inline_script_of_a_dash_page_is_in_the_policy(signed_in: FlaskClient) -> None:
    answer = signed_in.get("/jobs")
    scripts = INLINE_SCRIPT.findall(answer.get_data(as_text=True))
    assert len(scripts) >= 2  # the renderer's start, and the page title's callback, which Dash adds late
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"], script[:80]


def test_plain_pages_have_no_inline_script(client: FlaskClient) -> None:
    for page in ("/", "/login", "/register"):
        text = client.get(page).get_data(as_text=True)
        assert not INLINE_SCRIPT.search(text)
        assert not re.search(r"\son\w+=", text)


def test_no_page_names_another_host(signed_in: FlaskClient, portal_app: Flask) -> None:
    stranger = portal_app.test_client()
    pages = [stranger.get(page) for page in ("/", "/login", "/register")]
    pages += [signed_in.get(page) for page in ("/jobs", "/account")]
    for page in pages:
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page.get_data(as_text=True))


@pytest.mark.parametrize(
    ("environment", "origin"),
    [
        ({}, "https://s3.eu-central-1.amazonaws.com"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, "http://127.0.0.1:4566"),
        (
            {"AWS_ENDPOINT_URL": "http://store:4566", "GAS_AWS_PUBLIC_ENDPOINT_URL": "https://files.example.org/"},
            "https://files.example.org",
        ),
    ],
)
def test_scripts_may_connect_to_the_object_store_that_signs_the_addresses(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], origin: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert f"connect-src 'self' {origin};" in security.policy(Settings(aws_region="eu-central-1"), [])


def test_the_session_cookie_cannot_be_read_by_scripts_and_the_token_cookie_comes_with_the_sign_in_C04(
    client: FlaskClient, user: User
) -> None:
    opened = client.get("/login").headers.getlist("Set-Cookie")
    assert [c.split("=")[0] for c in opened] == ["gas_session"]
    cookies = sign_in(client, user.email).headers.getlist("Set-Cookie")
    session = next(c for c in cookies if c.startswith("gas_session="))
    token = next(c for c in cookies if c.startswith("csrf_token="))
    assert "HttpOnly" in session and "SameSite=Lax" in session
    assert "HttpOnly" not in token and "SameSite=Lax" in token
    out = client.post("/logout", headers=csrf_headers(client)).headers.getlist("Set-Cookie")
    assert any(c.startswith("csrf_token=;") and "Max-Age=0" in c for c in out)


def test_the_session_cookie_holds_no_secret_C04(signed_in: FlaskClient, user: User) -> None:
    with signed_in.session_transaction() as session:
        held = str(dict(session))
    assert PASSWORD not in held
    assert "argon2" not in held
    assert user.email not in held
    assert TEST_KEY not in held


def test_production_cookies_are_secure_and_browsers_are_told_to_stay_on_tls(
    monkeypatch: pytest.MonkeyPatch, moto_aws: Settings, user: User
) -> None:
    monkeypatch.setenv("GAS_ENVIRONMENT", "production")
    monkeypatch.setenv("GAS_SECRET_KEY", TEST_KEY)
    forget_settings()
    client = create_app().test_client()
    page = client.get("/login", base_url="https://gas.example.org")
    assert "includeSubDomains" in page.headers["Strict-Transport-Security"]
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.get_data(as_text=True)).group(1)
    answer = client.post(
        "/login",
        base_url="https://gas.example.org",
        headers={"Referer": "https://gas.example.org/login"},
        data={"email": user.email, "password": PASSWORD, "csrf_token": token},
    )
    assert answer.status_code == 303
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    assert all("; Secure;" in c for c in cookies)
    assert any(c.startswith("__Host-gas_session=") and "Domain" not in c and "Path=/" in c for c in cookies)


STATE_CHANGES = ["/logout", "/account/password", "/account/sessions", "/_dash-update-component", "/api/nothing"]


@pytest.mark.parametrize("path", STATE_CHANGES)
def test_a_post_without_the_token_changes_nothing_C06(signed_in: FlaskClient, path: str) -> None:
    for headers in ({}, {"X-CSRFToken": "made up"}, {"X-CSRFToken": ""}):
        answer = signed_in.post(path, headers=headers)
        assert answer.status_code == 400
    assert signed_in.get("/account").status_code == 200


def test_the_token_of_another_session_is_refused_C06(portal_app: Flask, signed_in: FlaskClient) -> None:
    foreign = form_token(portal_app.test_client(), "/login")
    assert signed_in.post("/logout", headers={"X-CSRFToken": foreign}).status_code == 400
    assert signed_in.get("/account").status_code == 200


def test_a_script_is_told_that_its_token_is_stale_C06(signed_in: FlaskClient) -> None:
    answer = signed_in.post("/_dash-update-component", json={})
    assert answer.json["error"]["code"] == "csrf"
    assert "Open it anew" in answer.json["error"]["message"]


def test_a_sign_in_form_without_its_token_is_refused_C06(client: FlaskClient, user: User) -> None:
    answer = client.post("/login", data={"email": user.email, "password": PASSWORD})
    assert answer.status_code == 400
    assert "Open it anew" in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/logout", "/account/password", "/account/sessions", "/_dash-update-component"])
def test_nothing_changes_by_get_C06(signed_in: FlaskClient, path: str) -> None:
    signed_in.get(path)
    assert signed_in.get("/account").status_code == 200


def test_a_body_that_is_too_large_is_refused_with_a_sentence(
    signed_in: FlaskClient, portal_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(portal_app.config, "MAX_CONTENT_LENGTH", 100)
    answer = signed_in.post("/account/password", data={"old_password": "x" * 200}, headers=csrf_headers(signed_in))
    assert answer.status_code == 413
    assert "too large" in answer.get_data(as_text=True)
