"""The demonstration checkout: it says what it is, and changes the plan once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pipeline.accounts import store
from pipeline.accounts.plans import change_plan
from pipeline.accounts.store import User
from pipeline.jobs.states import StorageState
from tests.builders import make_user
from tests.conftest import forget_settings
from tests.portal.signing_in import PASSWORD, sign_in
from tests.portal.stored_jobs import stored_job

CHECKOUT = "/plans/demo-checkout"


def form_of(client: FlaskClient, page: str = CHECKOUT) -> dict[str, str]:
    """The hidden fields of the confirmation; the menu's form has a token for this site alone."""
    text = client.get(page).get_data(as_text=True)
    return dict(re.findall(r'type="hidden" name="(csrf_token|token)" value="([^"]+)"', text))


def confirm(client: FlaskClient, form: dict[str, str]) -> TestResponse:
    return client.post(CHECKOUT, data=form)


def plan_of(user: User) -> tuple[str, int]:
    found = store.get_user(user.user_id)
    assert found is not None
    return found.plan, found.plan_version


def test_every_page_of_it_says_that_no_money_moves(signed_in: FlaskClient, user: User) -> None:
    form = form_of(signed_in)
    assert "no money moves" in signed_in.get(CHECKOUT).text
    done = signed_in.get(confirm(signed_in, form).location)
    assert "no money moves" in done.text and "You have Premium" in done.text
    change_plan(user.user_id, "free_user")
    assert "no money moves" in confirm(signed_in, form).text, "the page of a used confirmation too"
    assert "no money moves" in signed_in.get("/plans").text


def test_it_says_what_happens_to_my_results_by_name(signed_in: FlaskClient, user: User) -> None:
    for name in ("a.vcf", "b.vcf"):
        stored_job(user.user_id, StorageState.ARCHIVED, name=name)
    stored_job(make_user("eve@example.org").user_id, StorageState.ARCHIVED, name="secret.vcf")
    text = signed_in.get(CHECKOUT).text
    assert "2 results come back from the archive" in text and "a.vcf" in text and "b.vcf" in text
    assert "secret" not in text


def test_confirming_gives_premium_once_however_often_it_is_sent_C07(signed_in: FlaskClient, user: User) -> None:
    form = form_of(signed_in)
    for _ in range(3):
        answer = confirm(signed_in, form)
        assert (answer.status_code, answer.location) == (303, f"{CHECKOUT}/done")
    assert plan_of(user) == ("premium_user", 1)


def test_a_used_confirmation_gives_nothing_after_a_downgrade_C07(signed_in: FlaskClient, user: User) -> None:
    form = form_of(signed_in)
    confirm(signed_in, form)
    change_plan(user.user_id, "free_user")
    answer = confirm(signed_in, form)
    assert answer.status_code == 409 and "out of date" in answer.text
    assert plan_of(user) == ("free_user", 2)


def test_the_confirmation_of_another_user_gives_nothing_C03_C07(
    signed_in: FlaskClient, user: User, portal_app: Any
) -> None:
    mine = form_of(signed_in)
    eve = make_user("eve@example.org")
    theirs = portal_app.test_client()
    sign_in(theirs, eve.email, PASSWORD)
    stolen = form_of(theirs) | {"token": mine["token"]}
    assert confirm(theirs, stolen).status_code == 409
    assert plan_of(eve) == ("free_user", 0)
    assert plan_of(user) == ("free_user", 0)


@pytest.mark.parametrize("token", ["", "x", "['u', 0, 'premium_user']"])
def test_a_made_up_confirmation_gives_nothing_C07(signed_in: FlaskClient, user: User, token: str) -> None:
    assert confirm(signed_in, form_of(signed_in) | {"token": token}).status_code == 409
    assert plan_of(user) == ("free_user", 0)


def test_the_confirmation_of_a_downgrade_is_not_one_of_an_upgrade_C07(signed_in: FlaskClient, user: User) -> None:
    change_plan(user.user_id, "premium_user")
    cancel = form_of(signed_in, "/plans/cancel")
    change_plan(user.user_id, "free_user")
    assert confirm(signed_in, cancel).status_code == 409
    assert plan_of(user)[0] == "free_user"


def test_nothing_changes_by_looking_or_without_the_token_of_the_site_C06(signed_in: FlaskClient, user: User) -> None:
    form = form_of(signed_in)
    signed_in.get(f"{CHECKOUT}?token={form['token']}")
    assert signed_in.get(f"{CHECKOUT}/done").status_code == 303
    assert confirm(signed_in, {"token": form["token"]}).status_code == 400
    assert plan_of(user) == ("free_user", 0)


@pytest.mark.parametrize(("setting", "value"), [("GAS_PAYMENT_PROVIDER", "none"), ("GAS_ENVIRONMENT", "production")])
def test_where_it_is_not_the_provider_it_does_not_exist_C07(
    signed_in: FlaskClient, user: User, monkeypatch: pytest.MonkeyPatch, setting: str, value: str
) -> None:
    form = form_of(signed_in)
    monkeypatch.setenv(setting, value)
    forget_settings()
    assert signed_in.get(CHECKOUT).status_code == 404
    assert confirm(signed_in, form).status_code == 404
    assert plan_of(user) == ("free_user", 0)
    text = signed_in.get("/plans").text
    assert "Your operator changes plans" in text and "demo-checkout" not in text
