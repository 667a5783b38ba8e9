"""How often one user may ask for what costs something: each decorated route counts alone (C08)."""

from __future__ import annotations

from pipeline.settings import get_settings
from portal.auth.current import current_user
from portal.auth.rate_limits import limiter


def _limit() -> str:
    return get_settings().upload_rate_limit


def _user() -> str:
    return f"user:{current_user().user_id}"


def _inspect_limit() -> str:
    return get_settings().inspect_rate_limit


inspect_per_user = limiter.limit(_inspect_limit, key_func=_user)
per_user = limiter.limit(_limit, key_func=_user)
