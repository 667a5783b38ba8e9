"""The application factory, and `server` for gunicorn (`portal.app:server`)."""

from __future__ import annotations

from flask import Flask, abort
from flask.typing import ResponseReturnValue
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from pipeline import logs
from pipeline.settings import Settings, get_settings
from portal import access_log, compress_ahead, errors, health, security, static_files
from portal.api import BLUEPRINTS
from portal.auth import guard, rate_limits, recovery, sessions
from portal.auth import routes as auth_routes
from portal.billing import demo_checkout
from portal.billing.provider import provider
from portal.dash_app import make_dash
from portal.plain import delete_account, home, outbox, plans, rendering

API_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
DASH = "gas_dash"
ACCOUNT_PAGES = (
    recovery.blueprint,
    plans.blueprint,
    demo_checkout.blueprint,
    delete_account.blueprint,
    outbox.blueprint,
)


def create_app() -> Flask:
    """The whole portal. `ConfigurationError` where a setting is missing or contradicts another."""
    settings = get_settings()
    provider(settings)  # a portal that would give Premium away does not start
    server = Flask("portal", static_folder=None)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    _init_answers(server, settings)
    _init_requests(server, settings)
    for blueprint in (health.blueprint, home.blueprint, auth_routes.blueprint, *ACCOUNT_PAGES, *BLUEPRINTS):
        server.register_blueprint(blueprint)
    server.add_url_rule("/api/<path:unknown>", "unknown_api", _unknown_api, methods=API_METHODS)
    dash_app = make_dash(server)
    security.finish(server, dash_app, settings)
    server.extensions[DASH] = dash_app
    return server


def _init_answers(server: Flask, settings: Settings) -> None:
    """What happens to an answer. Flask runs these in reverse: headers first, compression last."""
    server.config.update(
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=5,
        COMPRESS_STREAMS=False,
    )
    Compress(server)
    static_files.init_app(server, settings)


def _init_requests(server: Flask, settings: Settings) -> None:
    """What happens to a request before its route sees it: log, guard, cross-site check, in this order."""
    access_log.init_app(server)
    sessions.init_app(server, settings)
    guard.init_app(server)
    security.init_app(server, settings)
    rate_limits.init_app(server)
    errors.init_app(server)
    rendering.init_app(server)


def _unknown_api(unknown: str) -> ResponseReturnValue:
    """A script that asks for a route that does not exist gets JSON, not the Dash page."""
    abort(404)


def __getattr__(name: str) -> Flask:
    """Make `server` when gunicorn asks for it, so that importing this module starts nothing."""
    if name != "server":
        raise AttributeError(name)
    logs.configure("web")
    server = create_app()
    compress_ahead.start(server, server.extensions[DASH])
    globals()["server"] = server
    return server
