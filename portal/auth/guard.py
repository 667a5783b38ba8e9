"""The one guard in front of everything: without a sign-in only what is named here is answered (C03)."""

from __future__ import annotations

from flask import Flask, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.auth.current import optional_user
from portal.auth.next_page import DEFAULT_PAGE, safe_next
from portal.auth.sessions import is_fresh_enough
from portal.static_files import ASSETS_ENDPOINT, is_static_file

OPEN_ENDPOINTS = frozenset(
    {
        "home.home",
        "home.favicon",
        "auth.login",
        "auth.register",
        "recovery.confirm",
        "recovery.forgotten",
        "recovery.reset",
        "health.healthz",
        "health.livez",
    }
)
OPEN_ASSETS = frozenset(
    {
        "vendor/bootstrap.min.css",
        "portal.css",
        "home.css",
        "theme.js",
        "localtime.js",
        "plain.js",
        "menu.js",
        "favicon.svg",
    }
)
MACHINE_PATHS = ("/api/", "/_dash", "/_reload")


def init_app(server: Flask) -> None:
    """Register the guard; must come before `Dash(server=server)`, whose routes it covers."""
    server.before_request(check)


def check() -> Response | None:
    """None to go on; a redirect to the sign-in page, or 401 for scripts."""
    if is_open():
        return None
    if is_static_file():  # library code, no data: the signed cookie is enough, the store is not asked
        return None if is_fresh_enough() else abort(401)
    if optional_user() is not None:
        return None
    if is_for_machines():
        abort(401)
    if request.method not in {"GET", "HEAD"}:
        return redirect(url_for("auth.login"), 303)
    target = safe_next(request.full_path.rstrip("?"))
    return redirect(url_for("auth.login", next=None if target == DEFAULT_PAGE else target))


def is_open() -> bool:
    """True for what anybody may ask for."""
    if request.endpoint == ASSETS_ENDPOINT:
        return (request.view_args or {}).get("filename") in OPEN_ASSETS
    return request.endpoint in OPEN_ENDPOINTS


def is_for_machines() -> bool:
    """True where a script reads the answer, so that a page or a redirect would be of no use."""
    return request.path.startswith(MACHINE_PATHS)
