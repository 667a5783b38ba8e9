"""The switch on the account page: e-mails only to who wants them."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from pipeline.accounts import store
from pipeline.accounts.store import User
from tests.portal.signing_in import send_form

_SWITCH = re.compile(r'<input[^>]*name="emails"[^>]*>')


def is_on(client: FlaskClient) -> bool:
    found = _SWITCH.search(client.get("/account").get_data(as_text=True))
    assert found, "the account page has no switch"
    return " checked" in found.group(0)


def wanted(user: User) -> bool:
    current = store.get_user(user.user_id)
    assert current is not None
    return current.emails


def test_e_mails_are_on_until_they_are_switched_off_and_on_again(signed_in: FlaskClient, user: User) -> None:
    assert is_on(signed_in) and wanted(user)
    answer = send_form(signed_in, "/account", {}, "/account/emails")  # a browser leaves an unticked box out
    assert (answer.status_code, answer.location) == (303, "/account")
    assert "You get no more e-mails." in signed_in.get("/account").get_data(as_text=True)
    assert not is_on(signed_in) and not wanted(user)
    send_form(signed_in, "/account", {"emails": "y"}, "/account/emails")
    assert is_on(signed_in) and wanted(user)


def test_another_site_cannot_switch_them_C06(signed_in: FlaskClient, user: User) -> None:
    assert signed_in.post("/account/emails", data={}).status_code == 400
    signed_in.get("/account/emails")
    assert wanted(user)


def test_nobody_switches_without_a_sign_in_C03(client: FlaskClient, user: User) -> None:
    answer = send_form(client, "/login", {}, "/account/emails")
    assert (answer.status_code, answer.location) == (303, "/login")
    assert wanted(user)


def test_the_switch_changes_only_the_account_that_is_signed_in_C03(signed_in: FlaskClient, user: User) -> None:
    other = store.create_local_account("bob@example.org", "correct horse battery")
    send_form(signed_in, "/account", {"user_id": other.user_id}, "/account/emails")
    assert not wanted(user) and wanted(other)
