"""Letters of an account: one that confirms the address, one for a forgotten password (C04, C05, C06)."""

from __future__ import annotations

import re
import time
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pipeline.accounts import store
from pipeline.accounts.store import User
from pipeline.notify.send import NotSentError
from pipeline.settings import Settings, get_settings
from portal.auth import letters, links
from tests.pipeline.notify.letters import body, sent
from tests.portal.signing_in import PASSWORD, form_token, send_form, sign_in

NEW = "a new password entirely"
_LINK = re.compile(r"http://\S+?(/(?:confirm|reset)\?token=[\w.~-]+)")


def _link_in(letter: EmailMessage) -> str:
    """The path of the link, which is the same in both forms of the letter."""
    (plain,) = set(_LINK.findall(body(letter, "plain")))
    assert plain in body(letter, "html")
    return plain


def _press(client: FlaskClient, path: str, **fields: str) -> Any:
    """Open the link and press the button of the page."""
    token = path.partition("token=")[2]
    return client.post(path.partition("?")[0], data={"token": token, "csrf_token": form_token(client, path), **fields})


def _register(client: FlaskClient, email: str = "grace@example.org") -> User:
    send_form(client, "/register", {"email": email, "password": PASSWORD, "name": "Grace"}).close()
    user = store.check_password(email, PASSWORD)
    assert user is not None
    return user


def _forgotten(client: FlaskClient, email: str) -> Any:
    answer = send_form(client, "/forgotten", {"email": email})
    text = answer.text
    answer.close()
    return answer.status_code, text.replace(email, "(address)")


def _now(user: User) -> User:
    current = store.get_user(user.user_id)
    assert current is not None
    return current


def test_who_registers_gets_one_letter_and_confirms_with_a_press(client: FlaskClient) -> None:
    user = _register(client)
    (letter,) = sent()
    assert letter["To"] == user.email and letter["Subject"] == "Confirm your e-mail address"
    link = _link_in(letter)
    assert "Not confirmed" in client.get("/account").text
    page = client.get(link)
    assert page.status_code == 200 and user.email in page.text
    assert not _now(user).email_confirmed, "opening a link changes nothing (C06)"
    assert "Your address is confirmed" in _press(client, link).text
    assert _now(user).email_confirmed
    assert "Not confirmed" not in client.get("/account").text
    assert len(sent()) == 1


def test_the_link_works_where_nobody_is_signed_in(client: FlaskClient, portal_app: Flask) -> None:
    user = _register(client)
    elsewhere = portal_app.test_client()
    assert 'href="/login"' in _press(elsewhere, _link_in(sent()[0])).text
    assert _now(user).email_confirmed
    assert elsewhere.get("/account").status_code == 302, "it signs nobody in"


def test_without_the_token_of_the_site_nothing_is_confirmed_C06(client: FlaskClient) -> None:
    user = _register(client)
    link = _link_in(sent()[0])
    assert client.post("/confirm", data={"token": link.partition("token=")[2]}).status_code == 400
    assert not _now(user).email_confirmed


def test_the_letter_is_sent_again_at_the_users_wish_and_not_too_often(client: FlaskClient) -> None:
    user = _register(client)
    statuses = [send_form(client, "/account", {}, "/account/confirm-letter").status_code for _ in range(6)]
    assert statuses == [303] * 5 + [429]
    assert len(sent()) == 6
    assert {letter["To"] for letter in sent()} == {user.email}


def test_a_confirmed_address_gets_no_second_letter(signed_in: FlaskClient, user: User) -> None:
    assert send_form(signed_in, "/account", {}, "/account/confirm-letter").status_code == 303
    assert "confirmed already" in signed_in.get("/account").text
    assert sent() == []


def test_a_letter_that_cannot_be_sent_is_said_and_costs_no_registration(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(_letter: EmailMessage) -> None:
        raise NotSentError("SES cannot be reached.")

    monkeypatch.setattr(letters.letters, "deliver", down)
    _register(client)
    send_form(client, "/account", {}, "/account/confirm-letter")
    assert "could not be sent just now" in client.get("/account").text


def test_forgotten_never_tells_whether_an_address_is_known_C04(client: FlaskClient, user: User) -> None:
    known, unknown = _forgotten(client, user.email), _forgotten(client, "nobody@example.org")
    assert known == unknown and known[0] == 200
    assert [letter["To"] for letter in sent()] == [user.email]


def test_nothing_is_looked_up_before_the_answer_has_gone_C04(
    client: FlaskClient, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So its time tells nothing either."""
    asked: list[str] = []
    monkeypatch.setattr(letters.recovery, "account_of", lambda email: asked.append(email))
    answer = send_form(client, "/forgotten", {"email": user.email})
    assert asked == []
    answer.close()
    assert asked == [user.email]


def test_a_forgotten_password_is_set_once_and_signs_in_here_only_C05(
    client: FlaskClient, user: User, portal_app: Flask
) -> None:
    elsewhere = portal_app.test_client()
    sign_in(elsewhere, user.email)
    _forgotten(client, user.email)
    link = _link_in(sent()[0])
    assert user.email in client.get(link).text
    answer = _press(client, link, password=NEW)
    assert (answer.status_code, answer.location) == (303, "/account")
    assert "Your new password is set" in client.get("/account").text
    assert elsewhere.get("/account").status_code == 302
    assert store.check_password(user.email, NEW) and not store.check_password(user.email, PASSWORD)
    assert client.get(link).status_code == 410


def test_a_link_dies_when_the_password_changes_C05(client: FlaskClient, user: User) -> None:
    _forgotten(client, user.email)
    link = _link_in(sent()[0])
    token = form_token(client, link)
    store.change_password(user, NEW)
    assert client.get(link).status_code == 410
    fields = {"token": link.partition("token=")[2], "csrf_token": token, "password": "a third password"}
    assert client.post("/reset", data=fields).status_code == 410
    assert store.check_password(user.email, NEW)


def test_a_weak_password_is_refused_with_a_sentence_and_the_link_stays_good(client: FlaskClient, user: User) -> None:
    _forgotten(client, user.email)
    link = _link_in(sent()[0])
    for password, sentence in (("", "Choose a new password."), ("short", "at least 10 characters")):
        answer = _press(client, link, password=password)
        assert answer.status_code == 422 and sentence in answer.text
    assert _press(client, link, password=NEW).status_code == 303


def test_an_address_that_nobody_confirmed_gets_no_other_letter(client: FlaskClient, portal_app: Flask) -> None:
    user = _register(client)
    elsewhere = portal_app.test_client()
    _forgotten(elsewhere, user.email)
    assert [letter["Subject"] for letter in sent()] == ["Confirm your e-mail address"] * 2
    _press(elsewhere, _link_in(sent()[1]))
    _forgotten(elsewhere, user.email)
    assert sent()[2]["Subject"] == "Choose a new password"


def test_letters_are_not_asked_for_too_often_C08(client: FlaskClient, portal_app: Flask, user: User) -> None:
    assert [_forgotten(client, user.email)[0] for _ in range(6)] == [200] * 5 + [429]
    assert len(sent()) == 5
    elsewhere = portal_app.test_client()
    answer = elsewhere.post(
        "/forgotten",
        data={"email": user.email.upper(), "csrf_token": form_token(elsewhere, "/forgotten")},
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
    )
    assert answer.status_code == 429, "for the address too, whoever asks"


@pytest.mark.parametrize("path", ["/confirm", "/reset"])
@pytest.mark.parametrize("token", ["", "x", "WyJhIiwiYiJd.aaaa.bbbb", "%00", "é" * 50])
def test_a_made_up_link_does_not_work(client: FlaskClient, path: str, token: str) -> None:
    assert client.get(path, query_string={"token": token}).status_code == 410


def test_a_link_for_one_purpose_is_none_for_another(client: FlaskClient, user: User, portal_app: Flask) -> None:
    with portal_app.app_context():
        confirm, reset = links.path_for("confirm", user), links.path_for("reset", user)
    assert client.get(confirm.replace("/confirm", "/reset")).status_code == 410
    assert client.get(reset.replace("/reset", "/confirm")).status_code == 410


@pytest.mark.parametrize(("purpose", "setting"), [("confirm", "confirm_link_s"), ("reset", "reset_link_s")])
def test_a_link_that_is_too_old_does_not_work(
    client: FlaskClient,
    user: User,
    portal_app: Flask,
    moto_aws: Settings,
    monkeypatch: pytest.MonkeyPatch,
    purpose: links.Purpose,
    setting: str,
) -> None:
    with portal_app.app_context():
        path = links.path_for(purpose, user)
    assert client.get(path).status_code == 200
    later = time.time() + getattr(get_settings(), setting) + 2
    monkeypatch.setattr(time, "time", lambda: later)
    assert client.get(path).status_code == 410


def test_where_no_letters_are_sent_no_page_offers_one(
    client: FlaskClient, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "/forgotten" in client.get("/login").text
    monkeypatch.setattr(get_settings(), "environment", "production")
    assert "/forgotten" not in client.get("/login").text


def test_the_log_holds_no_token_and_no_address_C04_C10(
    client: FlaskClient, user: User, capsys: pytest.CaptureFixture[str]
) -> None:
    _forgotten(client, user.email)
    link = _link_in(sent()[0])
    _press(client, link, password=NEW)
    told = capsys.readouterr()
    for text in (told.out, told.err):
        assert link.partition("token=")[2] not in text and user.email not in text
