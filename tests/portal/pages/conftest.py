"""Asks Dash as its own script in a browser does: for a page, and for what a callback answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.portal.signing_in import csrf_headers

Properties = dict[tuple[str, str], Any]


def ask(client: FlaskClient, outputs: list[tuple[str, str]], inputs: Properties, state: Properties) -> TestResponse:
    """The answer of the callback with these outputs; its first input is the one that changed."""
    changed = ".".join(next(iter(inputs)))
    named = [f"{component}.{name}" for component, name in outputs]
    body = {
        "output": f"..{'...'.join(named)}.." if len(named) > 1 else named[0],
        "outputs": [{"id": c, "property": p} for c, p in outputs]
        if len(outputs) > 1
        else {"id": outputs[0][0], "property": outputs[0][1]},
        "inputs": [{"id": c, "property": p, "value": value} for (c, p), value in inputs.items()],
        "state": [{"id": c, "property": p, "value": value} for (c, p), value in state.items()],
        "changedPropIds": [changed],
        "parsedChangedPropsIds": [changed],
    }
    headers = csrf_headers(client) if client.get_cookie("csrf_token") else {}
    return client.post("/_dash-update-component", json=body, headers=headers)


def open_page(client: FlaskClient, path: str) -> str:
    """The layout of the page at this address, as JSON text."""
    pathname, mark, search = path.partition("?")
    answer = ask(
        client,
        [("_pages_content", "children"), ("_pages_store", "data")],
        {("_pages_location", "pathname"): pathname, ("_pages_location", "search"): mark + search},
        {},
    )
    assert answer.status_code == 200, answer.text
    return json.dumps(answer.json["response"]["_pages_content"]["children"], ensure_ascii=False)


@pytest.fixture
def page_of(signed_in: FlaskClient) -> Callable[[str], str]:
    """Opens a page as `user`."""
    return lambda path: open_page(signed_in, path)
