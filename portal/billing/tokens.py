"""A confirmation that works once: signed for one user, one plan, and the account as it was when it was shown."""

from __future__ import annotations

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from pipeline.accounts.store import Plan, User

SALT = "change of plan"
LIFETIME_S = 3600


def issue(user: User, plan: Plan) -> str:
    """A token to change this user's plan, as it stands now, to `plan`."""
    return _serializer().dumps([user.user_id, user.plan_version, plan])


def holds(token: object, user: User, plan: Plan) -> bool:
    """True while nothing has changed the user's plan since the token was made: each change counts its version up, so a
    token that was used once is worthless."""
    try:
        claims = _serializer().loads(str(token), max_age=LIFETIME_S)
    except BadSignature:
        return False
    return bool(claims == [user.user_id, user.plan_version, plan])


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=SALT)
