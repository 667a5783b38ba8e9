"""Without a sign-in nothing is answered but what is named (C03)."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pipeline.accounts import store
from pipeline.accounts.store import User
from portal.auth.guard import OPEN_ASSETS, OPEN_ENDPOINTS

PUBLIC_PAGES = ["/", "/login", "/register", "/livez", "/healthz", "/favicon.ico"]


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_what_is_public_needs_no_sign_in(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_every_route_that_is_not_named_needs_a_sign_in_C03(portal_app: Flask, client: FlaskClient) -> None:
    """Walks over the URL map, so that a route which somebody adds tomorrow is checked too."""
    checked = 0
    urls = portal_app.url_map.bind("localhost")
    for rule in portal_app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "x", rule.rule)
        for method in sorted(rule.methods - {"OPTIONS"}):
            if urls.match(path, method)[0] in OPEN_ENDPOINTS:
                continue
            answer = client.open(path, method=method)
            assert answer.status_code in {302, 303, 401}, f"{method} {path} answered {answer.status_code}"
            if answer.status_code != 401:
                assert answer.location.startswith("/login")
            checked += 1
    assert checked > 15


@pytest.mark.parametrize("path", ["/_dash-layout", "/_dash-dependencies", "/_reload-hash", "/api/jobs", "/api/nothing"])
def test_scripts_get_a_401_that_they_can_read(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 401
    assert answer.json["error"]["code"] == "not_signed_in"


def test_a_callback_without_a_sign_in_is_refused_before_it_runs_C03(client: FlaskClient) -> None:
    answer = client.post("/_dash-update-component", json={"output": "anything"})
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/jobs", "/jobs/abc", "/account", "/nothing/here"])
def test_pages_lead_to_the_sign_in(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.location.startswith("/login")


def test_options_tells_a_stranger_nothing(client: FlaskClient) -> None:
    assert client.options("/jobs").status_code in {302, 303, 401}
    assert client.options("/api/jobs").status_code == 401


def test_only_the_assets_of_plain_pages_are_public(client: FlaskClient) -> None:
    for name in OPEN_ASSETS:
        assert client.get(f"/assets/{name}").status_code == 200, name
    for name in ("session.js", "vendor/README.md", "../pyproject.toml", "portal.css/../session.js", "%2e%2e/README.md"):
        assert client.get(f"/assets/{name}").status_code in {302, 401}, name


def test_plain_pages_use_only_assets_that_are_public(client: FlaskClient) -> None:
    for page in ("/", "/login", "/register"):
        used = re.findall(r'(?:src|href)="(/assets/[^"?]+)', client.get(page).get_data(as_text=True))
        assert used
        assert {address.removeprefix("/assets/") for address in used} <= OPEN_ASSETS


def test_a_forged_or_tampered_cookie_is_nobody(portal_app: Flask, signed_in: FlaskClient) -> None:
    cookie = signed_in.get_cookie("gas_session").value
    stranger = portal_app.test_client()
    for forged in (cookie[:-2] + "AA", "x" + cookie, cookie.rsplit(".", 1)[0], "{}", ""):
        stranger.set_cookie("gas_session", forged)
        assert stranger.get("/account").status_code == 302
        assert stranger.get("/assets/session.js").status_code == 401


def test_the_session_of_a_deleted_user_is_over(
    signed_in: FlaskClient, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.auth.sessions.get_user", lambda user_id: None)
    assert signed_in.get("/account").status_code == 302


def test_the_session_names_the_epoch_so_that_the_store_can_end_it_C05(signed_in: FlaskClient, user: User) -> None:
    assert signed_in.get("/_dash-layout").status_code == 200
    store.end_sessions(user.user_id)
    assert signed_in.get("/_dash-layout").status_code == 401
