"""Where a sign-in leads: only to a page of our own (C05)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

DEFAULT_PAGE = "/jobs"
MAX_LENGTH = 512
_FORBIDDEN = re.compile(r"[\\\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f\u3000\ufeff]")
_OF_SIGN_IN = ("/login", "/register", "/logout", "/forgotten", "/reset", "/confirm")
_NO_DESTINATIONS = (*_OF_SIGN_IN, "/api/", "/_dash", "/_reload", "/assets/", "/healthz", "/livez")


def safe_next(target: str | None) -> str:
    """The path to continue with; the jobs page for anything that could lead elsewhere.

    Browsers take `//host`, `/\\host` and addresses with blanks or control characters in front for other
    sites (WHATWG URL standard, "special authority slashes state"), so such a path is refused, not repaired.
    """
    if not target or len(target) > MAX_LENGTH or _FORBIDDEN.search(target):
        return DEFAULT_PAGE
    if not target.startswith("/") or target.startswith("//"):
        return DEFAULT_PAGE
    try:
        parts = urlsplit(target)
    except ValueError:
        return DEFAULT_PAGE
    if parts.scheme or parts.netloc or parts.path == "/" or parts.path.startswith(_NO_DESTINATIONS):
        return DEFAULT_PAGE
    return target
