"""The links in letters: signed with the portal's key, good for a named time, and each for one purpose only."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlencode

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from pipeline.accounts import recovery
from pipeline.accounts.store import User
from pipeline.settings import get_settings

Purpose = Literal["confirm", "reset"]
PATHS: dict[Purpose, str] = {"confirm": "/confirm", "reset": "/reset"}


def lifetime_s(purpose: Purpose) -> int:
    """Seconds for which a link works."""
    settings = get_settings()
    return settings.confirm_link_s if purpose == "confirm" else settings.reset_link_s


def path_for(purpose: Purpose, user: User) -> str:
    """The path of a link; the token stands in the query, which nobody logs (C04).

    To confirm, it holds the address that it was sent to; for a forgotten password, a mark of the password that is
    forgotten: once that is another one, the link is dead. Raises NotFoundError for an account that is gone.
    """
    proof = user.email if purpose == "confirm" else recovery.password_mark(user)
    return PATHS[purpose] + "?" + urlencode({"token": _serializer(purpose).dumps([user.user_id, proof])})


def read(purpose: Purpose, token: str | None) -> tuple[str, str] | None:
    """The user's id and the proof in a token that we made for this purpose and that is not too old; else None."""
    try:
        user_id, proof = _serializer(purpose).loads(token or "", max_age=lifetime_s(purpose))
    except (BadData, ValueError):
        return None
    return str(user_id), str(proof)


def _serializer(purpose: Purpose) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=f"letter-{purpose}")
