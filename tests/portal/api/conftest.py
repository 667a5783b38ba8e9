"""Browsers without a window that are signed in to the portal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pipeline.accounts.store import User
from tests.builders import PASSWORD, make_user
from tests.portal.signing_in import csrf_headers, sign_in


@dataclass
class Browser:
    """A signed-in user's scripts: JSON in, JSON out, with the token in its header unless told otherwise."""

    user: User
    client: FlaskClient
    token_header: dict[str, str]

    def send(self, method: str, path: str, json: Any = None, *, token: bool = True, **more: Any) -> TestResponse:
        headers = self.token_header if token else {}
        return self.client.open(path, method=method, json=json, headers=headers | more.pop("headers", {}), **more)

    def get(self, path: str) -> Any:
        """The answer of a GET that must succeed."""
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json

    def post(self, path: str, json: Any = None, status: int = 200) -> Any:
        """The answer of a POST that must have this status."""
        answer = self.send("POST", path, json)
        assert answer.status_code == status, answer.text
        return answer.json

    def error(self, method: str, path: str, json: Any = None, **more: Any) -> tuple[int, str, str]:
        """Status, code and sentence of a request that must be refused."""
        answer = self.send(method, path, json, **more)
        assert answer.status_code >= 400, answer.text
        told = answer.json["error"]
        assert set(told) == {"code", "message", "line"}
        assert told["message"].endswith((".", "!", ":")), told
        return answer.status_code, told["code"], told["message"]


def open_browser(app: Flask, email: str) -> Browser:
    """A new free account's browser, signed in through the sign-in page."""
    user = make_user(email)
    client = app.test_client()
    assert sign_in(client, email, PASSWORD).status_code == 303
    return Browser(user, client, csrf_headers(client))


@pytest.fixture
def ada(portal_app: Flask, client: FlaskClient) -> Browser:
    """A free user's browser."""
    return open_browser(portal_app, "ada@example.org")


@pytest.fixture
def bob(portal_app: Flask, client: FlaskClient) -> Browser:
    """Another user's browser."""
    return open_browser(portal_app, "bob@example.org")
