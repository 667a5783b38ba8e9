"""Sessions: a signed cookie that names a user and the epoch of their sessions; the store has the last word.

Signing out and changing the password count the epoch up, which ends every session made before (C05).
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Flask, Response, g, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin, login_user
from flask_wtf.csrf import generate_csrf

from pipeline import clock
from pipeline.accounts.store import User, get_user
from pipeline.settings import Settings, get_settings
from portal.auth.secret_key import secret_key
from portal.static_files import is_static_file

CSRF_COOKIE = "csrf_token"


class SignedIn(UserMixin):
    """What flask-login holds: the user as the store had it at this request."""

    def __init__(self, account: User) -> None:
        self.account = account

    def get_id(self) -> str:
        """The alternative token of flask-login: it changes whenever the user's sessions end."""
        return f"{self.account.user_id}:{self.account.session_epoch}"


class CookieSessions(SecureCookieSessionInterface):
    """Flask's signed cookie, kept away from static files: those are the same for everybody who gets them."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Without `Vary: Cookie` the browser's copy of a static file outlives a sign-in."""
        if not is_static_file():
            super().save_session(app, session, response)


def init_app(server: Flask, settings: Settings) -> None:
    """Configure the cookie and flask-login."""
    production = settings.environment == "production"
    server.secret_key = secret_key(settings)
    server.session_interface = CookieSessions()
    server.config.update(
        # Browsers accept a cookie with this prefix only from the host itself, over TLS, for all paths.
        SESSION_COOKIE_NAME="__Host-gas_session" if production else "gas_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=production,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=settings.session_lifetime_s),
    )
    manager = LoginManager()
    manager.session_protection = None  # the epoch ends sessions; an address that changes on the train does not
    manager.user_loader(_load)
    # The context processor would read the store for every template, even for the page that says it is down.
    manager.init_app(server, add_context_processor=False)


def start(account: User) -> None:
    """Sign in: nothing of the anonymous session survives, its id least of all."""
    session.clear()
    g.pop("csrf_token", None)  # Flask-WTF keeps the old session's token for the rest of the request
    session.permanent = True
    session["sid"] = secrets.token_urlsafe(16)
    session["started_at"] = clock.now_s()
    login_user(SignedIn(account))
    g.new_csrf_cookie = generate_csrf()


def end() -> None:
    """Forget this browser's session; the caller ends the others in the store."""
    session.clear()
    g.pop("csrf_token", None)
    g.pop("_login_user", None)
    g.new_csrf_cookie = ""


def is_fresh_enough() -> bool:
    """True for a session of a signed-in user that is younger than its lifetime; reads only the cookie."""
    age = clock.now_s() - int(session.get("started_at", 0))
    return "_user_id" in session and age + 60 >= 0 and age < get_settings().session_lifetime_s


def _load(token: str) -> SignedIn | None:
    user_id, _, epoch = token.rpartition(":")
    if not is_fresh_enough():
        return None
    account = get_user(user_id)
    if account is None or account.deleting or str(account.session_epoch) != epoch:
        return None
    return SignedIn(account)


def write_csrf_cookie(response: Response) -> Response:
    """The cookie from which our scripts copy the token: set at sign-in only, cleared at sign-out."""
    token = g.pop("new_csrf_cookie", None)
    settings = get_settings()
    options = {"secure": settings.environment == "production", "samesite": "Lax", "path": "/"}
    if token:
        response.set_cookie(CSRF_COOKIE, token, max_age=settings.session_lifetime_s, **options)
    elif token == "":
        response.delete_cookie(CSRF_COOKIE, **options)
    return response
