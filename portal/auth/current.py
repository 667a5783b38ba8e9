"""The signed-in user of this request, as the store has it now (C07: never from the session)."""

from __future__ import annotations

import flask_login
from flask import abort

from pipeline.accounts.store import User


def optional_user() -> User | None:
    """The signed-in user, or None; the store is read once a request."""
    identity = flask_login.current_user
    return identity.account if identity.is_authenticated else None


def current_user() -> User:
    """The signed-in user; ends the request with 401 if there is none. First line of every callback, layout, route."""
    user = optional_user()
    if user is None:
        abort(401)
    return user
