"""How often somebody may try to sign in or register: counted by address and, for sign-in, by account."""

from __future__ import annotations

import hashlib

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from pipeline.settings import get_settings

limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=True)


def init_app(server: Flask) -> None:
    """Counts are kept in this process's memory: each web process allows the limit by itself."""
    limiter.init_app(server)


def login_limit() -> str:
    """Sign-in attempts, as the settings say."""
    return get_settings().login_rate_limit


def register_limit() -> str:
    """Registrations, as the settings say."""
    return get_settings().register_rate_limit


def letter_limit() -> str:
    """Letters that somebody may ask for, as the settings say."""
    return get_settings().letter_rate_limit


def account_key() -> str:
    """The account that a sign-in form names, in a form that shows nobody's address."""
    address = request.form.get("email", "")[:320].strip().casefold()
    return "account:" + hashlib.sha256(address.encode()).hexdigest()


def failed(response: Response) -> bool:
    """True for an attempt that did not end in a redirect: a right password costs the account nothing."""
    return response.status_code not in {302, 303}
