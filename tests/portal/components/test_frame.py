"""The frame around every Dash page."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from pipeline.accounts.plans import change_plan
from pipeline.accounts.store import User
from portal.components.account import initials
from tests.portal.signing_in import csrf_headers


def test_the_frame_shows_who_is_signed_in_and_their_plan(signed_in: FlaskClient, user: User) -> None:
    text = signed_in.get("/_dash-layout").get_data(as_text=True)
    assert "Ada Lovelace" in text and user.email in text
    assert "gas-plan-free_user" in text
    change_plan(user.user_id, "premium_user")
    assert "gas-plan-premium_user" in signed_in.get("/_dash-layout").get_data(as_text=True)


def test_sign_out_is_a_form_with_a_token_never_a_link_C06(signed_in: FlaskClient) -> None:
    text = signed_in.get("/_dash-layout").get_data(as_text=True)
    assert '"href":"/logout"' not in text
    form = json.dumps(_find(json.loads(text), "Form"))
    assert '"action": "/logout"' in form and '"method": "post"' in form
    token = _find(json.loads(form), "Input")["props"]["value"]
    assert signed_in.post("/logout", data={"csrf_token": token}).status_code == 303


def test_an_address_that_leads_nowhere_has_a_page(signed_in: FlaskClient) -> None:
    request = {
        "output": ".._pages_content.children..._pages_store.data..",
        "outputs": [
            {"id": "_pages_content", "property": "children"},
            {"id": "_pages_store", "property": "data"},
        ],
        "inputs": [
            {"id": "_pages_location", "property": "pathname", "value": "/nothing"},
            {"id": "_pages_location", "property": "search", "value": ""},
        ],
        "changedPropIds": ["_pages_location.pathname"],
    }
    answer = signed_in.post("/_dash-update-component", json=request, headers=csrf_headers(signed_in))
    assert answer.status_code == 200
    assert "There is nothing here" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada Lovelace", "AL"),
        ("Ada", "A"),
        ("", "A"),
        ("  ", "A"),
        ("Ada B. Lovelace", "AL"),
        ("<b>", "A"),
        ("Éva", "É"),
    ],
)
def test_initials_come_from_the_name_or_the_address(name: str, letters: str) -> None:
    assert initials(User("id", "ada@example.org", name, "free_user", 0, 0)) == letters


def _find(node: object, kind: str) -> dict:
    if isinstance(node, dict):
        if node.get("type") == kind:
            return node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            if found := _find(child, kind):
                return found
    return {}
