"""What an error looks like: JSON for scripts, a page with a sentence for people; never a stack trace (C04)."""

from __future__ import annotations

from http import HTTPStatus

from botocore.exceptions import BotoCoreError, ClientError
from flask import Flask, g, jsonify, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from pipeline.errors import ConflictError, GasError, LimitError, NotFoundError, PermanentError, RetryableError
from pipeline.logs import get_logger
from portal.auth.guard import is_for_machines

log = get_logger()

# The first class that fits decides.
STATUS_OF: tuple[tuple[type[GasError], HTTPStatus], ...] = (
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (ConflictError, HTTPStatus.CONFLICT),
    (LimitError, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (PermanentError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (RetryableError, HTTPStatus.SERVICE_UNAVAILABLE),
)

SENTENCES = {
    400: ("bad_request", "This request could not be read. Go back, reload the page and try again."),
    401: ("not_signed_in", "You are not signed in, or your session has ended. Sign in and try again."),
    403: ("forbidden", "You may not do this with your account."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not answer this kind of request."),
    413: ("too_large", "This request is too large."),
    429: ("too_many_requests", "Too many attempts from here. Wait a minute, then try again."),
    503: ("temporarily_unavailable", "The service cannot be reached just now. Nothing is lost; try again in a minute."),
}
TITLES = {
    400: "That did not work",
    401: "Please sign in",
    403: "Not allowed",
    404: "There is nothing here",
    405: "Not possible here",
    413: "Too large",
    429: "Slow down, please",
    503: "Just a moment",
}
OTHERWISE = ("internal_error", "Something went wrong on our side. Try again; if it happens again, tell your operator.")
CSRF_SENTENCE = (
    "This page is out of date: you signed in or out since it was opened, or its session ended. "
    "Open it anew and try again."
)


def init_app(server: Flask) -> None:
    """Register the handlers."""
    server.register_error_handler(GasError, _gas_error)
    server.register_error_handler(BotoCoreError, _store_error)
    server.register_error_handler(ClientError, _store_error)
    server.register_error_handler(CSRFError, lambda _: answer(400, "csrf", CSRF_SENTENCE))
    server.register_error_handler(RateLimitExceeded, lambda _: answer(429, *SENTENCES[429]))
    server.register_error_handler(HTTPException, _http_error)
    server.register_error_handler(Exception, _unexpected)


def answer(status: int, code: str, message: str, line: int | None = None) -> ResponseReturnValue:
    """The error as JSON for a script, as a page for a person."""
    if is_for_machines():
        return jsonify({"error": {"code": code, "message": message, "line": line}}), status
    title = TITLES.get(status, "Something went wrong")
    page = render_template("error.html", status=status, title=title, message=message, reference=g.get("request_id"))
    return make_response(page, status)


def status_of(error: GasError) -> int:
    """HTTP status of one of our errors."""
    return next((int(status) for kind, status in STATUS_OF if isinstance(error, kind)), 500)


def _gas_error(error: GasError) -> ResponseReturnValue:
    status = status_of(error)
    if status >= 500:
        log.warning("request_failed", code=error.code, status=status)
    return answer(status, error.code, error.message, getattr(error, "line", None))


def _store_error(error: Exception) -> ResponseReturnValue:
    log.error("aws_failed", error=type(error).__name__, exc_info=error)
    return answer(503, *SENTENCES[503])


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    return answer(status, *SENTENCES.get(status, OTHERWISE))


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.error("request_crashed", error=type(error).__name__, exc_info=error)
    return answer(500, *OTHERWISE)
