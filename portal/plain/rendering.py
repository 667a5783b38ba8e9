"""What the templates of the plain pages may use: names, limits in words, times."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from pipeline.accounts.passwords import MIN_PASSWORD_LENGTH
from pipeline.settings import GIBIBYTE, MEBIBYTE, get_settings
from portal import PRODUCT
from portal.components.account import PLAN_NAMES, initials

PROJECT_FILE = Path(__file__).resolve().parents[2] / "pyproject.toml"


def init_app(server: Flask) -> None:
    """Register filters and constants."""
    server.jinja_env.globals.update(
        product=PRODUCT,
        version=_version(),
        plan_names=PLAN_NAMES,
        min_password_length=MIN_PASSWORD_LENGTH,
        upload_limit_of=upload_limit_of,
    )
    server.jinja_env.filters.update(utc=utc, initials=initials)


def utc(seconds: float) -> str:
    """Epoch seconds as ISO 8601 in UTC, which `assets/localtime.js` shows in the reader's zone (C43)."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def upload_limit_of(plan: str) -> str:
    """Largest file of a plan, in words: `50 MiB`."""
    size = get_settings().max_upload_bytes(plan)
    if size >= GIBIBYTE:
        return f"{size / GIBIBYTE:g} GiB"
    if size >= MEBIBYTE:
        return f"{size / MEBIBYTE:.3g} MiB"
    return f"{size / 1024:.3g} KiB"


def _version() -> str:
    return str(tomllib.loads(PROJECT_FILE.read_text(encoding="utf-8"))["project"]["version"])
