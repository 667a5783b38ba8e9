"""The page of the plans, and the way back to Free."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from pipeline.accounts.plans import change_plan
from pipeline.accounts.store import User
from pipeline.jobs.states import StorageState
from tests.builders import make_user
from tests.conftest import forget_settings
from tests.portal.billing.test_demo_checkout import form_of, plan_of
from tests.portal.stored_jobs import stored_job


def words(client: FlaskClient, page: str) -> str:
    """The page without its tags, as it is read."""
    text = re.sub(r"<[^>]+>", " ", client.get(page).text)
    return re.sub(r"\s+", " ", text)


def test_the_plans_say_what_the_settings_say(signed_in: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_RETENTION_S", str(3 * 86400))
    monkeypatch.setenv("GAS_FREE_MAX_UPLOAD_BYTES", str(7 * 1024 * 1024))
    monkeypatch.setenv("GAS_PREMIUM_MAX_ACTIVE_JOBS", "4321")
    forget_settings()
    text = words(signed_in, "/plans")
    assert "A result can be explored for 3 days; then its files move to the archive." in text
    assert "7 MiB" in text and "4,321" in text


def test_the_page_is_about_my_results_alone_C03(signed_in: FlaskClient, user: User) -> None:
    stored_job(user.user_id, StorageState.ARCHIVED, name="a.vcf")
    stored_job(make_user("eve@example.org").user_id, StorageState.ARCHIVED, name="secret.vcf")
    text = words(signed_in, "/plans")
    assert "1 result comes back from the archive: a.vcf ." in text
    assert "secret" not in text


def test_the_plan_is_read_at_each_request_C07(signed_in: FlaskClient, user: User) -> None:
    assert "Upgrade to Premium" in words(signed_in, "/plans")
    change_plan(user.user_id, "premium_user")
    text = words(signed_in, "/plans")
    assert "Upgrade to Premium" not in text and "Go back to Free" in text
    change_plan(user.user_id, "free_user")
    assert "Upgrade to Premium" in words(signed_in, "/plans")


def test_a_name_of_a_file_is_text_C09(signed_in: FlaskClient, user: User) -> None:
    stored_job(user.user_id, StorageState.ARCHIVED, name="<script>alert(1)</script>.vcf")
    assert "<script>alert" not in signed_in.get("/plans").text


def test_the_rules_and_my_numbers_are_shown_before_i_go_back_C32(signed_in: FlaskClient, user: User) -> None:
    change_plan(user.user_id, "premium_user")
    stored_job(user.user_id, StorageState.HOT, name="kept.vcf")
    stored_job(user.user_id, StorageState.RESTORING, name="coming.vcf")
    text = words(signed_in, "/plans/cancel")
    for sentence in (
        "A result that is coming back still arrives.",
        "From the moment of the downgrade each result can be explored for",
        "Nothing is lost.",
        "1 result can be explored for 5 minutes from the change on",
        "1 result is coming back; that is finished",
    ):
        assert sentence in text
    assert "kept.vcf" in text and "coming.vcf" in text
    assert plan_of(user)[0] == "premium_user", "looking changes nothing"


def test_going_back_happens_once_and_by_a_post_with_both_tokens_C06_C32(signed_in: FlaskClient, user: User) -> None:
    change_plan(user.user_id, "premium_user")
    form = form_of(signed_in, "/plans/cancel")
    assert signed_in.post("/plans/cancel", data={"token": form["token"]}).status_code == 400
    signed_in.get(f"/plans/cancel?token={form['token']}")
    assert signed_in.post("/plans/cancel", data=form | {"token": "x"}).location == "/plans/cancel"
    assert plan_of(user) == ("premium_user", 1)
    for _ in range(2):
        assert signed_in.post("/plans/cancel", data=form).location == "/plans"
    assert plan_of(user) == ("free_user", 2)
    change_plan(user.user_id, "premium_user")
    assert signed_in.post("/plans/cancel", data=form).location == "/plans/cancel"
    assert plan_of(user) == ("premium_user", 3), "an old page does not undo a later upgrade"


def test_where_the_operator_changes_plans_nobody_does_it_alone(
    signed_in: FlaskClient, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_plan(user.user_id, "premium_user")
    form = form_of(signed_in, "/plans/cancel")
    monkeypatch.setenv("GAS_PAYMENT_PROVIDER", "none")
    forget_settings()
    assert signed_in.get("/plans/cancel").status_code == 404
    assert signed_in.post("/plans/cancel", data=form).status_code == 404
    assert plan_of(user)[0] == "premium_user"
    assert "Go back to Free" not in words(signed_in, "/plans")


@pytest.mark.parametrize("page", ["/account", "/plans"])
def test_the_account_leads_to_the_plans(signed_in: FlaskClient, page: str) -> None:
    assert 'class="gas-menu-item" href="/plans"' in signed_in.get(page).text
    assert "'href': '/plans'" in str(signed_in.get("/_dash-layout").json)


def test_without_a_sign_in_there_are_no_plans_of_mine_C03(client: FlaskClient) -> None:
    assert client.get("/plans").location.startswith("/login")
