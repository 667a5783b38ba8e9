"""One line a request: method, route, status, milliseconds, user id; no address, query string or e-mail (C10)."""

from __future__ import annotations

import secrets
import time

import structlog
from flask import Flask, Response, g, request

from pipeline.logs import get_logger

log = get_logger()
QUIET_ENDPOINTS = frozenset({"health.healthz", "health.livez"})


def init_app(server: Flask) -> None:
    """Bind an id to every line of a request and log its end."""
    server.before_request(_begin)
    server.after_request(_end)
    server.teardown_request(_forget)


def _begin() -> None:
    g.started = time.perf_counter()
    g.request_id = secrets.token_hex(8)
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    if "started" not in g or (request.endpoint in QUIET_ENDPOINTS and response.status_code < 400):
        return response
    identity = g.get("_login_user")  # only if this request asked who it is
    log.info(
        "request",
        method=request.method,
        route=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        ms=round((time.perf_counter() - g.started) * 1000, 1),
        user_id=identity.account.user_id if identity is not None and identity.is_authenticated else None,
    )
    return response


def _forget(_: BaseException | None) -> None:
    structlog.contextvars.unbind_contextvars("request_id")
