"""Signs in as a browser does: reads the form, sends it back with its token."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "correct horse battery"
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def form_token(client: FlaskClient, page: str) -> str:
    """The hidden token of the first form on a page."""
    found = _TOKEN.search(client.get(page).get_data(as_text=True))
    assert found, f"{page} has no form with a token"
    return found.group(1)


def send_form(client: FlaskClient, page: str, fields: dict[str, str], action: str | None = None) -> TestResponse:
    """Open a page and send its form."""
    return client.post(action or page, data=fields | {"csrf_token": form_token(client, page)})


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, **fields: str) -> TestResponse:
    """Send the sign-in form."""
    return send_form(client, "/login", {"email": email, "password": password} | fields)


def csrf_headers(client: FlaskClient) -> dict[str, str]:
    """What our scripts and Dash send with everything that is not GET."""
    cookie = client.get_cookie("csrf_token")
    assert cookie is not None, "not signed in"
    return {"X-CSRFToken": cookie.value}
