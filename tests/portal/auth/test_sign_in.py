"""Sign-in, registration, sign-out and what they do to sessions (C05)."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pipeline import clock, dynamo
from pipeline.accounts import store
from pipeline.accounts.demo import DEMO_ACCOUNTS
from pipeline.accounts.plans import change_plan
from pipeline.accounts.store import User
from pipeline.settings import Settings, get_settings
from portal.app import create_app
from portal.auth.rate_limits import limiter
from tests.conftest import forget_settings
from tests.portal.signing_in import PASSWORD, csrf_headers, form_token, send_form, sign_in


def test_a_right_password_leads_to_the_jobs(client: FlaskClient, user: User) -> None:
    answer = sign_in(client, " Ada@Example.org ")
    assert (answer.status_code, answer.location) == (303, "/jobs")
    assert client.get("/account").status_code == 200


def test_the_page_that_was_asked_for_comes_after_the_sign_in(client: FlaskClient, user: User) -> None:
    sent_away = client.get("/jobs/abc?tab=log")
    assert sent_away.status_code == 302
    assert sent_away.location == "/login?next=/jobs/abc?tab%3Dlog"
    answer = send_form(
        client, sent_away.location, {"email": user.email, "password": PASSWORD, "next": "/jobs/abc?tab=log"}
    )
    assert answer.status_code in {302, 303}
    assert answer.location == "/jobs/abc?tab=log"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_next_never_leads_to_another_site_C05(client: FlaskClient, user: User, target: str) -> None:
    assert sign_in(client, user.email, next=target).location == "/jobs"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client: FlaskClient, user: User) -> None:
    pages = []
    for address in (user.email, "nobody@example.org"):
        answer = sign_in(client, address, "not the password")
        assert answer.status_code == 422
        pages.append(answer.get_data(as_text=True).replace(address, "").split("<form")[0])
    assert pages[0] == pages[1]
    assert "do not belong together" in pages[0]
    assert client.get("/account").status_code == 302


def test_a_refused_form_keeps_the_address_and_never_the_password_C04(client: FlaskClient, user: User) -> None:
    page = sign_in(client, user.email, "not the password").get_data(as_text=True)
    assert f'value="{user.email}"' in page
    assert "not the password" not in page


def test_hostile_text_in_a_form_is_shown_as_text_C09(client: FlaskClient) -> None:
    attack = '"><script>alert(1)</script>'
    for page in (sign_in(client, attack, "x"), client.get(f"/login?next={attack}")):
        text = page.get_data(as_text=True)
        assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


def test_a_hostile_name_is_shown_as_text_C09(client: FlaskClient) -> None:
    fields = {"name": "<script>alert(1)</script>", "email": "eve@example.org", "password": PASSWORD}
    assert send_form(client, "/register", fields).status_code == 303
    page = client.get("/account").get_data(as_text=True)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_session_id_changes_at_sign_in_and_nothing_planted_before_survives_C05(
    client: FlaskClient, user: User
) -> None:
    client.get("/login")
    with client.session_transaction() as session:
        session["sid"] = "planted"
        session["planted"] = "by somebody else"
        token_before = session["csrf_token"]
    sign_in(client, user.email)
    with client.session_transaction() as session:
        assert session["sid"] != "planted"
        assert len(session["sid"]) >= 20
        assert "planted" not in session
        assert session["csrf_token"] != token_before


def test_two_sign_ins_have_different_session_ids_C05(portal_app: Flask, client: FlaskClient, user: User) -> None:
    ids = []
    for browser in (client, portal_app.test_client()):
        sign_in(browser, user.email)
        with browser.session_transaction() as session:
            ids.append(session["sid"])
    assert ids[0] != ids[1]


def test_a_token_from_before_the_sign_in_is_worthless_after_it_C06(client: FlaskClient, user: User) -> None:
    old = form_token(client, "/login")
    client.post("/login", data={"email": user.email, "password": PASSWORD, "csrf_token": old})
    assert client.post("/logout", data={"csrf_token": old}).status_code == 400


def test_signing_out_ends_the_sessions_of_other_browsers_C05(
    portal_app: Flask, signed_in: FlaskClient, user: User
) -> None:
    elsewhere = portal_app.test_client()
    sign_in(elsewhere, user.email)
    assert elsewhere.get("/account").status_code == 200
    answer = signed_in.post("/logout", headers=csrf_headers(signed_in))
    assert (answer.status_code, answer.location) == (303, "/")
    assert signed_in.get("/account").status_code == 302
    assert elsewhere.get("/account").status_code == 302


def test_a_cookie_copied_before_the_sign_out_is_worthless_after_it_C05(
    portal_app: Flask, signed_in: FlaskClient
) -> None:
    copied = signed_in.get_cookie("gas_session").value
    signed_in.post("/logout", headers=csrf_headers(signed_in))
    thief = portal_app.test_client()
    thief.set_cookie("gas_session", copied)
    assert thief.get("/account").status_code == 302


def test_a_new_password_ends_other_sessions_and_keeps_this_one_C05(
    portal_app: Flask, signed_in: FlaskClient, user: User
) -> None:
    elsewhere = portal_app.test_client()
    sign_in(elsewhere, user.email)
    with signed_in.session_transaction() as session:
        id_before = session["sid"]
    fields = {"old_password": PASSWORD, "new_password": "another good password"}
    assert send_form(signed_in, "/account", fields, "/account/password").status_code == 303
    assert "password is changed" in signed_in.get("/account").get_data(as_text=True)
    assert elsewhere.get("/account").status_code == 302
    with signed_in.session_transaction() as session:
        assert session["sid"] != id_before
    assert store.check_password(user.email, PASSWORD) is None
    assert store.check_password(user.email, "another good password") is not None


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("not the password", "another good password", "This is not your current password."),
        (PASSWORD, "short", "at least 10 characters"),
        (PASSWORD, "x" * 300, "at most 256 characters"),
        ("", "another good password", "Enter your current password."),
    ],
)
def test_a_password_change_that_is_refused_says_why_and_changes_nothing(
    signed_in: FlaskClient, user: User, old: str, new: str, sentence: str
) -> None:
    answer = send_form(signed_in, "/account", {"old_password": old, "new_password": new}, "/account/password")
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert store.check_password(user.email, PASSWORD) is not None
    assert store.get_user(user.user_id).session_epoch == user.session_epoch


def test_ending_other_sessions_keeps_this_one_C05(portal_app: Flask, signed_in: FlaskClient, user: User) -> None:
    elsewhere = portal_app.test_client()
    sign_in(elsewhere, user.email)
    assert signed_in.post("/account/sessions", headers=csrf_headers(signed_in)).status_code == 303
    assert signed_in.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302


def test_a_session_ends_by_itself(signed_in: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    start = clock.now()
    lifetime = get_settings().session_lifetime_s
    monkeypatch.setattr(clock, "now", lambda: start + lifetime - 60)
    assert signed_in.get("/account").status_code == 200
    monkeypatch.setattr(clock, "now", lambda: start + lifetime + 60)
    assert signed_in.get("/account").status_code == 302
    assert signed_in.get("/assets/session.js").status_code == 401


def test_the_plan_is_read_from_the_store_not_from_the_session_C07(signed_in: FlaskClient, user: User) -> None:
    assert "gas-plan-free_user" in signed_in.get("/account").get_data(as_text=True)
    change_plan(user.user_id, "premium_user")
    assert "gas-plan-premium_user" in signed_in.get("/account").get_data(as_text=True)


def test_an_account_that_is_being_deleted_has_no_session_and_no_sign_in_C34(
    client: FlaskClient, signed_in: FlaskClient, user: User
) -> None:
    dynamo.Update("users", {"user_id": user.user_id}).set(deleting=1).write()  # the epoch alone would not end it
    assert signed_in.get("/account").status_code == 302
    assert signed_in.get("/api/jobs").status_code == 401
    assert sign_in(client, user.email).status_code == 422


def test_a_registration_makes_a_free_account_and_signs_in(client: FlaskClient) -> None:
    fields = {"name": "Grace Hopper", "email": "Grace@Example.org", "password": PASSWORD, "plan": "premium_user"}
    assert send_form(client, "/register", fields).location == "/jobs"
    user = store.check_password("grace@example.org", PASSWORD)
    assert user is not None
    assert (user.plan, user.name) == ("free_user", "Grace Hopper")
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": "nobody", "password": PASSWORD}, "not an e-mail address"),
        ({"email": "eve@example.org", "password": "short"}, "at least 10 characters"),
        ({"email": "eve@example.org", "password": "aaaaaaaaaaaa"}, "four different characters"),
        ({"email": "eve@example.org", "password": ""}, "Choose a password."),
        ({"email": "", "password": PASSWORD}, "Enter your e-mail address."),
        ({"email": "ada@example.org", "password": PASSWORD}, "already has an account"),
        ({"email": "e" * 300 + "@example.org", "password": PASSWORD}, "too long"),
    ],
)
def test_a_registration_that_is_refused_says_why_at_the_field(
    client: FlaskClient, user: User, fields: dict[str, str], sentence: str
) -> None:
    answer = send_form(client, "/register", fields)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert sentence in page.split("gas-field-error")[1]
    assert 'aria-invalid="true"' in page
    assert client.get("/account").status_code == 302


def test_the_sign_in_page_offers_the_demo_accounts_only_on_one_machine(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(demo.password in client.get("/login").get_data(as_text=True) for demo in DEMO_ACCOUNTS)
    monkeypatch.setattr(get_settings(), "environment", "production")
    page = client.get("/login").get_data(as_text=True)
    assert not any(demo.password in page or demo.email in page for demo in DEMO_ACCOUNTS)


def test_too_many_wrong_passwords_from_one_address_are_stopped(client: FlaskClient, user: User) -> None:
    token = form_token(client, "/login")
    for number in range(10):
        answer = client.post("/login", data={"email": f"u{number}@example.org", "password": "x", "csrf_token": token})
        assert answer.status_code == 422
    answer = client.post("/login", data={"email": user.email, "password": PASSWORD, "csrf_token": token})
    assert answer.status_code == 429
    assert "Too many attempts" in answer.get_data(as_text=True)
    assert int(answer.headers["Retry-After"]) <= 60


def test_an_account_is_protected_against_attempts_from_many_addresses(client: FlaskClient, user: User) -> None:
    token = form_token(client, "/login")
    for number in range(10):
        answer = client.post(
            "/login",
            data={"email": user.email.upper(), "password": "x", "csrf_token": token},
            environ_overrides={"REMOTE_ADDR": f"192.0.2.{number}"},
        )
        assert answer.status_code == 422
    answer = client.post(
        "/login",
        data={"email": user.email, "password": "x", "csrf_token": token},
        environ_overrides={"REMOTE_ADDR": "192.0.2.200"},
    )
    assert answer.status_code == 429


@pytest.mark.parametrize(("proxies", "last_status"), [("0", 429), ("1", 422)])
def test_a_forwarded_address_counts_only_if_it_comes_from_a_proxy_of_ours(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch, proxies: str, last_status: int
) -> None:
    monkeypatch.setenv("GAS_TRUSTED_PROXIES", proxies)
    forget_settings()
    limiter.reset()
    client = create_app().test_client()
    token = form_token(client, "/register")
    answers = [
        client.post(
            "/register", data={"csrf_token": token}, headers={"X-Forwarded-For": f"192.0.2.{number}"}
        ).status_code
        for number in range(6)
    ]
    assert answers == [422] * 5 + [last_status]


def test_registrations_from_one_address_are_limited(client: FlaskClient) -> None:
    token = form_token(client, "/register")
    answers = [client.post("/register", data={"csrf_token": token}).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_who_is_signed_in_is_not_asked_again(signed_in: FlaskClient) -> None:
    assert [signed_in.get(page).location for page in ("/", "/login", "/register")] == ["/jobs"] * 3
    assert signed_in.get("/login?next=//evil.example").location == "/jobs"
